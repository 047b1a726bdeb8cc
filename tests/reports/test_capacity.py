"""What follows from the steps of a capacity."""

from dataclasses import replace
from pathlib import Path

import pytest

from b2bench.findings import ExitCode, exit_code
from b2bench.records import read_record, write_record
from reports.capacity import Capacity, judge_capacity
from reports.capacity_steps import fit_sweep, rate_step, sweep_step
from reports.capacity_text import held_out_sentence
from tests.reports.sample_capacity import STEPS, SWEEP, at_rate, at_sessions, capacity
from tests.reports.sample_run import latency, query


def codes(found: Capacity) -> list[str]:
    return [finding.code for finding in judge_capacity(found)]


def test_the_capacity_is_the_highest_rate_that_held_below_the_first_that_broke() -> None:
    found = capacity()
    assert [step.outcome for step in STEPS] == ["held", "held", "missed", "missed", "held"]
    assert found.per_s == 367
    assert found.verdict == (
        "Capacity 367 requests/s within 100 ms; at 450/s search_text broke first: p95 124 ms,"
        " target 100 ms, 24 % over (n=1,125)"
    )
    assert exit_code(judge_capacity(found)) is ExitCode.FINE


def test_a_rate_that_held_the_second_time_has_held() -> None:
    found = capacity([*STEPS[:3], rate_step(at_rate(450, 30_000)), rate_step(at_rate(675, 90_000))])
    assert found.per_s == 450
    assert found.broke is not None
    assert found.broke.rate == 675


def test_what_held_above_a_rate_that_broke_is_not_the_capacity() -> None:
    found = capacity([*STEPS, rate_step(at_rate(500, 20_000))])
    assert found.per_s == 367


def test_a_first_rate_that_breaks_is_a_no() -> None:
    found = capacity(STEPS[2:4])
    assert found.per_s is None
    assert found.verdict.startswith(
        "No capacity: already the first rate, 450/s, broke: search_text"
    )
    assert codes(found)[0] == "first-step-broke"
    assert exit_code(judge_capacity(found)) is ExitCode.VERDICT_NO


def test_a_client_at_its_limit_is_never_taken_for_the_server() -> None:
    found = capacity([*STEPS[:2], rate_step(at_rate(450, 61_000, client_cpu_share=0.97))])
    assert found.broke is not None
    assert found.broke.outcome == "client"
    assert found.broke.broken == ()
    assert not found.found
    assert "at least 300 requests/s; at 450/s the client was the limit" in found.verdict
    assert codes(found)[0] == "client-limit"
    assert exit_code(judge_capacity(found)) is ExitCode.VERDICT_NO


def test_a_class_over_its_target_by_a_few_requests_does_not_break_a_step() -> None:
    rare = replace(query("report", 12, 60_000), response=latency(12, 60_000))
    step = rate_step(at_rate(200, 1, queries=[query("find_sku", 2_000, 400), rare]))
    assert step.worst is not None
    assert (step.worst.query, step.outcome) == ("report", "held")
    assert "few-samples" in codes(capacity([step, *STEPS[2:4]]))


def test_sessions_that_were_all_busy_are_named_as_the_limit() -> None:
    waiting = replace(query("sleep", 4_500, 61_000), service=latency(4_500, 80_000, spread=1.1))
    step = rate_step(at_rate(450, 1, queries=[waiting]))
    assert step.busy == pytest.approx(0.99)
    found = capacity([*STEPS[:2], step])
    assert "short-of-sessions" in codes(found)
    assert exit_code(judge_capacity(found)) is ExitCode.FINE


def test_a_prediction_of_almost_anything_proves_nothing() -> None:
    wild = [
        sweep_step(at_sessions(sessions, per_s))
        for sessions, per_s in (
            (1, 1_594),
            (2, 706),
            (4, 1_015),
            (8, 1_134),
            (16, 1_396),
            (32, 235),
        )
    ]
    _, vague = fit_sweep(wild)
    _, sharp = fit_sweep(SWEEP)
    assert vague is not None
    assert sharp is not None
    assert "~ the interval is too wide to prove anything" in held_out_sentence(vague)
    assert held_out_sentence(sharp).endswith("6 % off, inside the interval")


def test_too_few_steps_give_no_law_and_say_so() -> None:
    found = capacity(sweep=SWEEP[:3])
    assert found.law is None
    assert "no-law" in codes(found)


def test_no_rate_at_all_is_a_no() -> None:
    assert exit_code(judge_capacity(capacity([]))) is ExitCode.VERDICT_NO


def test_an_interrupted_search_says_so_first() -> None:
    assert codes(replace(capacity(STEPS[:1]), interrupted=True))[0] == "capacity-interrupted"


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    found = capacity()
    write_record(tmp_path / "capacity.json", found)
    assert read_record(tmp_path / "capacity.json", Capacity) == found
