"""Explain, look for what is wrong, and try on a copy what could mend it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from b2bench.arguments import Arguments, ArgumentSource, Case, Drawn, one_of_each_case
from b2bench.clones import clone
from b2bench.cluster.binaries import find_binaries
from b2bench.commands._capture import Selection
from b2bench.commands._explain_output import read_explanation
from b2bench.commands._growth import require_growing, take_growth
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import reading
from b2bench.errors import BadInput
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.roles import Roles, find_roles
from b2bench.target import Target
from reports.ablation import ablate
from reports.capture import Capture, capture
from reports.deepening import deepen
from reports.diagnosis import Diagnosis, diagnose, prove
from reports.explained_beside import Beside, beside
from reports.explanation import Explanation
from reports.facts import Facts, read_facts
from reports.growth import Growth
from reports.index_evidence import Ablation
from reports.protection import measure_protection
from reports.protection_evidence import USUAL_TRIGGERS, Protection
from reports.statistics_compared import compared
from reports.statistics_export import read_export
from reports.statistics_plans import StatisticsPlans, plan_with_statistics
from reports.statistics_restored import require_restoring
from reports.sweep import Sweep, sweep

_NO_COPY = (
    "{option} changes {database} to learn from it, and b2bench did not make that: "
    "name a copy of it with --dsn, and say --scratch"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be looked at beyond plans.

    Args:
        scratch: the named database is a copy that may be changed.
        prove: whether mends are tried.
        against: the JSON of an earlier report, to be put beside.
        statistics: planner statistics exported from another server, to be planned with.
        ablate: whether each index is dropped, to see who misses it.
        sweep: whether many arguments are tried.
        protection: the pattern of triggers' names, where it is wanted what protection adds.
        scales: factors of the data set's scale, at which everything is explained anew.
    """

    scratch: bool = False
    prove: bool = True
    against: Path | None = None
    statistics: Path | None = None
    ablate: bool = False
    sweep: bool = False
    protection: str | None = None
    scales: tuple[Decimal, ...] = ()


def pattern_of(*, wanted: bool, triggers: str | None) -> str | None:
    """Return the pattern of the triggers' names, from a command's options; `None` for nothing.

    Raises:
        BadInput: something is said of a measurement that is not wanted.
    """
    if triggers is not None and not wanted:
        raise BadInput("--protection-triggers is for --protection: say that, too")
    return (triggers or USUAL_TRIGGERS) if wanted else None


def take_explanation(
    settings: Settings, target: Target, selection: Selection, wishes: Wishes, progress: Progress
) -> Explanation:
    """Explain the selected query classes and try what could mend what is found.

    Raises:
        NotOurDatabase, BadInput: the shop's queries need the shop's data.
    """
    return _Explaining(settings, target, selection, wishes, progress).take()


class _Explaining:
    """One target and what is wanted of it."""

    def __init__(
        self,
        settings: Settings,
        target: Target,
        selection: Selection,
        wishes: Wishes,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._target = target
        self._selection = selection
        self._wishes = wishes
        self._progress = progress
        # what cannot be read is said before the work, not after it
        self._earlier = read_explanation(wishes.against) if wishes.against else None
        if wishes.statistics is not None:
            read_export(wishes.statistics)
            with reading(target) as connection:
                require_restoring(connection)
        self._is_ours = is_ours(target)
        self._roles = Roles()
        if wishes.scales:
            require_growing(target, wishes.scales)
        changing = {"--ablate": wishes.ablate, "--protection": wishes.protection is not None}
        for option, is_wanted in changing.items():
            if is_wanted and not (self._is_ours or wishes.scratch):
                raise BadInput(_NO_COPY.format(option=option, database=target.database))
        self._source = argument_source(
            settings, target, examples=selection.examples, csv=selection.csv
        )

    def take(self) -> Explanation:
        with reading(self._target) as connection:
            facts = read_facts(connection)
            self._roles = find_roles(connection, self._selection.queries)
        with self._copy("explain") as (subject, may_change):
            found = self._capture(subject, may_change=may_change)
        # a copy of its own: what was executed before would be part of the work
        with self._copy("prove") as (subject, _):
            found = self._deepened(subject, found, may_change=may_change)
            is_proven = may_change and self._wishes.prove
            diagnoses = self._prove(subject, found, facts) if is_proven else diagnose(found, facts)
        return Explanation(
            capture=found,
            diagnoses=diagnoses,
            is_proven=is_proven,
            beside=self._beside(found),
            statistics=self._statistics(found),
            ablation=self._ablation(found),
            protection=self._protection(found),
            growth=self._growth(),
            sweep=self._sweep(found),
        )

    def _ablation(self, found: Capture) -> Ablation | None:
        if not self._wishes.ablate:
            return None
        queries = self._explained(found)
        with self._copy("ablate") as (subject, _):
            return ablate(
                subject,
                queries,
                self._drawn(queries),
                roles=self._roles.taken,
                progress=self._progress,
            )

    def _protection(self, found: Capture) -> Protection | None:
        if self._wishes.protection is None:
            return None
        return measure_protection(
            lambda: clone(self._target, "protection", of_scratch=not self._is_ours),
            self._explained(found),
            self._source,
            seed=self._settings.seed,
            triggers=self._wishes.protection,
            roles=self._roles.taken,
            progress=self._progress,
        )

    def _growth(self) -> Growth | None:
        if not self._wishes.scales:
            return None
        selection, scales = self._selection, self._wishes.scales
        return take_growth(self._settings, self._target, selection, scales, self._progress)

    def _sweep(self, found: Capture) -> Sweep | None:
        if not self._wishes.sweep:
            return None
        with self._copy("sweep") as (subject, _):
            return sweep(
                subject,
                self._explained(found),
                self._source,
                seed=self._settings.seed,
                roles=self._roles.taken,
                progress=self._progress,
            )

    def _drawn(self, queries: Sequence[QueryClass]) -> Drawn:
        return drawn(self._source, queries, self._settings.seed)

    def _statistics(self, found: Capture) -> StatisticsPlans | None:
        if self._wishes.statistics is None:
            return None
        queries = self._explained(found)
        plans = plan_with_statistics(
            self._target,
            self._wishes.statistics,
            queries,
            self._drawn(queries),
            binaries=find_binaries(self._settings.pg_bin),
            roles=self._roles.taken,
            progress=self._progress,
        )
        return compared(plans, found)

    def _explained(self, found: Capture) -> list[QueryClass]:
        """Return the classes that could be explained."""
        explained = {each.query for each in found.classes if each.cases}
        return [query for query in self._selection.queries if query.name in explained]

    def _beside(self, found: Capture) -> Beside | None:
        if self._earlier is None:
            return None
        source = str(self._wishes.against)
        return beside(self._earlier.capture, found, source=source)

    @contextmanager
    def _copy(self, purpose: str) -> Iterator[tuple[Target, bool]]:
        """Yield a database to work in, and whether it may be changed."""
        if not self._is_ours:
            yield self._target, self._wishes.scratch
            return
        self._progress("copying the database")
        with clone(self._target, purpose) as copy:
            yield copy, True

    def _capture(self, subject: Target, *, may_change: bool) -> Capture:
        found = capture(
            subject,
            self._selection.queries,
            self._source,
            seed=self._settings.seed,
            progress=self._progress,
            clone=may_change,
            roles=self._roles.taken,
        )
        return replace(found, notices=self._roles.findings)

    def _deepened(self, subject: Target, found: Capture, *, may_change: bool) -> Capture:
        queries = self._explained(found)
        return deepen(
            subject,
            found,
            self._selection.queries,
            self._drawn(queries),
            clone=may_change,
            roles=self._roles.taken,
            progress=self._progress,
        )

    def _prove(self, subject: Target, found: Capture, facts: Facts) -> tuple[Diagnosis, ...]:
        queries = self._explained(found)
        return prove(
            subject,
            found,
            queries,
            self._drawn(queries),
            facts=facts,
            roles=self._roles.taken,
            progress=self._progress,
        )


def drawn(source: ArgumentSource, queries: Sequence[QueryClass], seed: int) -> Drawn:
    """Return one set of arguments for each case of each class that the source knows."""
    found = dict[str, Mapping[Case, Arguments]]()
    for query in queries:
        try:
            found[query.name] = one_of_each_case(source, query, seed=seed)
        except BadInput:
            continue
    return found
