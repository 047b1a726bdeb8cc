"""Time as the gate's second opinion: the candidate in turn with what the baseline was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from b2bench.catalogue import differences
from b2bench.clones import clone
from b2bench.commands._capture import Subject
from b2bench.commands._target import is_ours
from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from b2bench.progress import Progress, prefixed
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.baseline import Baseline
from reports.capture import Capture
from reports.gate_policy import Policy
from reports.paired_timing import QUICK, THOROUGH, require_same_server, time_pairs
from reports.query_change import Statement, query_change, statement_of
from reports.reverting import revert_all
from reports.timing import Timing
from reports.timing_findings import NOT_TIMED


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWishes:
    """What the candidate is timed beside.

    Args:
        against: the baseline's database, on the candidate's server; `None` for a copy of the
            candidate in which every difference of the catalogues is undone.
        queries: the folder of the baseline's query files; `None` where a changed class is left out.
        quick: whether a shorter look is enough.
    """

    against: str | None = None
    queries: Path | None = None
    quick: bool = False


def time_wishes(
    *, time: bool, against: str | None, queries: Path | None, quick: bool
) -> TimeWishes | None:
    """Return what is to be timed, from a command's options; `None` where nothing is.

    Raises:
        BadInput: something is said of timing that is not wanted.
    """
    if time:
        return TimeWishes(against=against, queries=queries, quick=quick)
    if against is not None or queries is not None:
        given = "--against" if against is not None else "--baseline-queries"
        raise BadInput(f"{given} is for timing: say --time, too")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    baseline: Target
    candidate: Target
    is_copied: bool
    notices: tuple[Finding, ...] = ()


def take_times(
    subject: Subject,
    wishes: TimeWishes,
    progress: Progress,
    *,
    baseline: Baseline,
    captured: Capture,
    policy: Policy,
) -> tuple[tuple[Timing, ...], tuple[Finding, ...]]:
    """Return the times of every class whose two texts are known, and what is to be said of that.

    Raises:
        BadInput: there is nothing to time the candidate beside, or it is on another server.
        ServerUnreachable: the baseline's database cannot be reached.
    """
    queries = subject.selection.queries
    before = load_queries(wishes.queries) if wishes.queries else _unchanged(baseline, queries)
    with _sides(subject, baseline, captured, wishes, progress) as sides:
        timings = time_pairs(
            sides.baseline,
            sides.candidate,
            queries,
            subject.source,
            seed=subject.selection.seed,
            progress=prefixed(progress, "time"),
            policy=policy,
            effort=QUICK if wishes.quick else THOROUGH,
            clone=sides.is_copied,
            baseline_queries=before,
            roles=subject.roles.taken,
        )
    return timings, (*sides.notices, *_left_out(queries, before))


def require_something_beside(subject: Subject, wishes: TimeWishes) -> None:
    """Check that there is something to time the candidate beside, before the work begins.

    Raises:
        BadInput: there is not, or it is on another server.
        ServerUnreachable: the baseline's database cannot be reached.
    """
    if wishes.against is not None:
        require_same_server(Target.parse(wishes.against), subject.target)
    elif not subject.may_copy:
        raise BadInput(
            f"--time needs a database beside {subject.target.database}: name the baseline's with "
            "--against, or say --scratch, so that copies of this one may be made"
        )


@contextmanager
def _sides(
    subject: Subject,
    baseline: Baseline,
    captured: Capture,
    wishes: TimeWishes,
    progress: Progress,
) -> Iterator[_Sides]:
    if not subject.may_copy:
        against = Target.parse(wishes.against or "")
        yield _Sides(baseline=against, candidate=subject.target, is_copied=False)
        return
    progress("copying the database twice")
    with subject.copies("time")() as candidate:
        if wishes.against is not None:
            against = Target.parse(wishes.against)
            with clone(against, "time", of_scratch=not is_ours(against)) as before:
                yield _Sides(baseline=before, candidate=candidate, is_copied=True)
            return
        with subject.copies("time")() as before:
            found = differences(baseline.catalogue, captured.catalogue)
            refused = revert_all(before, found)
            yield _Sides(
                baseline=before,
                candidate=candidate,
                is_copied=True,
                notices=tuple(_not_undone(str(each)) for each in refused),
            )


def _unchanged(baseline: Baseline, queries: Sequence[QueryClass]) -> list[QueryClass]:
    """Return the classes whose text is that of the baseline."""
    before = {each.query: each.statements for each in baseline.classes}
    return [
        query
        for query in queries
        if query_change(query.name, before.get(query.name, ()), _statements(query)) is None
    ]


def _statements(query: QueryClass) -> list[Statement]:
    return [statement_of(step.name, step.sql) for step in query.steps]


def _left_out(queries: Sequence[QueryClass], before: Sequence[QueryClass]) -> Iterator[Finding]:
    known = {query.name for query in before}
    for query in queries:
        if query.name not in known:
            yield Finding(
                code=NOT_TIMED,
                severity=Severity.NOTE,
                subject=query.name,
                message="its file was changed, and the old text is not known",
                mend="name the folder of the old files with --baseline-queries",
            )


def _not_undone(why: str) -> Finding:
    return Finding(
        code="baseline-side-differs",
        severity=Severity.WARNING,
        subject="the baseline's side of timing",
        message=f"still has what could not be undone: {why}",
        mend="name a database as the baseline was with --against",
    )
