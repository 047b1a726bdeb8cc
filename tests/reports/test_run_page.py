"""The run report."""

import doctest
from dataclasses import replace

import pytest

from b2bench.runs import ErrorCount, Observation
from reports import run_server, run_targets
from reports.run_page import render_run_page
from reports.verdicts import judge_run
from tests.figures.html import Outline, assert_offline_and_sound
from tests.reports.sample_run import QUERIES, latency, load_result, query, run_record
from tests.reports.spike_run import spike_record


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


@pytest.fixture(scope="module")
def spike() -> Outline:
    return assert_offline_and_sound(render_run_page(spike_record()))


def test_every_part_of_a_record_has_its_section(spike: Outline) -> None:
    sections = "findings queries latency time split failures statements waits slow validity"
    assert set(sections.split()) <= set(spike.ids)


@pytest.mark.parametrize(
    "said",
    [
        "up to 40 users, up to 1,800 requests/s offered, Poisson arrivals",
        ", skipped when 2.00 s late",
        "via pgbouncer, statements not prepared, shared by 2 processes",
        "host=127.0.0.1 port=5433 dbname=b2b",
        "9 sessions were lost and opened anew",
        "serialization failure",
        "reserve_stock and 1 more/commit",
        "Lock: transactionid",
        "60 % (n=910)",
        "reserve_stock/lock",
        "not a statement of the plan",
        "1,204 requests were due before a user was free",
        "Event loop late: p50 0.080 ms",
        "equal for each of 12 statements",
        "a request kept a session of the server busy for 2.17 ms",
        "1.15–1.41 s",
    ],
)
def test_the_page_says(spike: Outline, said: str) -> None:
    assert said in " ".join(spike.text.split())


def test_kinds_of_failures_and_retries_are_in_the_tables_tooltips() -> None:
    page = render_run_page(spike_record())
    assert 'title="57P01 admin shutdown ×9"' in page
    assert 'title="40001 serialization failure ×14, 40P01 deadlock detected ×3"' in page


def test_a_page_is_smaller_than_two_megabytes_after_eight_hours() -> None:
    page = render_run_page(run_record(load_result(seconds=8 * 3_600)))
    assert len(page.encode()) < 2_000_000


def test_a_server_that_is_gone_leaves_what_the_client_saw() -> None:
    record = replace(
        spike_record(), statements=(), observation=Observation(samples=0, backends=0, waits=())
    )
    outline = assert_offline_and_sound(render_run_page(record))
    assert "statements" not in outline.ids
    text = " ".join(outline.text.split())
    assert "What the server's part was is not known: it could not be asked." in text
    assert "The server's statements could not be asked for" in text
    assert "No session of the load was seen in the measurement" in text
    assert "The slow log could not be read" in text


def test_an_invalid_account_is_not_compared() -> None:
    record = replace(spike_record(), is_account_complete=False)
    outline = assert_offline_and_sound(render_run_page(record))
    text = " ".join(outline.text.split())
    assert "the server's account is invalid" in text
    assert "equal for" not in text


def test_statements_that_differ_are_listed() -> None:
    record = spike_record()
    first, *others = record.statements
    lost = replace(first, server_calls=first.server_calls - 3)
    page = render_run_page(replace(record, statements=(lost, *others)))
    assert "1 of 12 differ" in assert_offline_and_sound(page).text


def test_an_interrupted_run_shows_the_part_that_there_is() -> None:
    record = spike_record()
    cut = replace(
        record.result,
        phase="interrupted",
        measured_s=27.0,
        seconds=record.result.seconds[:27],
        stages=record.result.stages[:2],
    )
    findings = judge_run(cut)
    text = assert_offline_and_sound(
        render_run_page(replace(record, result=cut, findings=findings))
    ).text
    assert "INVALID: the run was interrupted" in text
    assert "27 s after 10 s of warm-up" in text


def test_a_client_that_is_the_bottleneck_is_named() -> None:
    page = render_run_page(run_record(load_result(client_cpu_share=0.95)))
    assert "the bottleneck" in assert_offline_and_sound(page).text


def test_of_many_missed_targets_the_worst_are_named() -> None:
    queries = [query(f"q{at}", 1_000, 100_000 + at * 10_000) for at in range(9)]
    text = assert_offline_and_sound(render_run_page(run_record(load_result(queries)))).text
    assert "9 of 9 targets missed: q8, q7, q6, q5, q4 and 4 more" in text
    assert "more findings" in text


def test_nothing_that_a_database_named_can_break_the_page() -> None:
    evil = '<script>alert("x")</script>'
    record = spike_record()
    renamed = replace(record.result.queries[0], name=evil)
    result = replace(record.result, queries=(renamed, *record.result.queries[1:]))
    page = render_run_page(replace(record, result=result))
    assert_offline_and_sound(page)
    assert evil not in page


def test_the_examples_in_the_docstrings_are_true() -> None:
    for module in (run_server, run_targets):
        assert doctest.testmod(module).failed == 0
