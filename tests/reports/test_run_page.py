"""The run report."""

from dataclasses import replace

import pytest

from b2bench.runs import ErrorCount
from reports.run_page import render_run_page
from tests.figures.html import Outline, assert_offline_and_sound
from tests.reports.sample_run import QUERIES, latency, load_result, query, run_record


@pytest.fixture(scope="module")
def outline() -> Outline:
    return assert_offline_and_sound(render_run_page(run_record()))


def test_the_page_names_every_class_and_the_facts(outline: Outline) -> None:
    for each in QUERIES:
        assert each.name in outline.text
    for fact in ("mixed", "40 users, 1,100 requests/s offered", "standard, seed 1", "1 min after"):
        assert fact in outline.text


def test_the_verdict_comes_first(outline: Outline) -> None:
    assert "1 of 6 targets missed: search_text" in outline.text


def test_the_sum_of_requests_is_shown(outline: Outline) -> None:
    said = "66,732 offered = 66,732 completed + 0 failed + 0 skipped + 0 unfinished"
    assert said in outline.text
    assert "every request accounted for" in outline.text


def test_a_run_that_met_its_targets_says_so() -> None:
    page = render_run_page(run_record(load_result([query("find_sku", 1000, 400)])))
    assert "Valid run, every target met (1 query class), no request failed" in page


def test_an_invalid_run_says_nothing_else() -> None:
    page = render_run_page(run_record(load_result(client_cpu_share=0.95)))
    assert '<p class="verdict bad">INVALID: the client was the bottleneck' in page


def test_failures_are_shown_with_their_kind() -> None:
    errors = (ErrorCount(sqlstate="40001", meaning="serialization_failure", count=3),)
    record = run_record(load_result([query("q", 1000, 400, errors=errors)]))
    text = assert_offline_and_sound(render_run_page(record)).text
    assert "3 requests failed" in text
    assert "serialization_failure ×3" in text


def test_a_run_without_any_answer_still_has_a_page() -> None:
    errors = (ErrorCount(sqlstate="57014", meaning="query_canceled", count=3),)
    nothing = replace(query("q", 0, 0, errors=errors), response=latency(0, 0))
    empty = replace(load_result([nothing]), seconds=(), measured_s=0.0)
    record = replace(run_record(empty), statements=())
    outline = assert_offline_and_sound(render_run_page(record))
    assert "INVALID: no request was completed" in outline.text
    assert "latency" not in outline.ids


def test_a_class_with_a_single_answer_is_drawn() -> None:
    page = render_run_page(run_record(load_result([query("once", 1, 400)], seconds=1)))
    assert "fewer than 100 requests: once (1)" in assert_offline_and_sound(page).text
