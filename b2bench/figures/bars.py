"""Bars that lie: what something consists of, or how large it is beside others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, handle, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW_IN = 0.3
_LEGEND_IN = 0.35
_NARROW_IN = 8.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the parts of the same colour are: a CSS variable of the page, and a name."""

    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar.

    Args:
        sizes: of its parts, in the order of the key.
        note: stands at its end.
    """

    label: str
    sizes: tuple[float, ...]
    note: str


def bars(
    rows: Sequence[Bar], key: Sequence[Part], *, axis: str, name: str, legend: bool = True
) -> Markup:
    """Draw bars one below the other, each stacked from its parts.

    Args:
        rows: from top to bottom.
        key: one for each part that a bar may have; those that no bar has are left out.
        axis: what the sizes are, with their unit.
        name: of the drawing, for its ids.
        legend: whether the parts' names are shown; where labels say them, they need not be.
    """
    longest = max((sum(row.sizes) for row in rows), default=0.0) or 1.0
    height_in = 0.6 + _ROW_IN * len(rows) + (_LEGEND_IN if legend else 0)
    with drawing(height_in=height_in, width_in=_NARROW_IN) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            begin = 0.0
            for size, part in zip(row.sizes, key, strict=True):
                axes.barh(place, size, left=begin, height=0.62, color=COLORS[part.color], zorder=2)
                begin += size
            _note(axes, place, begin, row.note)
        axes.set_yticks(range(len(rows)), [row.label for row in rows], color=COLORS["ink"])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        # room for the note behind the longest bar
        axes.set_xlim(0, longest * 1.3)
        axes.set_xlabel(axis)
        axes.tick_params(axis="y", length=0)
        if legend:
            _legend(figure, rows, key)
        return svg(figure, name)


def _legend(figure: "Figure", rows: Sequence[Bar], key: Sequence[Part]) -> None:
    used = [part for place, part in enumerate(key) if any(row.sizes[place] for row in rows)]
    handles = [handle(part.name, _patch(part)) for part in used]
    figure.legend(handles=handles, loc="outside upper left", ncols=len(used), handlelength=0.9)


def _patch(part: Part) -> dict[str, Any]:
    return {"color": COLORS[part.color], "linestyle": "none", "marker": "s", "markersize": 9}


def _note(axes: "Axes", place: int, end: float, note: str) -> None:
    axes.annotate(
        note,
        (end, place),
        (5, 0),
        textcoords="offset points",
        va="center",
        color=COLORS["muted"],
        fontsize=9.5,
    )
