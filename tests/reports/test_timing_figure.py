"""Timings drawn as a forest plot."""

from dataclasses import replace

from b2bench.arguments import Case
from reports.timing import TimeVerdict, Timing
from reports.timing_figure import timing_figure

SAME = Timing(
    query="find_sku",
    case=Case.TYPICAL,
    verdict=TimeVerdict.NOT_CERTAIN,
    ratio=1.01,
    low=0.97,
    high=1.05,
    pairs=16,
)


def test_the_furthest_from_one_comes_first() -> None:
    slower = replace(SAME, query="price_cart", ratio=2.0, low=1.9, high=2.1)
    drawn = timing_figure([SAME, slower])
    assert drawn.index("price_cart (typical)") < drawn.index("find_sku (typical)")
    assert "p95" not in drawn


def test_what_was_not_timed_is_not_drawn() -> None:
    untimed = replace(SAME, query="place_order", verdict=TimeVerdict.UNTIMED)
    assert "place_order" not in timing_figure([SAME, untimed])


def test_of_many_the_nearest_to_one_are_left_out() -> None:
    many = [replace(SAME, query=f"query_{i}", ratio=1 + i / 100) for i in range(60)]
    drawn = timing_figure(many)
    assert "query_59 (typical)" in drawn
    assert "query_5 (typical)" not in drawn
