"""The heat map of factors."""

import re

import pytest

from b2bench.figures.heatmap import Field, Group, Mark, Row, heatmap, heatmap_style
from b2bench.figures.page import Page, Section, render_page
from tests.figures.html import Outline, assert_offline_and_sound


def field(column: str, factor: float = 5.0) -> Field:
    return Field(column=column, state="more", factor=factor, title=f"{column}: ×{factor}")


def row(name: str, *cells: Field, group: str = "orders") -> Row:
    return Row(
        name=name,
        title=f"CREATE INDEX {name}",
        group=group,
        marks=(Mark(text="PK", title="primary key"),),
        figures=("16 KiB", "64 B"),
        cells=cells,
    )


def drawn(*rows: Row, columns: tuple[str, ...] = ("search", "order")) -> str:
    return heatmap(
        rows,
        columns,
        corner="index",
        label="indexes",
        figures=("size", "WAL/row"),
        groups=[Group(name="orders", said="5 rows")],
    )


def test_a_page_with_it_is_sound_and_offline() -> None:
    section = Section(title="Map", anchor="map", body=drawn(row("a", field("order"))))  # type: ignore[arg-type]
    page = Page(kind="Test", title="Map", sections=[section], style=heatmap_style())
    text = assert_offline_and_sound(render_page(page)).text
    for said in ("orders", "5 rows", "16 KiB", "WAL/row", "search", "PK"):
        assert said in text


def test_names_cannot_break_out() -> None:
    outline = Outline(drawn(row('<b> "x"', field("search", 3))))
    assert outline.mistakes == []
    assert '<b> "x"' in outline.text


def test_only_fields_with_something_in_them_are_drawn() -> None:
    grid = drawn(row("a", field("order")), row("b"), row("c")).partition("heat-box")[2]
    assert len(re.findall(r'<b class="cell', grid)) == 1
    assert len(re.findall(r'class="name bare"', grid)) == 2


def test_a_field_stands_in_its_row_and_column() -> None:
    grid = drawn(row("a"), row("b", field("order")))
    line = re.search(r'class="name" style="--r:(\d+)"', grid)
    place = re.search(r'<b class="cell h2" style="--r:(\d+);grid-column:(\d+)"', grid)
    assert line is not None
    assert place is not None
    # a name and two figures stand before the two columns
    assert (place[1], place[2]) == (line[1], "5")


def test_each_group_has_its_heading_once() -> None:
    grid = drawn(row("a"), row("b"), row("c", group="lines"))
    assert re.findall(r'class="group"[^>]*>(\w+)', grid) == ["orders", "lines"]


@pytest.mark.parametrize(
    ("state", "factor", "tone", "text"),
    [
        ("same", 1, "h0", "·"),
        ("more", 1.2, "h1", "1.2"),
        ("more", 2, "h2", "2"),
        ("more", 99.9, "h3", "99"),
        ("more", 100, "h4", "100"),
        ("more", 20_000, "h5", "20k"),
        ("at least", 12, "h3", "≥12"),
        ("less", 0.4, "less", ".4"),
        ("broken", 1, "broken", "✕"),
    ],
)
def test_strength_and_words_follow_the_factor(
    state: str, factor: float, tone: str, text: str
) -> None:
    each = Field(column="c", state=state, factor=factor, title="")  # type: ignore[arg-type]
    assert (each.tone, each.text) == (tone, text)
