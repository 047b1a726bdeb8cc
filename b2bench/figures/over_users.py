"""A measure over the number of users, one small chart for each measure, one line for each way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, handle, log_axis, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 3
_MARKS = "osD^v"
# so that the bars of two lines do not cover each other
_APART = 0.045


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A measure with some number of users: the middle of some runs, the least and the most."""

    users: int
    middle: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one way of loading gave; `label` names it in the legend."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One small chart.

    Args:
        lines: in the same order in every chart; one without points is left out.
        logarithmic: for what becomes many times as much.
    """

    title: str
    lines: tuple[Line, ...]
    logarithmic: bool = False


def over_users(measures: Sequence[Measure]) -> Markup:
    """Draw each measure over the number of users; bars reach from the least run to the most."""
    with drawing(height_in=3.4) as figure:
        for axes, measure in zip(figure.subplots(1, _COLUMNS), measures, strict=True):
            _chart(axes, measure)
        handles = [handle(line.label, _look(place)) for place, line in enumerate(measures[0].lines)]
        figure.legend(handles=handles, loc="outside upper left", ncols=len(handles))
        return svg(figure, "over-users")


def _look(place: int) -> dict[str, Any]:
    return {
        "color": COLORS[f"series-{place + 1}"],
        "marker": _MARKS[place],
        "linewidth": 1.6,
        "markersize": 5.5,
    }


def _chart(axes: "Axes", measure: Measure) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator  # noqa: PLC0415

    for place, line in enumerate(measure.lines):
        _draw(axes, line, _look(place), aside=1 + _APART * (place - 1))
    users = sorted({point.users for line in measure.lines for point in line.points})
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(users))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.12)
    if measure.logarithmic:
        points = [point for line in measure.lines for point in line.points]
        log_axis(axes.yaxis, [at for point in points for at in (point.least, point.most)])
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axes.set_ylim(bottom=0)
    axes.set_xlabel("users")
    axes.set_title(measure.title, loc="left", fontsize=10.5, fontweight="bold")
    axes.tick_params(length=0)
    axes.grid(axis="y")


def _draw(axes: "Axes", line: Line, look: dict[str, Any], *, aside: float) -> None:
    at = [point.users * aside for point in line.points]
    axes.plot(at, [point.middle for point in line.points], zorder=4, **look)
    low = [point.least for point in line.points]
    high = [point.most for point in line.points]
    axes.vlines(at, low, high, color=look["color"], linewidth=1.2, zorder=3)
