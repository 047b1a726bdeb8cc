"""A strip plot: a dot for each measurement, one row for each name, on a shared logarithmic axis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, legend, log_axis, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW_IN = 0.36
_SERIES = 4
# more round numbers than these are written steeply
_FLAT = 12
# dots of one value stand above each other, so far from the middle of their row
_LANES = (0.0, 0.12, -0.12, 0.24, -0.24)
_DOT: dict[str, Any] = {"marker": "o", "markersize": 4.2, "alpha": 0.75, "linestyle": "none"}
_MIDDLE: dict[str, Any] = {
    "marker": "|",
    "markersize": 15,
    "markeredgewidth": 2,
    "color": COLORS["ink"],
    "linestyle": "none",
}
_WORST: dict[str, Any] = {
    "marker": "o",
    "markersize": 9.5,
    "markeredgewidth": 1.5,
    "markerfacecolor": "none",
    "markeredgecolor": COLORS["bad"],
    "linestyle": "none",
}
_OTHER: dict[str, Any] = {
    "marker": "D",
    "markersize": 6,
    "markeredgewidth": 1.5,
    "markerfacecolor": "none",
    "markeredgecolor": COLORS["warn"],
    "linestyle": "none",
}
_CUT: dict[str, Any] = {
    "marker": "x",
    "markersize": 7,
    "markeredgewidth": 1.8,
    "color": COLORS["bad"],
    "linestyle": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One measurement; `series` is its colour: the fourth and all further ones share one."""

    value: float
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One row.

    Args:
        middle: the median; `None` where it is not known.
        worst: ringed; `None` where it is not known.
        others: hollow diamonds: what something else gave.
        cut: how many measurements were cut off: a cross at the end of the row.
    """

    name: str
    dots: tuple[Dot, ...]
    middle: float | None
    worst: float | None
    others: tuple[float, ...] = ()
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripKey:
    """What axis and marks are called; `series` from the first on."""

    axis: str
    series: Sequence[str]
    middle: str
    worst: str
    other: str
    cut: str


def strips(rows: Sequence[Strip], key: StripKey, *, name: str) -> Markup:
    """Draw the rows from top to bottom; nothing is drawn at or below 0."""
    with drawing(height_in=0.85 + _ROW_IN * len(rows)) as figure:
        axes = figure.add_subplot()
        values = [value for row in rows for value in _values(row)]
        for place, row in enumerate(rows):
            _row(axes, place, row, right=max(values, default=1.0))
        axes.set_yticks(range(len(rows)), [row.name for row in rows], color=COLORS["ink"])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        log_axis(axes.xaxis, values)
        axes.xaxis.set_tick_params(labelrotation=45 if len(axes.get_xticks()) > _FLAT else 0)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(key.axis)
        axes.grid(axis="x")
        legend(axes, _key(rows, key))
        return svg(figure, name)


def _values(row: Strip) -> Iterator[float]:
    yield from (dot.value for dot in row.dots)
    yield from row.others


def _row(axes: "Axes", place: int, row: Strip, *, right: float) -> None:
    span = list(_values(row))
    if span:
        ends: dict[str, Any] = {"color": COLORS["line"], "linewidth": 1.4, "zorder": 2}
        axes.plot([max(min(span), 1), max(span)], [place, place], **ends)
    for series in sorted({min(dot.series, _SERIES - 1) for dot in row.dots}, reverse=True):
        at = [(value, lane) for value, lane in _laid(row, series) if value > 0]
        color = COLORS[f"series-{series + 1}"]
        axes.plot(
            [value for value, _ in at],
            [place + lane for _, lane in at],
            color=color,
            zorder=3,
            **_DOT,
        )
    if row.middle:
        axes.plot([row.middle], [place], zorder=4, **_MIDDLE)
    if row.worst:
        axes.plot([row.worst], [place], zorder=5, **_WORST)
    axes.plot(row.others, [place] * len(row.others), zorder=6, **_OTHER)
    if row.cut:
        axes.plot([right], [place], zorder=7, **_CUT)


def _laid(row: Strip, series: int) -> Iterator[tuple[float, float]]:
    """Yield different values of a series with their places, so that equal ones are seen."""
    seen = dict[float, int]()
    for dot in row.dots:
        count = seen.get(dot.value, 0)
        seen[dot.value] = count + 1
        if min(dot.series, _SERIES - 1) == series and count < len(_LANES):
            yield dot.value, _LANES[count]


def _key(rows: Sequence[Strip], key: StripKey) -> Iterator[tuple[str, dict[str, Any]]]:
    used = {min(dot.series, _SERIES - 1) for row in rows for dot in row.dots}
    for series in sorted(used):
        yield key.series[series], _DOT | {"color": COLORS[f"series-{series + 1}"]}
    yield key.middle, _MIDDLE
    yield key.worst, _WORST
    if any(row.others for row in rows):
        yield key.other, _OTHER
    if any(row.cut for row in rows):
        yield key.cut, _CUT
