"""What a run says as one step of a capacity."""

import pytest

from b2bench.runs import ErrorCount
from reports.capacity_steps import fit_sweep, rate_step, sweep_step
from tests.reports.sample_capacity import SWEEP, at_rate, at_sessions
from tests.reports.sample_run import query


def test_failures_break_a_step_and_are_named() -> None:
    deadlock = ErrorCount(sqlstate="40P01", meaning="deadlock detected", count=3)
    step = rate_step(
        at_rate(200, 1, queries=[query("place_order", 2_000, 400, errors=(deadlock,))])
    )
    assert step.outcome == "failed"
    assert "place_order (40P01 deadlock detected)" in step.says


def test_a_server_that_does_not_keep_up_breaks_though_no_target_is_missed() -> None:
    assert rate_step(at_rate(200, 20_000, late=100)).outcome == "held"
    step = rate_step(at_rate(200, 20_000, late=190))
    assert step.outcome == "behind"
    assert "190 of 2,000 requests were answered only after the step's end" in step.says
    assert step.per_s == 181


def test_little_s_law_gives_the_requests_under_way() -> None:
    step = rate_step(at_rate(200, 1, queries=[query("find_sku", 2_000, 10_000)]))
    assert step.concurrency == pytest.approx(200 * 0.011)


def test_steps_in_doubt_are_left_out_of_the_law() -> None:
    doubtful = [
        sweep_step(at_sessions(64, 700, client_cpu_share=0.95)),
        sweep_step(at_sessions(64, 700, failed=3)),
    ]
    assert [step.doubt for step in doubtful] == ["the client was the limit", "3 requests failed"]
    assert fit_sweep([*SWEEP, *doubtful]) == fit_sweep(SWEEP)
