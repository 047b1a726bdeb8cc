"""Work that could not be compared, because the server did not count it on one side or on both."""

from collections.abc import Iterator, Sequence

from b2bench.figures.notation import counted
from b2bench.findings import Finding, Severity
from reports.comparison import Comparisons
from reports.work import WorkVector

# one statement or another may be thrown out of the server's list meanwhile
_UNCOUNTED_MOST = 0.1
_SUBJECT = "the comparison"


def uncounted(comparisons: Comparisons) -> tuple[Finding, ...]:
    """Return what is to be said where only EXPLAIN told of the work: it does not see everything.

    Foreign-key checks, statements of functions and, before PostgreSQL 17, values out of line are
    only counted by pg_stat_statements.
    """
    steps = [step for compared in comparisons.classes for step in compared.steps]
    sides = {
        "baseline": [step.baseline for step in steps],
        "candidate": [step.candidate for step in steps],
    }
    return tuple(finding for side, works in sides.items() for finding in _of(side, works))


def _of(side: str, works: Sequence[WorkVector]) -> Iterator[Finding]:
    lacking = sum(work.executed_blocks is None for work in works)
    if lacking > len(works) * _UNCOUNTED_MOST:
        yield Finding(
            code="not-counted",
            severity=Severity.WARNING,
            subject=_SUBJECT,
            message=f"for the {side} the server counted {len(works) - lacking} of "
            f"{counted(len(works), 'statement')}: what foreign-key checks and functions do is not "
            "compared for the others",
            mend="load pg_stat_statements, create its extension, and let the user read it "
            "(pg_read_all_stats)",
        )
