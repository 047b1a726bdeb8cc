"""A figure over runs with the levels that it keeps: small, to stand among many of its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH_IN, _HEIGHT_IN = 3.6, 1.5
# dots of longer series would touch each other
_DOTTED_MOST = 60
# a level that hardly moves is to look like one
_LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value that a figure keeps from one place to another, both included."""

    begin: int
    end: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a new level begins, which is worse or better than the one before."""

    place: int
    is_worse: bool


def levels(
    places: Sequence[int],
    values: Sequence[float],
    kept: Sequence[Level],
    breaks: Sequence[Break],
    *,
    last: int,
    name: str,
) -> Markup:
    """Draw the figure, its levels, and a line where one changes: red where it is worse.

    Args:
        places: of the values on the horizontal axis, the same for all charts of a page.
        values: one for each place.
        kept: the levels, without gaps.
        breaks: between the levels.
        last: the last place of the axis.
        name: of the drawing, unique in a page.
    """
    with drawing(height_in=_HEIGHT_IN, width_in=_WIDTH_IN) as figure:
        axes = figure.add_subplot()
        for each in breaks:
            color = COLORS["bad" if each.is_worse else "good"]
            axes.axvline(each.place - 0.5, color=color, linewidth=1.4, zorder=2)
        for level in kept:
            span = [level.begin - 0.4, level.end + 0.4]
            axes.plot(span, [level.value] * 2, color=COLORS["soft"], linewidth=5, zorder=1)
        marker = "o" if len(values) <= _DOTTED_MOST else ""
        axes.plot(
            places,
            values,
            color=COLORS["accent"],
            linewidth=1,
            drawstyle="steps-mid",
            marker=marker,
            markersize=2.6,
            zorder=3,
        )
        _scale(axes, values, last=last)
        return svg(figure, name)


def _scale(axes: "Axes", values: Sequence[float], *, last: int) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

    low, high = min(values), max(values)
    room = max(_LEAST_SHARE * high, high - low) * 0.12
    short = max(0.0, _LEAST_SHARE * high - (high - low)) / 2
    axes.set_ylim(max(low - short, 0) - room, high + short + room)
    axes.set_xlim(-0.7, last + 0.7)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place + 1:.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=high > 2))  # noqa: PLR2004 (counts)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.tick_params(length=0, labelsize=9)
    axes.grid(axis="y")
