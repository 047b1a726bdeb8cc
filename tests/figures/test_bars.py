"""Bars and columns."""

from b2bench.figures.bars import Bar, Part, bars
from b2bench.figures.columns import columns
from tests.figures.html import Outline

KEY = (
    Part(name="lag", color="warn"),
    Part(name="rest", color="series-5"),
    Part(name="server", color="accent"),
)
ROWS = [
    Bar(label="find_sku", sizes=(0.1, 0.2, 0.4), note="0.7 ms"),
    Bar(label="$low$ & <x>", sizes=(0.0, 1.0, 0.0), note="1 ms"),
]


def test_bars_are_sound_and_say_what_they_are() -> None:
    svg = bars(ROWS, KEY, axis="ms", name="split")
    outline = Outline(svg)
    assert outline.mistakes == []
    assert "#0102" not in svg
    assert all(identity.startswith("split-") for identity in outline.ids)
    for text in ("find_sku", "$low$ & <x>", "0.7 ms", "lag", "rest", "server"):
        assert text in outline.text


def test_a_part_that_no_bar_has_is_not_in_the_legend() -> None:
    assert "server" not in Outline(bars(ROWS[1:], KEY, axis="ms", name="split")).text


def test_labels_may_speak_for_themselves() -> None:
    assert "rest" not in Outline(bars(ROWS, KEY, axis="ms", name="split", legend=False)).text


def test_bars_of_nothing_can_be_drawn() -> None:
    nothing = [Bar(label="none", sizes=(0.0, 0.0, 0.0), note="–")]
    assert Outline(bars(nothing, KEY, axis="ms", name="split")).mistakes == []


def test_columns_mark_what_speaks_against_a_run() -> None:
    fine = columns((3, 1, 0), ("0", "50", "90", "100"), axis="%", bad_from=2, name="cpu")
    busy = columns((0, 1, 3), ("0", "50", "90", "100"), axis="%", bad_from=2, name="cpu")
    assert Outline(fine).mistakes == []
    assert "100" in Outline(fine).text
    assert fine.count("var(--accent)") == 3 - 1
    assert "var(--bad)" in busy
