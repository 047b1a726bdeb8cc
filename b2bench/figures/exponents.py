"""Exponents of growth: one row for each name, beside the line above which something grows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, legend, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW_IN = 0.34
# whatever lies beyond is drawn at the edge: it is no law any more
_LEAST, _MOST = -1.0, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentRow:
    """One row: an exponent and the range of the local ones; `color` is a variable of the page."""

    name: str
    value: float
    low: float
    high: float
    color: str
    verdict: str


def exponents(rows: Sequence[ExponentRow], *, limit: float) -> Markup:
    """Draw exponents with their ranges from top to bottom."""
    with drawing(height_in=0.85 + _ROW_IN * len(rows)) as figure:
        axes = figure.add_subplot()
        axes.axvline(limit, color=COLORS["warn"], linewidth=1.6, zorder=2)
        for place, row in enumerate(rows):
            _row(axes, place, row)
        axes.set_yticks(range(len(rows)), [row.name for row in rows], color=COLORS["ink"])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(_LEAST - 0.1, _MOST + 0.1)
        axes.set_xticks(
            [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5],
            ["≤ −1", "−0.5", "0: stays", "0.5", "1: as the table", "1.5", "2", "≥ 2.5"],
        )
        axes.tick_params(length=0)
        axes.set_xlabel("exponent of the work for a row")
        axes.grid(axis="x")
        legend(axes, _key(rows))
        return svg(figure, "exponents")


def _row(axes: "Axes", place: int, row: ExponentRow) -> None:
    ends = [_within(row.low), _within(row.high)]
    axes.plot(ends, [place, place], zorder=3, **_range(row.color))
    axes.plot([_within(row.value)], [place], zorder=4, **_dot(row.color))


def _within(value: float) -> float:
    return min(max(value, _LEAST), _MOST)


def _range(color: str) -> dict[str, Any]:
    return {"color": COLORS[color], "linewidth": 2, "alpha": 0.5, "solid_capstyle": "round"}


def _dot(color: str) -> dict[str, Any]:
    return {"color": COLORS[color], "marker": "o", "markersize": 7, "linestyle": "none"}


def _key(rows: Sequence[ExponentRow]) -> Iterator[tuple[str, dict[str, Any]]]:
    for verdict, color in dict.fromkeys((row.verdict, row.color) for row in rows):
        yield verdict, _dot(color)
    yield "between two scales", _range("muted")
    yield "grows beyond", {"color": COLORS["warn"], "linewidth": 1.6}
