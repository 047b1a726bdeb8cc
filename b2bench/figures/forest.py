"""A forest plot: ratios with their intervals, one line each, beside the line of no difference."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, legend, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# what an interval says, and the colour of the page that says it
_COLORS = {"slower": "bad", "faster": "good", "~ no significant difference": "muted"}
# an interval that reaches further is cut off by the frame
_WIDEST = 4.0
_NARROWEST = 1.12
# the widest span in which ticks stand this far apart
_STEPS = ((1.3, 0.05), (2.0, 0.1), (4.0, 0.25))
# marker, size, and how far from the middle of its line
_MARKS = {"mean": ("o", 7.0, -0.24), "p50": ("s", 4.5, 0.0), "p95": ("D", 4.5, 0.24)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio and the ends of its interval, which are `None` where there is none."""

    ratio: float
    low: float | None
    high: float | None

    @property
    def says(self) -> str:
        """Whether it leaves 1 out, and to which side."""
        if self.low is not None and self.low > 1:
            return "slower"
        if self.high is not None and self.high < 1:
            return "faster"
        return "~ no significant difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One query class: how its figures moved.

    Args:
        moved: by figure: mean, p50, p95.
    """

    name: str
    moved: Mapping[str, Interval]


def forest(rows: Sequence[ForestRow], *, tolerance: float) -> Markup:
    """Draw each ratio as a dot with its interval on a logarithmic axis, 1 in the middle."""
    with drawing(height_in=0.85 + 0.44 * len(rows)) as figure:
        axes = figure.add_subplot()
        axes.axvspan(1 / (1 + tolerance), 1 + tolerance, color=COLORS["soft"], linewidth=0)
        axes.axvline(1, color=COLORS["ink"], linewidth=1)
        for place, row in enumerate(rows):
            _row(axes, place, row)
        axes.set_yticks(range(len(rows)), [row.name for row in rows], color=COLORS["ink"])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        _ratio_axis(axes, rows, tolerance)
        axes.set_xlabel("candidate over baseline (logarithmic); right of 1 is slower")
        axes.grid(axis="x")
        legend(axes, _key(rows, tolerance))
        return svg(figure, "forest")


def _row(axes: "Axes", place: int, row: ForestRow) -> None:
    for name, interval in row.moved.items():
        marker, size, apart = _MARKS[name]
        color = COLORS[_COLORS[interval.says]]
        if interval.low is not None and interval.high is not None:
            ends = [interval.low, interval.high]
            axes.plot(ends, [place + apart] * 2, color=color, linewidth=1.6, zorder=3)
        look: dict[str, Any] = {"markersize": size, "color": color}
        # a dot without an interval is hollow: nobody knows how sure it is
        if interval.low is None:
            look |= {"markerfacecolor": "none", "markeredgecolor": color, "markeredgewidth": 1.2}
        axes.plot([interval.ratio], [place + apart], marker, zorder=4, **look)


def _ratio_axis(axes: "Axes", rows: Sequence[ForestRow], tolerance: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator  # noqa: PLC0415

    reach = reach_of(rows, tolerance)
    axes.set_xscale("log")
    axes.set_xlim(1 / reach, reach)
    axes.xaxis.set_major_locator(FixedLocator(ticks(reach)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.tick_params(length=0)


def reach_of(rows: Sequence[ForestRow], tolerance: float) -> float:
    """Return how far the axis reaches to either side of 1, as a ratio."""
    drawn = [interval for row in rows for interval in row.moved.values()]
    dots = [each.ratio for each in drawn]
    ends = [end for each in drawn for end in (each.low, each.high) if end is not None and end > 0]
    widest = max((abs(math.log(dot)) for dot in dots), default=0.0)
    ends_reach = max((min(abs(math.log(end)), math.log(_WIDEST)) for end in ends), default=0.0)
    least = max(math.log(_NARROWEST), 2 * math.log1p(tolerance))
    return math.exp(1.05 * max(widest, ends_reach, least))


def ticks(reach: float) -> list[float]:
    """Return round ratios from 1/reach to reach.

    >>> ticks(1.13)
    [0.9, 0.95, 1.0, 1.05, 1.1]
    >>> ticks(9)
    [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
    """
    for widest, step in _STEPS:
        if reach <= widest:
            numbers = range(math.ceil(1 / reach / step), math.floor(reach / step) + 1)
            return [round(number * step, 2) for number in numbers]
    powers = int(math.log2(reach))
    return [2.0**power for power in range(-powers, powers + 1)]


def _key(rows: Sequence[ForestRow], tolerance: float) -> Iterator[tuple[str, dict[str, Any]]]:
    dot = {"linestyle": "none", "color": COLORS["muted"]}
    for name, (marker, size, _) in _MARKS.items():
        yield name, dot | {"marker": marker, "markersize": size}
    said = {interval.says for row in rows for interval in row.moved.values()}
    for each, color in _COLORS.items():
        if each in said:
            yield each, {"linewidth": 2.4, "color": COLORS[color]}
    yield f"within {100 * tolerance:g} %", {"color": COLORS["soft"], "linewidth": 8}
