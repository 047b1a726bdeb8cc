"""Which findings turn a run's verdict to no."""

from dataclasses import replace

import pytest

from b2bench.findings import ExitCode, Finding, Severity, exit_code
from b2bench.runs import ErrorCount, LoadResult
from reports.run_policy import DEFAULT, TERMS, read_policy
from reports.verdicts import judge_run
from tests.reports.sample_run import load_result, query

FAILED = (ErrorCount(sqlstate="40001", meaning="serialization failure", count=5),)


def run_with_everything() -> LoadResult:
    """Return a run that missed a target, failed 0.5 % of a class, was slow and skipped 1 %."""
    queries = [
        query("missed", 1000, 60_000),
        query("failing", 995, 900, errors=FAILED),
        query("slow", 1000, 120_000, slo_ms=None),
        query("rare", 20, 900),
    ]
    return load_result(queries, skipped=30)


def graded(text: str, result: LoadResult | None = None) -> dict[str, Severity]:
    result = result or run_with_everything()
    findings = judge_run(result)
    return {found.code: found.severity for found in read_policy(text).graded(findings, result)}


def failing(text: str) -> set[str]:
    return {code for code, severity in graded(text).items() if severity is Severity.ERROR}


def test_without_a_word_it_is_as_the_verdicts_judge() -> None:
    result = run_with_everything()
    judged = judge_run(result)
    assert read_policy(DEFAULT).graded(judged, result) == judged


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("target", {"target-missed"}),
        ("errors", {"requests-failed"}),
        ("errors>0.1%", {"requests-failed"}),
        ("errors>0.5%", set()),
        ("errors > 1 %", None),
        ("mean", {"slow-mean"}),
        ("skipped", {"requests-skipped"}),
        ("skipped>0.9%", {"requests-skipped"}),
        ("skipped>1%", set()),
        ("samples", {"few-samples"}),
        ("target, errors>0.1%,mean", {"target-missed", "requests-failed", "slow-mean"}),
        ("invalid", set()),
        ("warning", {"target-missed", "requests-failed", "slow-mean", "requests-skipped"}),
        ("never", set()),
    ],
)
def test_what_is_listed_fails_and_nothing_else(text: str, fails: set[str] | None) -> None:
    if fails is None:
        with pytest.raises(ValueError, match="write never, warning, or some of target"):
            read_policy(text)
    else:
        assert failing(text) == fails


def test_what_is_not_listed_still_warns() -> None:
    assert graded("mean")["target-missed"] is Severity.WARNING


def test_a_target_that_a_few_requests_missed_goes_on_warning() -> None:
    unlucky = load_result([query("rare", 20, 60_000)])
    assert graded("target", unlucky)["target-missed"] is Severity.WARNING
    assert graded("warning", unlucky)["target-missed"] is Severity.ERROR


def test_an_invalid_run_fails_whatever_is_listed_but_never() -> None:
    stopped = replace(load_result([query("q", 1000, 900)]), phase="interrupted")
    for text in ("target", "mean", "warning"):
        assert graded(text, stopped)["run-invalid"] is Severity.ERROR
    assert graded("never", stopped)["run-invalid"] is Severity.WARNING


def test_a_finding_that_no_term_names_stays_as_it_was_judged() -> None:
    other = Finding(code="pooler-too-old", severity=Severity.ERROR, subject="x", message="y")
    (found,) = read_policy("target").graded([other], run_with_everything())
    assert found.severity is Severity.ERROR
    (found,) = read_policy("never").graded([other], run_with_everything())
    assert exit_code([found]) is ExitCode.FINE


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "target,", "never,target", "mean>50%", "errors>0.1", "errors<1%", "TARGET"],
)
def test_what_cannot_be_read_lists_what_can(text: str) -> None:
    with pytest.raises(ValueError, match="write never, warning, or some of ") as refused:
        read_policy(text)
    for term in TERMS:
        assert term in str(refused.value)
