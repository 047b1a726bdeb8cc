"""What each kind of finding of the gate means, for whoever meets only its code."""

from collections.abc import Iterator
from dataclasses import dataclass

from b2bench.findings import Severity
from reports.changes import COUNTERS
from reports.gate_policy import TIME_INCREASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of finding.

    Args:
        code: as findings carry it.
        title: in a few words.
        help: what it means and what to do.
        severity: as long as a policy says nothing else.
    """

    code: str
    title: str
    help: str
    severity: Severity


CAUSES_NOT_SOUGHT = "causes-not-sought"
_GROWN = (
    "Look at the cause that the message names and undo it. If more work is right, record a new "
    "baseline, or accept it for this query class with `b2bench baseline accept`. The floors are in "
    "the policy file (`b2bench gate --show-policy`)."
)
_SHRUNK = "Less work than in the baseline: record a new baseline to keep it."


def _counters() -> Iterator[Code]:
    for counter in COUNTERS:
        yield Code(
            code=f"{counter.code}-increased",
            title=f"More {counter.unit}",
            help=f"A statement needs more {counter.unit} than in the baseline. {_GROWN}",
            severity=counter.severity,
        )
        yield Code(
            code=f"{counter.code}-decreased",
            title=f"Fewer {counter.unit}",
            help=_SHRUNK,
            severity=Severity.NOTE,
        )


CODES = (
    Code(
        code="plan-shape-changed",
        title="Another plan",
        help="The planner takes another plan than in the baseline: other scans, joins or indexes. "
        f"{_GROWN}",
        severity=Severity.ERROR,
    ),
    *_counters(),
    Code(
        code="rows-changed",
        title="Another number of rows",
        help="A statement returns more or fewer rows than in the baseline, so it gives another "
        "answer, or its data are not the same. Compare the answers; if they are right, record a "
        "new baseline.",
        severity=Severity.ERROR,
    ),
    Code(
        code="answer-changed",
        title="Another answer",
        help="A statement returns as many rows as in the baseline, with other values. Compare the "
        "answers; if they are right, record a new baseline.",
        severity=Severity.WARNING,
    ),
    Code(
        code="estimate-worse",
        title="The planner knows less",
        help="The planner has the number of rows wrong by a much larger factor than in the "
        "baseline, so it may choose badly. ANALYZE; for columns that depend on each other, "
        "CREATE STATISTICS.",
        severity=Severity.WARNING,
    ),
    Code(
        code=TIME_INCREASED,
        title="Slower",
        help="Baseline and candidate were timed in turn, and the candidate takes longer, for "
        "certain and beyond the floor. A cause that the gate's work shows comes first; without "
        "one, look at what is no work: locks, waits, functions.",
        severity=Severity.ERROR,
    ),
    Code(
        code="time-decreased",
        title="Faster",
        help="Baseline and candidate were timed in turn, and the candidate takes less time, for "
        "certain and beyond the floor.",
        severity=Severity.NOTE,
    ),
    Code(
        code="time-unconfirmed",
        title="Looked slower or faster, and was not confirmed",
        help="A first pass said so and a second or third did not. Nothing is certain.",
        severity=Severity.NOTE,
    ),
    Code(
        code="not-timed",
        title="Not timed",
        help="One side refuses the query class, or its old text is not known.",
        severity=Severity.NOTE,
    ),
    Code(
        code="time-sensitivity",
        title="How small a slow-down would have been seen",
        help="Whether silence means much: a slow-down that is smaller would have gone unnoticed.",
        severity=Severity.NOTE,
    ),
    Code(
        code="baseline-side-differs",
        title="The baseline's side of timing is not quite the baseline",
        help="Something could not be undone in the copy that stands for the baseline. Name a "
        "database as the baseline was with `--against`.",
        severity=Severity.WARNING,
    ),
    Code(
        code="not-counted",
        title="The server did not count statements",
        help="EXPLAIN does not see foreign-key checks and what functions execute; "
        "pg_stat_statements does. Load it, and let the user read it (pg_read_all_stats).",
        severity=Severity.WARNING,
    ),
    Code(
        code=CAUSES_NOT_SOUGHT,
        title="Causes could not be looked for",
        help="The verdict stands, but the experiments that name causes could not be done to the "
        "end: somebody was connected to the database, or the server refused something.",
        severity=Severity.WARNING,
    ),
    Code(
        code="role-refused",
        title="A role of a query file may not be taken on",
        help="The query classes that name it run as the session's user, whose rights and policies "
        "are others. Grant the role to that user, or connect as another.",
        severity=Severity.WARNING,
    ),
    Code(
        code="step-missing",
        title="A statement is not executed any more",
        help="A statement of the baseline was not executed. Look at the arguments and at the steps "
        "before it; if it is gone for good, record a new baseline.",
        severity=Severity.ERROR,
    ),
    Code(
        code="step-new",
        title="A statement that the baseline does not have",
        help="It is not judged. Record a new baseline to have it judged.",
        severity=Severity.NOTE,
    ),
    Code(
        code="class-missing",
        title="A query class of the baseline was not explained",
        help="Its file is gone. Record a new baseline if it is gone for good.",
        severity=Severity.WARNING,
    ),
    Code(
        code="class-new",
        title="A query class that the baseline does not have",
        help="It is not judged. Record a new baseline to have it judged.",
        severity=Severity.NOTE,
    ),
    Code(
        code="cannot-explain",
        title="A query class that could not be judged",
        help="The server refuses it, or it has no arguments. Correct the file, its arguments, or "
        "the privileges of its role.",
        severity=Severity.ERROR,
    ),
    Code(
        code="needs-clone",
        title="A query class that changes data was not judged",
        help="It is not executed on a database in use. Judge it on a copy: of a database that "
        "b2bench made, or with `--scratch`.",
        severity=Severity.WARNING,
    ),
    Code(
        code="data-set-unknown",
        title="The data are not b2bench's",
        help="Whether the data are the baseline's is not known, so a change of the data looks like "
        "one of the code.",
        severity=Severity.WARNING,
    ),
)
_BY_CODE = {each.code: each for each in CODES}


def code_of(code: str) -> Code:
    """Return what a code means; of one that is not listed, the code itself is all that is known."""
    title = code.replace("-", " ").capitalize()
    return _BY_CODE.get(
        code, Code(code=code, title=title, help=f"{title}.", severity=Severity.WARNING)
    )
