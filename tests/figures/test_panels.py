"""Small charts of shares on one grid."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.charts import Panel, PanelKey
from tests.figures.html import Outline

KEY = PanelKey(expected="the law", tolerance="allowed", found="the rows", other="the demand")
RANKS = Panel(
    title="rules <of> an account",
    note="within",
    good=True,
    horizontal="accounts, busiest first",
    vertical="share of rules",
    expected=[(at, at / 2000) for at in range(1, 2001)],
    found=[(at, at / 2000) for at in range(1, 2001)],
    other=[(1, 0.5), (2000, 1)],
    tolerance=0.01,
)
COUNTS = replace(
    RANKS, title="lines", stepped=True, other=(), expected=[(0, 0), (1, 1)], found=[(0, 0), (1, 1)]
)
NAMES = replace(
    COUNTS, title="tiers", names=("A", "B"), expected=[(1, 0.4), (2, 0.6)], found=[(1, 0.4)]
)
BROKEN = replace(COUNTS, title="broken", good=False, note="outside", found=())


@pytest.fixture(scope="module")
def svg() -> Markup:
    return charts.panels([RANKS, COUNTS, NAMES, BROKEN, RANKS], KEY)


def test_the_grid_is_sound_and_takes_its_colours_from_the_page(svg: Markup) -> None:
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert all(identity.startswith("panels-") for identity in outline.ids)


def test_titles_notes_names_and_key_are_text(svg: Markup) -> None:
    text = Outline(svg).text
    for panel in (RANKS, COUNTS, NAMES, BROKEN):
        for shown in (panel.title, panel.note, panel.horizontal, panel.vertical, *panel.names):
            assert shown in text
    for shown in (KEY.expected, KEY.tolerance, KEY.found, KEY.other):
        assert shown in text


def test_the_colour_of_a_note_is_its_verdict() -> None:
    assert "var(--bad)" in charts.panels([BROKEN], KEY)
    assert "var(--bad)" not in charts.panels([COUNTS], KEY)


def test_dots_stand_apart_and_the_ends_are_drawn() -> None:
    drawn = charts._apart(RANKS.found)
    assert 20 <= len(drawn) <= 40
    assert (drawn[0], drawn[-1]) == (RANKS.found[0], RANKS.found[-1])
    assert charts._apart(COUNTS.found) == COUNTS.found


def test_the_same_figures_give_the_same_bytes() -> None:
    assert charts.panels([RANKS], KEY) == charts.panels([RANKS], KEY)
