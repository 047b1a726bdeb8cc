"""Name what made work grow, by undoing one difference after another on copies of the candidate."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from b2bench.arguments import ArgumentSource
from b2bench.catalogue import Difference, differences
from b2bench.errors import StatementFailed
from b2bench.findings import Severity
from b2bench.progress import Progress, silent
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.baseline import Baseline
from reports.capture import Capture, capture
from reports.cause import Cause, cause_of, suspects, without_partitions
from reports.changes import PLAN_SHAPE_CHANGED
from reports.comparison import Comparison, StepComparison
from reports.gate import Verdict, judge, pronounce
from reports.gate_policy import Policy
from reports.plans import raw_nodes
from reports.probes import Probe, probes
from reports.reverting import CannotUndo, Undoing, apply, maintain, revert_all, undoings

_MOST_ALONE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What was judged, and what experiments need of it.

    Args:
        captured: what the gate saw.
        queries: the classes.
        source: of the same arguments.
        seed: of the same arguments.
        copies: makes a copy of the candidate's database, which may be changed.
        policy: by which it was judged.
        roles: database role by the role that a query file names.
    """

    captured: Capture
    queries: Sequence[QueryClass]
    source: ArgumentSource
    seed: int
    copies: Callable[[], AbstractContextManager[Target]]
    policy: Policy
    roles: Mapping[str, str] | None = None


def name_causes(
    verdict: Verdict, baseline: Baseline, candidate: Candidate, progress: Progress
) -> Verdict:
    """Return the verdict with causes that were found by experiment; without a regression as it is.

    Each difference of the catalogues that has to do with a regression is undone on a copy by
    itself, the likeliest first. What none of them explains is tried with all of them undone, and
    then with what no catalogue shows: statistics, pending lists, dead rows, bloat. What is left is
    of unknown cause, or of a changed query file.

    First everything is looked at again on a copy in which nothing is undone. What is not worse
    there was chance, and becomes a note.
    """
    regressed = tuple(_regressed(verdict))
    if not regressed:
        return verdict
    looking = _Looking(baseline, candidate, regressed, progress)
    chances = looking.chances()
    found = looking.find()
    return _with_causes(verdict, found, chances)


def _regressed(verdict: Verdict) -> Iterator[tuple[Comparison, StepComparison]]:
    for compared in verdict.comparisons.classes:
        for step in compared.steps:
            if _errors(step):
                yield compared, step


def _with_causes(
    verdict: Verdict, causes: Mapping[str, tuple[Cause, ...]], chances: Collection[str]
) -> Verdict:
    classes = tuple(
        replace(
            compared,
            steps=tuple(
                _as_chance(step)
                if step.subject in chances
                else replace(step, causes=causes.get(step.subject, step.causes))
                for step in compared.steps
            ),
        )
        for compared in verdict.comparisons.classes
    )
    return pronounce(replace(verdict.comparisons, classes=classes), verdict.ground)


def _as_chance(step: StepComparison) -> StepComparison:
    """Return a step whose regression a second look did not confirm."""
    findings = (
        replace(
            found,
            severity=Severity.NOTE,
            message=f"{found.message}; not so on a second copy",
            mend="",
        )
        if found.severity is Severity.ERROR
        else found
        for found in step.findings
    )
    return replace(step, findings=tuple(findings), causes=())


class _Looking:
    """Experiments until every regression has its cause, or there is nothing left to undo."""

    def __init__(
        self,
        baseline: Baseline,
        candidate: Candidate,
        regressed: Sequence[tuple[Comparison, StepComparison]],
        progress: Progress,
    ) -> None:
        self._baseline = baseline
        self._candidate = candidate
        self._progress = progress
        self._query_of = {step.subject: compared.query for compared, step in regressed}
        self._change_of = {step.subject: compared.change for compared, step in regressed}
        self._codes_of = {step.subject: _decisive(step) for _, step in regressed}
        self._open = dict.fromkeys(self._query_of)
        self._found = dict[str, tuple[Cause, ...]]()
        found = differences(baseline.catalogue, candidate.captured.catalogue)
        every = undoings(found, baseline.catalogue, candidate.captured.catalogue)
        self._possible = [each for each in every if not each.refusal]
        self._refused = [each for each in every if each.refusal]
        self._rank_of = {step.subject: self._ranks(step, found) for _, step in regressed}

    def chances(self) -> frozenset[str]:
        """Look again with nothing undone, and return what is not worse there; that is settled."""
        self._progress("look for the cause: is it so again?")
        with self._candidate.copies() as copy:
            left = self._left(copy, list(self._open))
        gone = frozenset(subject for subject in self._open if left.get(subject) == frozenset())
        for subject in gone:
            self._open.pop(subject)
        return gone

    def find(self) -> Mapping[str, tuple[Cause, ...]]:
        """Return causes by subject; an empty tuple is an unknown one."""
        states = self._maintained()
        for subject in states:
            self._open.pop(subject)
        self._each_alone()
        self._all_together()
        # a changed file explains what maintenance does not restore
        self._changed_queries()
        self._open |= dict.fromkeys(states)
        self._states()
        self._changed_queries()
        for subject in self._open:
            # what could not be undone may be it
            left = [each for each in self._refused if self._rank(each, subject) is not None]
            self._found[subject] = tuple(
                cause_of(difference) for each in left for difference in each.differences
            )
        return self._found

    def _maintained(self) -> Sequence[str]:
        """Return the subjects that what goes with undoing restores by itself: ANALYZE, VACUUM."""
        if not self._open or not self._possible:
            return ()
        with self._candidate.copies() as copy:
            if not maintain(self._possible, copy):
                return ()
            return self._restored(copy, list(self._open))

    def _ranks(self, step: StepComparison, found: Sequence[Difference]) -> dict[Difference, int]:
        sql = self._sql(step)
        groups = suspects(sql, step.baseline.plan_shape, found, self._baseline.catalogue)
        return {difference: rank for rank, group in enumerate(groups) for difference in group}

    def _sql(self, step: StepComparison) -> str:
        query = self._query(self._query_of[step.subject])
        return next((each.sql for each in query.steps if each.name == step.step), "")

    def _query(self, name: str) -> QueryClass:
        return next(query for query in self._candidate.queries if query.name == name)

    def _rank(self, undoing: Undoing, subject: str) -> int | None:
        """Return how likely a difference explains a subject, 0 is best; `None` if not at all."""
        ranks = self._rank_of[subject]
        return min((ranks[each] for each in undoing.differences if each in ranks), default=None)

    def _best_rank(self, undoing: Undoing) -> int:
        ranks = (self._rank(undoing, subject) for subject in self._open)
        return min((rank for rank in ranks if rank is not None), default=len(self._possible))

    def _each_alone(self) -> None:
        for undoing in sorted(self._possible, key=self._best_rank)[:_MOST_ALONE]:
            wanted = [each for each in self._open if self._rank(undoing, each) is not None]
            if wanted:
                self._settle(self._without([undoing], wanted), [undoing])

    def _all_together(self) -> None:
        """Undo everything; of what is then as it was, find the differences that are needed."""
        if not self._open or not self._possible:
            return
        for subject in self._without(self._possible, list(self._open)):
            if subject in self._open:
                likely = sorted(self._possible, key=lambda each: self._place(each, subject))
                needed = self._needed(subject, likely, [])
                self._settle(self._without(needed, list(self._open)), needed)

    def _place(self, undoing: Undoing, subject: str) -> int:
        rank = self._rank(undoing, subject)
        return len(self._possible) if rank is None else rank

    def _needed(
        self, subject: str, among: Sequence[Undoing], besides: Sequence[Undoing]
    ) -> list[Undoing]:
        """Return undoings of which each is needed, by halving (Zeller's delta debugging).

        Args:
            subject: whose work is restored when all of them are undone.
            among: where the needed ones are.
            besides: what is undone in any case.
        """
        if len(among) <= 1:
            return list(among)
        first, second = among[: len(among) // 2], among[len(among) // 2 :]
        for half in (first, second):
            if subject in self._without([*besides, *half], [subject]):
                return self._needed(subject, half, besides)
        # some of each half are needed
        of_first = self._needed(subject, first, [*besides, *second])
        return [*of_first, *self._needed(subject, second, [*besides, *of_first])]

    def _changed_queries(self) -> None:
        """Take a changed file for the cause of what nothing else explains."""
        for subject in list(self._open):
            if change := self._change_of[subject]:
                self._close(subject, (change,))

    def _states(self) -> None:
        """Undo what no catalogue shows, one state after another on the same copy."""
        if not self._open:
            return
        with self._candidate.copies() as copy:
            for probe in probes(copy, self._relations()):
                if not self._open:
                    return
                self._progress(f"look for the cause: {probe.shown}")
                try:
                    probe.apply()
                except StatementFailed:
                    # a lock or a privilege that is missing tells nothing of the others
                    continue
                for subject in self._restored(copy, list(self._open)):
                    self._close(subject, (_cause_of_state(probe),))

    def _relations(self) -> tuple[str, ...]:
        """Return the tables in the plans of what is unexplained, in their order."""
        named = {self._query_of[subject] for subject in self._open}
        plans = (
            step.plan
            for captured in self._candidate.captured.classes
            if captured.query in named
            for case in captured.cases
            for step in case.steps
        )
        names = (
            f"{raw['Schema']}.{raw['Relation Name']}"
            for plan in plans
            for raw in raw_nodes(plan["Plan"])
            if "Relation Name" in raw and "Schema" in raw
        )
        return tuple(dict.fromkeys(names))

    def _without(self, undone: Sequence[Undoing], subjects: Sequence[str]) -> Sequence[str]:
        """Return the subjects whose work is as it was on a copy without some differences."""
        self._progress(f"look for the cause: {', '.join(each.shown for each in undone[:2])}")
        with self._candidate.copies() as copy:
            refused = _undo(undone, copy)
            self._refused += refused
            self._possible = [each for each in self._possible if each not in refused]
            return [] if len(refused) == len(undone) else self._restored(copy, subjects)

    def _restored(self, copy: Target, subjects: Sequence[str]) -> list[str]:
        left = self._left(copy, subjects)
        return [each for each in subjects if each in left and not left[each] & self._codes_of[each]]

    def _left(self, copy: Target, subjects: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return what is still worse in a copy, by subject."""
        names = {self._query_of[subject] for subject in subjects}
        seen = capture(
            copy,
            [query for query in self._candidate.queries if query.name in names],
            self._candidate.source,
            seed=self._candidate.seed,
            progress=silent,
            clone=True,
            roles=self._candidate.roles,
        )
        again = judge(_only(self._baseline, names), seen, self._candidate.policy)
        return {
            step.subject: _errors(step)
            for compared in again.comparisons.classes
            for step in compared.steps
        }

    def _settle(self, subjects: Iterable[str], undone: Sequence[Undoing]) -> None:
        every = [each for undoing in undone for each in undoing.differences]
        undone_differences = without_partitions(every) or every
        for subject in subjects:
            ranks = self._rank_of[subject]
            # one undoing may take several differences back: the likeliest of them comes first
            likely = sorted(undone_differences, key=lambda each: ranks.get(each, len(ranks)))
            self._close(subject, tuple(cause_of(each, proven=True) for each in likely))

    def _close(self, subject: str, causes: tuple[Cause, ...]) -> None:
        self._found[subject] = causes
        self._open.pop(subject, None)


def _undo(undone: Sequence[Undoing], copy: Target) -> list[Undoing]:
    """Undo differences in a copy, and return those that could not be undone."""
    if len(undone) == 1:
        try:
            apply(undone[0], copy)
        except CannotUndo:
            return list(undone)
        return []
    members = [each for undoing in undone for each in undoing.differences]
    left = {refusal.difference for refusal in revert_all(copy, members)}
    return [undoing for undoing in undone if left.intersection(undoing.differences)]


def _only(baseline: Baseline, names: set[str]) -> Baseline:
    return replace(
        baseline, classes=tuple(each for each in baseline.classes if each.query in names)
    )


def _decisive(step: StepComparison) -> frozenset[str]:
    """Return what has to be gone before a statement's work is restored.

    Of two plans that cost the same, a copy may have the other one, so the shape counts only where
    nothing else is worse.
    """
    codes = _errors(step)
    return codes - {PLAN_SHAPE_CHANGED} or codes


def _errors(step: StepComparison) -> frozenset[str]:
    return frozenset(found.code for found in step.findings if found.severity is Severity.ERROR)


def _cause_of_state(probe: Probe) -> Cause:
    return Cause(
        kind=probe.kind,
        identity=probe.identity,
        shown=probe.shown,
        mend=probe.mend,
        proven=True,
    )
