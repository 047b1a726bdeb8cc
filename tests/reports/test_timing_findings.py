"""What is said of timings."""

from dataclasses import replace

from b2bench.arguments import Case
from b2bench.findings import Finding, Severity
from reports.gate_policy import Policy, Rules
from reports.timing import TimeVerdict, Timing
from reports.timing_findings import time_findings

SLOWER = Timing(
    query="price_cart",
    case=Case.TYPICAL,
    verdict=TimeVerdict.SLOWER,
    suspected=TimeVerdict.SLOWER,
    baseline_ms=2.41,
    candidate_ms=5.02,
    ratio=2.08,
    low=1.97,
    high=2.2,
    pairs=60,
    smallest=1.2,
    confirmations=2,
)
SAME = replace(
    SLOWER,
    query="find_sku",
    case=Case.MISS,
    verdict=TimeVerdict.NOT_CERTAIN,
    suspected=TimeVerdict.NOT_CERTAIN,
    ratio=1.01,
    low=0.97,
    high=1.05,
    smallest=1.14,
    confirmations=0,
)


def only(*timings: Timing, policy: Policy | None = None) -> Finding:
    """Return what is said of the first; the last finding is that on the whole run."""
    first, *_ = time_findings(timings, policy)
    return first


def test_slower_for_certain_is_an_error_with_its_interval() -> None:
    found = only(SLOWER)
    assert (found.code, found.severity) == ("time-increased", Severity.ERROR)
    assert found.subject == "price_cart (typical)"
    assert found.message == ("2.41 ms → 5.02 ms, ratio 2.08 (1.97 to 2.20, n=60, confirmed twice)")


def test_faster_for_certain_is_a_note() -> None:
    found = only(replace(SLOWER, verdict=TimeVerdict.FASTER, suspected=TimeVerdict.FASTER))
    assert (found.code, found.severity) == ("time-decreased", Severity.NOTE)


def test_what_was_not_confirmed_is_said_with_a_tilde() -> None:
    found = only(replace(SAME, suspected=TimeVerdict.SLOWER))
    assert (found.code, found.severity) == ("time-unconfirmed", Severity.NOTE)
    assert found.message == (
        "~ 2.41 ms → 5.02 ms, ratio 1.01 (0.970 to 1.05, n=60, not confirmed): slower at first"
    )


def test_classes_that_vary_too_much_are_counted() -> None:
    (found,) = time_findings([SAME, replace(SAME, verdict=TimeVerdict.UNSTABLE, smallest=3.17)])
    assert found.message.endswith(
        "in all of them ×3.17 (the worst is find_sku (miss)); 1 too unstable to show a doubling"
    )


def test_a_class_that_was_not_timed_says_why() -> None:
    found = only(replace(SAME, verdict=TimeVerdict.UNTIMED, said="permission denied (42501)"))
    assert (found.code, found.message) == ("not-timed", "not timed: permission denied (42501)")


def test_of_what_is_not_certain_only_the_whole_is_told() -> None:
    (found,) = time_findings([SAME, replace(SAME, case=Case.RARE, smallest=1.5)])
    assert (found.code, found.severity) == ("time-sensitivity", Severity.NOTE)
    assert found.message == (
        "1 query class timed in 2 cases: what is ×1.32 slower would have been found in half of "
        "them, in all of them ×1.50 (the worst is find_sku (rare))"
    )


def test_a_policy_grades_slower() -> None:
    lenient = Policy(default=Rules(severities={"time-increased": Severity.WARNING}))
    assert only(SLOWER, policy=lenient).severity is Severity.WARNING


def test_nothing_timed_is_nothing_to_say() -> None:
    assert time_findings([]) == ()
