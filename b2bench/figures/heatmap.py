"""A heat map of factors: rows in groups, columns, and a coloured field where there is something."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Literal

from markupsafe import Markup

from b2bench.figures.page import Tone, environment

State = Literal["same", "more", "less", "at least", "broken"]
# factors at which the colour grows stronger
_LIMITS = (2, 10, 100, 1_000)
_THOUSAND = 1_000
_MILLION = 1_000_000
_TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One coloured field.

    Args:
        column: the name of its column.
        factor: how many times as much, of `at least` so far; of no account for `broken`.
        title: what a pointer over it says.
    """

    column: str
    state: State
    factor: float
    title: str

    @property
    def tone(self) -> str:
        """The class of the style sheet that colours it."""
        return {"same": "h0", "less": "less", "broken": "broken"}.get(self.state, self._heat)

    @property
    def _heat(self) -> str:
        return f"h{1 + sum(self.factor >= limit for limit in _LIMITS)}"

    @property
    def text(self) -> str:
        """The factor in three letters, so that it can be read without colours."""
        if self.state in {"same", "broken"}:
            return {"same": "·", "broken": "✕"}[self.state]
        return ("≥" if self.state == "at least" else "") + short(self.factor)


def short(factor: float) -> str:
    """Return a factor in at most three letters.

    >>> [short(factor) for factor in (0.42, 1.24, 7.3, 52.4, 999, 1580, 45_000, 2e6)]
    ['.4', '1.2', '7', '52', '999', '2k', '45k', '2M']
    """
    if factor < 1:
        return f"{factor:.1f}".lstrip("0")
    if factor < _LIMITS[0]:
        return f"{factor:.1f}"
    if factor < _THOUSAND:
        return f"{math.floor(factor):.0f}"
    return f"{factor / _THOUSAND:.0f}k" if factor < _MILLION else f"{factor / _MILLION:.0f}M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word beside a row's name."""

    text: str
    title: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Args:
        group: rows with the same one stand together, one after the other.
        figures: in the order of the map's figures.
        cells: its fields; none where nothing is to be seen.
    """

    name: str
    title: str
    group: str
    marks: tuple[Mark, ...]
    figures: tuple[str, ...]
    cells: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A heading above rows."""

    name: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the grid: a heading or a row."""

    number: int
    group: Group | None = None
    row: Row | None = None


KEY = (
    Field(column="", state="same", factor=1, title="used, no more work without it"),
    Field(column="", state="more", factor=1.5, title="up to ×2"),
    Field(column="", state="more", factor=5, title="×2 to ×10"),
    Field(column="", state="more", factor=50, title="×10 to ×100"),
    Field(column="", state="more", factor=500, title="×100 to ×1,000"),
    Field(column="", state="more", factor=5_000, title="more"),
    Field(column="", state="at least", factor=50, title="stopped, at least"),
    Field(column="", state="broken", factor=1, title="fails"),
    Field(column="", state="less", factor=0.5, title="less work"),
)


def heatmap(
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    corner: str,
    label: str,
    figures: Sequence[str],
    groups: Sequence[Group],
) -> Markup:
    """Draw the map as HTML, which scrolls in a box of its own; it needs `heatmap_style`.

    Args:
        rows: in their order.
        columns: names that fields refer to.
        corner: what the rows are, above their names.
        label: what the map is, for those who cannot see it.
        figures: heads of the figures that stand between names and fields.
        groups: headings by the names that rows refer to.
    """
    place_of = {name: 2 + len(figures) + number for number, name in enumerate(columns)}
    text = (
        environment("b2bench.figures")
        .get_template("heatmap.html")
        .render(
            lines=list(_lines(rows, {group.name: group for group in groups})),
            columns=columns,
            figures=figures,
            corner=corner,
            label=label,
            place_of=place_of,
            key=KEY,
        )
    )
    return Markup(text)  # noqa: S704 (escaped)


def _lines(rows: Sequence[Row], groups: dict[str, Group]) -> Iterator[_Line]:
    number = 1
    for name, members in groupby(rows, key=lambda row: row.group):
        number += 1
        yield _Line(number=number, group=groups.get(name, Group(name=name)))
        for row in members:
            number += 1
            yield _Line(number=number, row=row)


@cache
def heatmap_style() -> str:
    """Return the CSS that a page with a heat map needs."""
    return (files("b2bench.figures") / "heatmap.css").read_text(encoding="utf-8")
