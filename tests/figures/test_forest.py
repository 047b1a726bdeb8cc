"""The forest plot of a comparison."""

import pytest

from b2bench.figures.forest import ForestRow, Interval, forest, reach_of, ticks
from tests.figures.html import Outline

ROWS = [
    ForestRow(
        name="price_cart",
        moved={
            "mean": Interval(ratio=1.4, low=1.3, high=1.5),
            "p95": Interval(ratio=1.2, low=None, high=None),
        },
    ),
    ForestRow(name="<b> $x$", moved={"mean": Interval(ratio=1.0, low=0.0, high=90.0)}),
    ForestRow(name="silent", moved={}),
]


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = forest(ROWS, tolerance=0.05)
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert "var(--bad)" in svg
    for said in ("price_cart", "<b> $x$", "silent", "within 5 %", "slower"):
        assert said in outline.text
    assert "faster" not in outline.text
    assert forest(ROWS, tolerance=0.05) == svg


def test_an_interval_without_end_does_not_stretch_the_axis() -> None:
    assert 4 < reach_of(ROWS, 0.05) < 5
    assert reach_of([], 0.05) > 1.05**2


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (1.13, [0.9, 0.95, 1.0, 1.05, 1.1]),
        (2.9, [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75]),
    ],
)
def test_ticks_are_round_and_have_1_among_them(reach: float, expected: list[float]) -> None:
    assert ticks(reach) == expected
    assert 1.0 in ticks(40)
