"""Judge two work vectors of one statement: what grew, what shrank, and by how much it matters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import number, significant
from b2bench.findings import Finding, Severity
from reports.work import WorkVector

PLAN_SHAPE_CHANGED = "plan-shape-changed"
_ESTIMATE_WORSE = 10
_ESTIMATE_OFF = 100
_SAME_RESULT_MEND = "compare the answers; if they are right, record a new baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A change matters when it reaches both: a share of the smaller side, and a count."""

    relative: float
    absolute: int

    def reached(self, low: int, high: int) -> bool:
        """Return whether growing from `low` to `high` matters."""
        grown = high - low
        return grown > 0 and grown >= self.absolute and grown >= self.relative * low


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """By counter. The absolute floors absorb a page split or two, a hint bit, a counter's turn."""

    shared_blocks: Threshold = Threshold(relative=0.1, absolute=8)
    tuples: Threshold = Threshold(relative=0.1, absolute=50)
    temp_blocks: Threshold = Threshold(relative=0.1, absolute=8)
    wal_records: Threshold = Threshold(relative=0.1, absolute=4)
    wal_bytes: Threshold = Threshold(relative=0.1, absolute=16_384)
    trigger_calls: Threshold = Threshold(relative=0.0, absolute=1)
    heap_fetches: Threshold = Threshold(relative=0.1, absolute=50)
    # what an execution leaves behind, dead rows and pages half full, is among them
    executed_blocks: Threshold = Threshold(relative=0.1, absolute=32)
    function_calls: Threshold = Threshold(relative=0.1, absolute=5)
    statements: Threshold = Threshold(relative=0.1, absolute=1)
    jit_functions: Threshold = Threshold(relative=0.1, absolute=1)


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A counter of the work vector, how findings call it, and how bad it is when it grows."""

    field: str
    code: str
    unit: str
    severity: Severity = Severity.ERROR


COUNTERS = (
    Counted(field="shared_blocks", code="blocks", unit="blocks"),
    Counted(field="tuples", code="tuples", unit="tuples processed"),
    Counted(field="temp_blocks", code="temp", unit="temporary blocks"),
    Counted(field="wal_records", code="wal-records", unit="WAL records"),
    Counted(field="wal_bytes", code="wal-bytes", unit="WAL bytes"),
    Counted(field="trigger_calls", code="trigger-calls", unit="trigger calls"),
    Counted(field="executed_blocks", code="executed-blocks", unit="blocks of a real execution"),
    Counted(field="function_calls", code="function-calls", unit="function calls"),
    Counted(field="statements", code="statements", unit="statements with those of functions"),
    Counted(field="jit_functions", code="jit", unit="functions compiled just in time"),
    # they depend on the last VACUUM too, so they only warn
    Counted(
        field="heap_fetches", code="heap-fetches", unit="heap fetches", severity=Severity.WARNING
    ),
)


def changes(
    subject: str,
    baseline: WorkVector,
    candidate: WorkVector,
    *,
    thresholds: Thresholds = THRESHOLDS,
    sampled: bool = False,
) -> tuple[Finding, ...]:
    """Return regressions, and improvements as notes.

    Args:
        subject: what the findings are about.
        baseline: the work that was recorded.
        candidate: the work now.
        thresholds: from where on a change matters.
        sampled: whether the statistics come from a sample, so that each ANALYZE may tip the
            planner to another plan that costs the same: without more work it only warns.
    """
    grown = list(_grown(subject, baseline, candidate, thresholds))
    shrunk = list(_shrunk(subject, baseline, candidate, thresholds))
    shape = _shape(subject, baseline, candidate, _shape_severity(grown, shrunk, sampled=sampled))
    rows = _rows(subject, baseline, candidate)
    estimate = _estimate(subject, baseline, candidate)
    return (*shape, *grown, *rows, *estimate, *shrunk)


def _grown(
    subject: str, baseline: WorkVector, candidate: WorkVector, thresholds: Thresholds
) -> Iterator[Finding]:
    for counter, before, after in _counted(baseline, candidate):
        threshold: Threshold = getattr(thresholds, counter.field)
        if threshold.reached(before, after):
            yield Finding(
                code=f"{counter.code}-increased",
                severity=counter.severity,
                subject=subject,
                message=_moved(counter.unit, before, after),
            )


def _shrunk(
    subject: str, baseline: WorkVector, candidate: WorkVector, thresholds: Thresholds
) -> Iterator[Finding]:
    for counter, before, after in _counted(baseline, candidate):
        threshold: Threshold = getattr(thresholds, counter.field)
        if threshold.reached(after, before):
            yield Finding(
                code=f"{counter.code}-decreased",
                severity=Severity.NOTE,
                subject=subject,
                message=_moved(counter.unit, before, after),
                mend="record a new baseline to keep it",
            )


def _counted(baseline: WorkVector, candidate: WorkVector) -> Iterator[tuple[Counted, int, int]]:
    # a page logged whole says when the last checkpoint was, not what the statement did
    paged = baseline.wal_full_pages or candidate.wal_full_pages
    for counter in COUNTERS:
        before, after = getattr(baseline, counter.field), getattr(candidate, counter.field)
        is_told = before is not None and after is not None
        if is_told and not (paged and counter.field == "wal_bytes"):
            yield counter, before, after


def _moved(unit: str, before: int, after: int) -> str:
    """Say from what to what, e.g. `blocks 4 → 812 (×203)`."""
    factor = f" ({_factor(before, after)})" if before and after else ""
    return f"{unit} {number(before)} → {number(after)}{factor}"


def _factor(before: int, after: int) -> str:
    change = after / before
    if change >= 2:  # noqa: PLR2004 (from here on a factor is easier to read)
        return f"×{change:,.0f}" if change >= 10 else f"×{change:.1f}"  # noqa: PLR2004
    return f"{change - 1:+.0%}".replace("%", " %").replace("-", "−")


def _shape_severity(
    grown: Sequence[Finding], shrunk: Sequence[Finding], *, sampled: bool
) -> Severity:
    if shrunk and not grown:
        return Severity.NOTE
    return Severity.WARNING if sampled and not grown else Severity.ERROR


def _shape(
    subject: str, baseline: WorkVector, candidate: WorkVector, severity: Severity
) -> Iterator[Finding]:
    before, after = baseline.plan_shape, candidate.plan_shape
    if before == after:
        return
    yield Finding(
        code=PLAN_SHAPE_CHANGED,
        severity=severity,
        subject=subject,
        message=first_difference(before, after),
    )


def first_difference(before: Sequence[str], after: Sequence[str]) -> str:
    """Name the nodes that are only on one side, at most two of each."""
    nodes_before, nodes_after = (Counter(map(str.strip, shape)) for shape in (before, after))
    gone = list(nodes_before - nodes_after)[:2]
    come = list(nodes_after - nodes_before)[:2]
    if not gone and not come:
        return "the same nodes in another order"
    return f"{', '.join(gone) or 'nothing'} → {', '.join(come) or 'nothing'}"


def _rows(subject: str, baseline: WorkVector, candidate: WorkVector) -> Iterator[Finding]:
    before, after = baseline.rows_returned, candidate.rows_returned
    if before != after:
        yield Finding(
            code="rows-changed",
            severity=Severity.ERROR,
            subject=subject,
            message=f"{_moved('rows returned', before, after)}: another answer",
            mend=_SAME_RESULT_MEND,
        )
    elif baseline.result and candidate.result and baseline.result != candidate.result:
        yield Finding(
            code="answer-changed",
            severity=Severity.WARNING,
            subject=subject,
            message=f"as many rows as before ({number(after)}), with other values",
            mend=_SAME_RESULT_MEND,
        )


def _estimate(subject: str, baseline: WorkVector, candidate: WorkVector) -> Iterator[Finding]:
    """Yield that the planner knows much less than it did; a fresh ANALYZE moves it, so it warns."""
    before, after = baseline.estimate_error, candidate.estimate_error
    if after >= _ESTIMATE_OFF and after >= _ESTIMATE_WORSE * before:
        yield Finding(
            code="estimate-worse",
            severity=Severity.WARNING,
            subject=subject,
            message=f"the planner's rows are off by a factor of {significant(after)}, "
            f"it was {significant(before)}",
            mend="ANALYZE; for columns that depend on each other, CREATE STATISTICS",
        )
