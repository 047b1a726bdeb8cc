"""The capacity report."""

import re

import pytest

from reports.capacity import judge_capacity
from reports.capacity_page import render_capacity_page
from reports.capacity_steps import rate_step
from tests.figures.html import Outline, assert_offline_and_sound
from tests.reports.conftest import Golden
from tests.reports.sample_capacity import SWEEP, at_rate, capacity
from tests.reports.sample_run import query


@pytest.fixture(scope="module")
def page() -> str:
    return render_capacity_page(capacity(), judge_capacity(capacity()))


def told(page: str) -> str:
    """Return what the page says in words, without drawings, style and script."""
    body = re.sub(r"<(svg|style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    body = re.sub(r"</(td|th|dt|dd|span|b|p)>", r" \g<0>", body)
    lines = (" ".join(line.split()) for line in Outline(body).text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def test_the_page_opens_offline_and_says_what_was_found(page: str, golden: Golden) -> None:
    assert_offline_and_sound(page)
    golden.check("capacity.txt", told(page))


def test_the_pictures_mark_what_was_held_out_and_what_broke_first(page: str) -> None:
    drawn = Outline(page).text
    for words in (
        "held out",
        "predicted for it",
        "its 95 % interval",
        "search_text (broke first)",
        "holds below, breaks above",
    ):
        assert words in drawn


def test_a_page_without_a_law_says_so() -> None:
    found = capacity(sweep=SWEEP[:3])
    page = render_capacity_page(found, judge_capacity(found))
    assert "The law was not fitted" in assert_offline_and_sound(page).text
    assert "predicted for it" not in page


def test_classes_with_targets_of_their_own_are_drawn_as_multiples_of_them() -> None:
    own = [query("find_sku", 1_000, 400, slo_ms=20), query("search_text", 1_000, 4_000)]
    found = capacity([rate_step(at_rate(200, 1, queries=own))])
    assert "as a multiple of the target" in render_capacity_page(found, ())


def test_a_search_that_measured_nothing_still_has_a_page() -> None:
    found = capacity([], [])
    text = assert_offline_and_sound(render_capacity_page(found, judge_capacity(found))).text
    assert "No capacity" in text
