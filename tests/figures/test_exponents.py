"""The chart of exponents of growth."""

from b2bench.figures.exponents import ExponentRow, exponents
from tests.figures.html import Outline

ROWS = [
    ExponentRow(name="<b> $x$", value=0.99, low=0.9, high=9.0, color="bad", verdict="grows"),
    ExponentRow(name="by_key", value=0.0, low=-4.0, high=0.1, color="good", verdict="steady"),
]


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = exponents(ROWS, limit=0.5)
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    for said in ("<b> $x$", "by_key", "grows", "steady", "1: as the table"):
        assert said in outline.text
    assert exponents(ROWS, limit=0.5) == svg


def test_a_verdict_that_no_row_has_is_not_in_the_legend() -> None:
    assert "steady" not in Outline(exponents(ROWS[:1], limit=0.5)).text
