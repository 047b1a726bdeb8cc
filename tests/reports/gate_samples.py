"""Verdicts that no shop gives at once: many classes, causes of every kind, what was not judged."""

from dataclasses import replace

from b2bench.arguments import Case
from b2bench.findings import Finding, Severity
from reports.cause import Cause
from reports.changes import changes
from reports.comparison import Comparison, Comparisons, StepComparison
from reports.gate import Verdict, pronounce
from reports.ground import Ground
from reports.work import WorkVector

GROUND = Ground(server_major=18, data_set=None, block_size=8192)
LOST = Cause(
    kind="index",
    identity="products_sku",
    shown="index products_sku is missing",
    mend="create it again: CREATE INDEX products_sku ON products (sku)",
    proven=True,
)
SUSPECTED = replace(LOST, proven=False)
CANNOT = Finding(
    code="cannot-explain",
    severity=Severity.ERROR,
    subject="broken",
    message="typical: the server refuses it: UndefinedTable (42P01)",
    mend="correct broken.sql, its arguments, or the privileges of its role",
)
NEEDS_CLONE = Finding(
    code="needs-clone",
    severity=Severity.WARNING,
    subject="place_order",
    message="changes data or locks rows, so it is not explained on a database in use",
    mend="explain it on a clone of a database that b2bench made",
)


def work(blocks: int = 4, **further: int) -> WorkVector:
    """Return the work of an index scan that touches so many blocks."""
    counted = {
        "rows_returned": 1,
        "tuples": 1,
        "temp_blocks": 0,
        "wal_records": 0,
        "wal_bytes": 0,
        "wal_full_pages": 0,
        "trigger_calls": 0,
        "heap_fetches": 0,
    }
    return WorkVector(
        plan_shape=("Index Scan using products_sku on products",),
        shared_blocks=blocks,
        **(counted | further),
    )


def step(
    query: str, before: int = 4, after: int = 4, *causes: Cause, case: Case = Case.TYPICAL
) -> StepComparison:
    """Return a statement that touched and touches so many blocks."""
    subject = f"{query} ({case})"
    return StepComparison(
        subject=subject,
        case=case,
        step="main",
        baseline=work(before),
        candidate=work(after),
        causes=causes,
        findings=changes(subject, work(before), work(after)),
    )


def compared(query: str, *steps: StepComparison, notices: tuple[Finding, ...] = ()) -> Comparison:
    """Return a query class."""
    return Comparison(query=query, steps=steps, notices=notices)


def verdict(*classes: Comparison, notices: tuple[Finding, ...] = ()) -> Verdict:
    """Return the verdict on some classes."""
    return pronounce(Comparisons(classes=classes, differences=(), notices=notices), GROUND)
