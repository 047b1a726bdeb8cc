"""What timings of two sides come to: findings, each with its interval and its number of pairs."""

from collections.abc import Iterator, Sequence
from statistics import median

from b2bench.figures.notation import counted, milliseconds, significant
from b2bench.findings import Finding, Severity
from reports.gate_policy import TIME_INCREASED, Policy
from reports.timing import TimeVerdict, Timing

TIME_DECREASED = "time-decreased"
TIME_UNCONFIRMED = "time-unconfirmed"
NOT_TIMED = "not-timed"
TIME_SENSITIVITY = "time-sensitivity"
_TIMES = {1: "once", 2: "twice"}


def time_findings(timings: Sequence[Timing], policy: Policy | None = None) -> tuple[Finding, ...]:
    """Return what is certain, what is not, and how small an effect could have been seen.

    Args:
        timings: of a run, in any order.
        policy: by which findings are graded.
    """
    policy = policy or Policy()
    each = (policy.rules(timing.query).graded(found) for timing in timings for found in _of(timing))
    return (*each, *_sensitivity(timings))


def _of(timing: Timing) -> Iterator[Finding]:
    match timing.verdict:
        case TimeVerdict.SLOWER:
            yield _finding(TIME_INCREASED, Severity.ERROR, timing, _moved(timing))
        case TimeVerdict.FASTER:
            yield _finding(TIME_DECREASED, Severity.NOTE, timing, _moved(timing))
        case TimeVerdict.UNTIMED:
            yield _finding(NOT_TIMED, Severity.NOTE, timing, f"not timed: {timing.said}")
        case _ if timing.is_unconfirmed:
            message = f"~ {_moved(timing)}: {timing.suspected} at first"
            yield _finding(TIME_UNCONFIRMED, Severity.NOTE, timing, message)


def _finding(code: str, severity: Severity, timing: Timing, message: str) -> Finding:
    return Finding(code=code, severity=severity, subject=timing.subject, message=message)


def _moved(timing: Timing) -> str:
    """Say from what to what, e.g. `2.41 ms → 5.02 ms, ratio 2.08 (1.97 to 2.20, n=60, …)`."""
    before, after = milliseconds(timing.baseline_ms), milliseconds(timing.candidate_ms)
    low, high = significant(timing.low), significant(timing.high)
    return (
        f"{before} → {after}, ratio {significant(timing.ratio)} "
        f"({low} to {high}, n={timing.pairs}{_confirmed(timing)})"
    )


def _confirmed(timing: Timing) -> str:
    if timing.verdict is timing.suspected and timing.confirmations:
        return f", confirmed {_TIMES[timing.confirmations]}"
    return ", not confirmed" if timing.is_unconfirmed else ""


def _sensitivity(timings: Sequence[Timing]) -> Iterator[Finding]:
    """Yield one note that says what the run could not have seen."""
    timed = [timing for timing in timings if timing.verdict is not TimeVerdict.UNTIMED]
    if not timed:
        return
    worst = max(timed, key=lambda timing: timing.smallest)
    classes = len({timing.query for timing in timed})
    middle = median(timing.smallest for timing in timed)
    yield Finding(
        code=TIME_SENSITIVITY,
        severity=Severity.NOTE,
        subject="timing",
        message=f"{counted(classes, 'query class')} timed in {counted(len(timed), 'case')}: what "
        f"is ×{significant(middle)} slower would have been found in half of them, in all of them "
        f"×{significant(worst.smallest)} (the worst is {worst.subject}){_unstable(timed)}",
    )


def _unstable(timed: Sequence[Timing]) -> str:
    unstable = sum(timing.verdict is TimeVerdict.UNSTABLE for timing in timed)
    return f"; {unstable} too unstable to show a doubling" if unstable else ""
