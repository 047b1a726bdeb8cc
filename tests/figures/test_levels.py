"""A figure over runs with its levels."""

from b2bench.figures.levels import Break, Level, levels
from tests.figures.html import Outline

KEPT = [Level(begin=0, end=1, value=4), Level(begin=2, end=3, value=812)]


def drawn(*, is_worse: bool) -> str:
    breaks = [Break(place=2, is_worse=is_worse)]
    return levels([0, 1, 2, 3], [4, 4, 812, 812], KEPT, breaks, last=3, name="find-sku")


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = drawn(is_worse=True)
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert "#0103" not in svg
    assert all(identity.startswith("find-sku-") for identity in outline.ids)


def test_a_change_for_the_worse_is_red_and_one_for_the_better_green() -> None:
    assert "var(--bad)" in drawn(is_worse=True)
    assert "var(--good)" not in drawn(is_worse=True)
    assert "var(--good)" in drawn(is_worse=False)


def test_runs_are_counted_from_one() -> None:
    text = Outline(drawn(is_worse=True)).text
    assert "1" in text.split()
    assert "0" not in text.split()[:4]


def test_one_run_can_be_drawn() -> None:
    one = levels([0], [4], [Level(begin=0, end=0, value=4)], [], last=0, name="one")
    assert Outline(one).mistakes == []
