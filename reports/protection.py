"""What protection costs: query classes on copies without policies and triggers, beside others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Literal

import psycopg

from b2bench.arguments import ArgumentSource, Case, one_of_each_case
from b2bench.database import connect
from b2bench.errors import BadInput, StatementFailed
from b2bench.progress import Progress, prefixed
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.gate_policy import Policy, Rules, TimeFloor
from reports.observing import Observer, observing
from reports.paired_timing import Effort, time_pairs
from reports.plans import JsonObject
from reports.protection_evidence import (
    USUAL_TRIGGERS,
    Added,
    CaseCost,
    NotMeasured,
    Protection,
)
from reports.protection_findings import IndexLoss, judge
from reports.protection_guards import Guard, Met, read_guards, take_off
from reports.protection_plans import Loss, losses, scanned_indexes
from reports.protection_reading import Reading, Subject, hear, meet, read
from reports.refusal import refusal
from reports.timing import Timing

Copies = Callable[[], AbstractContextManager[Target]]
Key = tuple[str, Case]
_Kind = Literal["policies", "triggers", "both"]
# smaller differences of time are none
LEAST_RATIO = 0.03
# a small difference takes more pairs than a regression does
_EFFORT = Effort(rounds=6, round_ms=120, most_pairs=24)
_POLICY = Policy(default=Rules(time=TimeFloor(relative=LEAST_RATIO, absolute_ms=0.0)))


def measure_protection(
    copies: Copies,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    *,
    seed: int,
    triggers: str = USUAL_TRIGGERS,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
    effort: Effort = _EFFORT,
) -> Protection:
    """Execute every class with its protection and without, each kind for itself and both together.

    Each pair of sides stands on two copies made for it: one as the database is, one in which
    row-level security, or the triggers, or both are switched off. What triggers add is asked of
    classes that write only.

    Args:
        copies: makes a copy of the database that may be changed, as its tables' owner.
        queries: the classes, in any order.
        source: where their arguments come from.
        seed: of arguments and orders.
        triggers: a pattern of LIKE: the names of triggers that are there to protect.
        roles: database role by the role that a query file names; others run as the copies' user.
        progress: told of each class and round.
        effort: how long timing may take.

    Raises:
        ServerUnreachable: no session could be opened.
        StatementFailed: policies or triggers cannot be switched off.
    """
    return _Measuring(
        copies=copies,
        queries=queries,
        source=source,
        seed=seed,
        triggers=triggers,
        roles=roles or {},
        progress=progress,
        effort=effort,
    ).take()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surveyed:
    """A class with one case of arguments, and what guards the tables that it touches."""

    subject: Subject
    met: tuple[Met, ...]

    @property
    def key(self) -> Key:
        return self.subject.query.name, self.subject.arguments.case

    @property
    def has_policies(self) -> bool:
        return any(each.policies is not None for each in self.met)

    @property
    def has_triggers(self) -> bool:
        return any(each.triggers for each in self.met)


@dataclass(slots=True, kw_only=True)
class _Measuring:
    """One database, and what is found of its classes."""

    copies: Copies
    queries: Sequence[QueryClass]
    source: ArgumentSource
    seed: int
    triggers: str
    roles: Mapping[str, str]
    progress: Progress
    effort: Effort
    left_out: dict[str, str] = field(default_factory=dict)
    lost: list[IndexLoss] = field(default_factory=list)

    def take(self) -> Protection:
        self.progress("copying the database")
        with self.copies() as copy:
            guards = read_guards(copy, self.triggers)
            surveyed = list(self._survey(copy)) if guards else []
        policies = [guard for guard in guards if guard.kind == "policies"]
        triggers = [guard for guard in guards if guard.kind == "trigger"]
        guarded = [each for each in surveyed if each.has_policies]
        fired = [each for each in surveyed if each.has_triggers]
        both = [each for each in surveyed if each.has_policies and each.has_triggers]
        by_policies = self._compare("policies", policies, guarded)
        by_triggers = self._compare("triggers", triggers, fired)
        by_both = self._compare("both", [*policies, *triggers], both)
        costs = (
            CaseCost(
                query=each.key[0],
                case=each.key[1],
                policies=by_policies.get(each.key),
                triggers=by_triggers.get(each.key),
                both=by_both.get(each.key),
                met=tuple(name for met in each.met for name in met.names),
            )
            for each in surveyed
        )
        cases = tuple(cost for cost in costs if cost.total)
        named = {cost.query for cost in cases} | self.left_out.keys()
        return Protection(
            tables=len(policies),
            triggers=len(triggers),
            pattern=self.triggers,
            cases=tuple(sorted(cases, key=lambda cost: cost.query)),
            unguarded=tuple(sorted({each.key[0] for each in surveyed if each.key[0] not in named})),
            left_out=tuple(
                NotMeasured(query=query, why=why) for query, why in sorted(self.left_out.items())
            ),
            findings=tuple(judge(cases, self.lost)),
        )

    def _survey(self, copy: Target) -> Iterator[_Surveyed]:
        # what changes data leaves dead rows behind, so it comes after what only reads
        order = sorted(self.queries, key=lambda query: (query.writes, query.name))
        for done, query in enumerate(order):
            self.progress(f"protection of {query.name}", done=done, total=len(order))
            role = self.roles.get(query.role, copy.role)
            try:
                drawn = one_of_each_case(self.source, query, seed=self.seed)
                subjects = [
                    Subject(query=query, arguments=each, role=role) for each in drawn.values()
                ]
                found = [(each, meet(copy, each, self.triggers)) for each in subjects]
            except (BadInput, StatementFailed) as error:
                self.left_out[query.name] = _why(error)
                continue
            for subject, met in found:
                yield _Surveyed(subject=subject, met=met if query.writes else _read_only(met))

    def _compare(
        self, kind: _Kind, guards: Sequence[Guard], surveyed: Sequence[_Surveyed]
    ) -> dict[Key, Added]:
        if not surveyed:
            return {}
        told = f"without {kind}"
        self.progress(f"{told}: copying the database twice")
        with self.copies() as without, self.copies() as guarded:
            take_off(without, guards)
            found = self._work(kind, (without, guarded), surveyed)
            timings = self._times(told, (without, guarded), [*found])
        return {key: replace(added, timing=timings.get(key)) for key, added in found.items()}

    def _work(
        self, kind: _Kind, sides: tuple[Target, Target], surveyed: Sequence[_Surveyed]
    ) -> dict[Key, Added]:
        found = dict[Key, Added]()
        without, guarded = sides
        with (
            observing(without, is_alone=True) as first,
            observing(guarded, is_alone=True) as second,
        ):
            observed: list[tuple[Target, Observer | None]] = [(without, first), (guarded, second)]
            for done, each in enumerate(surveyed):
                name = each.key[0]
                self.progress(f"without {kind}: {name}", done=done, total=len(surveyed))
                if name in self.left_out:
                    continue
                try:
                    before, after = (read(side, each.subject, seen) for side, seen in observed)
                except (BadInput, StatementFailed) as error:
                    self.left_out[name] = _why(error)
                    continue
                if said := before.said or after.said:
                    self.left_out[name] = said
                    continue
                found[each.key] = _added(without, before, after)
                if kind == "policies":
                    self._look_for_losses(sides, each, (before, after), found[each.key])
        return {key: added for key, added in found.items() if key[0] not in self.left_out}

    def _look_for_losses(
        self,
        sides: tuple[Target, Target],
        surveyed: _Surveyed,
        readings: tuple[Reading, Reading],
        added: Added,
    ) -> None:
        """Note what kept the class from an index, of its own statements and of its functions'."""
        before, after = readings
        own = zip(before.steps, after.steps, strict=False)
        pairs = [(one.plan, other.plan) for one, other in own if one.step == other.step]
        has_nested = set(added.indexes_without) - set(added.indexes_guarded) or any(
            step.functions for step in before.steps
        )
        if has_nested:
            pairs += _nested_pairs(sides, surveyed.subject)
        found = list[Loss]()
        with connect(replace(sides[0], role=None)) as connection:
            for without, guarded in pairs:
                found += losses(connection, without, guarded)
        for loss in found:
            self.lost.append(
                IndexLoss(
                    query=surveyed.key[0],
                    case=surveyed.key[1],
                    loss=loss,
                    policies=_policies_on(surveyed.met, loss),
                )
            )

    def _times(
        self, told: str, sides: tuple[Target, Target], keys: Sequence[Key]
    ) -> dict[Key, Timing]:
        names = {name for name, _ in keys}
        timings = time_pairs(
            *sides,
            [query for query in self.queries if query.name in names],
            self.source,
            seed=self.seed,
            progress=prefixed(self.progress, told),
            policy=_POLICY,
            effort=self.effort,
            clone=True,
            roles=self.roles,
        )
        return {(timing.query, timing.case): timing for timing in timings}


def _added(copy: Target, before: Reading, after: Reading) -> Added:
    with connect(replace(copy, role=None)) as connection:
        names = scanned_indexes(connection, [*{*before.scans, *after.scans}])
    return Added(
        without=before.spent,
        guarded=after.spent,
        is_same_answer=_answers(before) == _answers(after),
        shape_without=_shapes(before),
        shape_guarded=_shapes(after),
        indexes_without=_indexes(before, names),
        indexes_guarded=_indexes(after, names),
    )


def _read_only(met: Sequence[Met]) -> tuple[Met, ...]:
    """Return what guards what is read; a function that writes unasked is none of a reader's."""
    return tuple(replace(each, triggers=[]) for each in met if each.policies is not None)


def _why(error: BadInput | StatementFailed) -> str:
    cause = error.__cause__
    return refusal(cause) if isinstance(cause, psycopg.Error) else str(error)


def _answers(reading: Reading) -> list[tuple[int, str]]:
    return [(step.work.rows_returned, step.work.result) for step in reading.steps]


def _shapes(reading: Reading) -> tuple[str, ...]:
    return tuple(line for step in reading.steps for line in step.work.plan_shape)


def _indexes(reading: Reading, names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(sorted(names[oid] for oid in reading.scans if oid in names))


def _policies_on(met: Sequence[Met], loss: Loss) -> tuple[str, ...]:
    """Return the policies of the table that lost an index, else all that the class meets."""
    there = [
        name
        for each in met
        if (each.schema, each.table) == (loss.schema, loss.table)
        for name in each.policies or ()
    ]
    return tuple(there) or tuple(name for each in met for name in each.policies or ())


def _nested_pairs(
    sides: tuple[Target, Target], subject: Subject
) -> list[tuple[JsonObject, JsonObject]]:
    try:
        before, after = (hear(side, subject) for side in sides)
    except (BadInput, StatementFailed):
        # what the plans of its own statements show still holds
        return []
    return [
        (one.plan, other.plan)
        for step, plans in before.items()
        for one in plans
        for other in after.get(step, ())
        if one.sql == other.sql
    ]
