"""What speaks against a run."""

from dataclasses import replace

from b2bench.findings import Finding, Severity, exit_code
from b2bench.runs import ErrorCount, LoadResult, QueryResult
from reports.verdicts import judge_run
from tests.reports.sample_run import load_result, query


def judged(*queries: QueryResult, result: LoadResult | None = None) -> tuple[Finding, ...]:
    result = result or load_result(queries)
    return judge_run(result, batch={"monthly"})


def codes(*queries: QueryResult, result: LoadResult | None = None) -> list[str]:
    return [finding.code for finding in judged(*queries, result=result)]


def test_a_good_run_has_nothing_against_it() -> None:
    assert judged(query("fast", 1000, 900)) == ()


def test_a_missed_target_fails_the_run() -> None:
    (finding,) = judged(query("slow", 1000, 60_000, slo_ms=100))
    assert (finding.code, finding.subject) == ("target-missed", "slow")
    assert finding.message == "p95 120 ms, target 100 ms (n=1,000)"
    assert exit_code([finding]) == 1


def test_a_target_missed_by_a_few_requests_only_warns() -> None:
    unlucky = judged(query("rare", 20, 60_000, slo_ms=100))
    assert [each.severity for each in unlucky] == [Severity.WARNING, Severity.NOTE]
    slow = judged(query("rare", 20, 120_000, slo_ms=100))
    assert slow[0].severity is Severity.ERROR


def test_failures_fail_the_run() -> None:
    errors = (ErrorCount(sqlstate="40001", meaning="serialization failure", count=2),)
    (finding,) = judged(query("q", 998, 900, errors=errors))
    assert finding.severity is Severity.ERROR
    assert finding.message == "2 of 1,000 requests failed: 40001 serialization failure ×2"


def test_a_slow_mean_warns_unless_the_class_is_a_batch() -> None:
    assert codes(query("q", 1000, 120_000, slo_ms=None)) == ["slow-mean"]
    assert codes(query("monthly", 1000, 120_000, slo_ms=None)) == []


def test_few_samples_are_said() -> None:
    assert codes(query("q", 20, 900)) == ["few-samples"]


def test_a_busy_client_makes_the_run_invalid() -> None:
    busy = load_result([query("q", 1000, 900)], client_cpu_share=0.97)
    (finding,) = judged(result=busy)
    assert (finding.code, finding.severity) == ("run-invalid", Severity.ERROR)
    assert finding.message.startswith("INVALID: the client was the bottleneck")


def test_a_client_whose_event_loop_is_late_makes_the_run_invalid() -> None:
    late = load_result([query("q", 1000, 30_000)], loop_lag_us=10_000)
    (finding,) = judged(result=late)
    assert (finding.code, finding.severity) == ("run-invalid", Severity.ERROR)
    assert finding.message.startswith("INVALID: the client was late: its event loop woke sleepers")
    assert "--workers" in finding.mend


def test_a_stall_of_the_server_is_no_fault_of_the_client() -> None:
    stalled = query("q", 1000, 30_000, slo_ms=None, lag_us=30_000)
    assert codes(result=load_result([stalled])) == []


def test_requests_that_are_not_accounted_for_make_the_run_invalid() -> None:
    lost = replace(load_result([query("q", 1000, 900)]), offered=1001)
    assert codes(result=lost) == ["run-invalid"]


def test_an_interrupted_or_empty_run_is_invalid() -> None:
    stopped = replace(load_result([query("q", 1000, 900)]), phase="interrupted")
    assert codes(result=stopped) == ["run-invalid"]
    assert codes(result=load_result([])) == ["run-invalid"]


def test_skipped_requests_warn() -> None:
    assert codes(result=load_result([query("q", 1000, 900)], skipped=5)) == ["requests-skipped"]
