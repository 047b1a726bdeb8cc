"""Many arguments for each query class that reads: the worst beside the usual, and its plans."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg
from psycopg import errors

from b2bench.arguments import Arguments, ArgumentSource, Case, one_of_each_case
from b2bench.errors import BadInput, StatementFailed
from b2bench.figures.notation import counted, milliseconds, number, significant, target
from b2bench.findings import Finding, Severity
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import pinned_session
from reports.explaining import CaseCapture, StepCapture, explain_case

_STOP_AFTER_MS = 10_000
_WORST_FACTOR = 20
_WORST_BLOCKS_LEAST = 1_000
_GENERIC_FACTOR = 10
_GENERIC_BLOCKS_LEAST = 500
# a class that is stopped so often is known to be bad
_STOPPED_MOST = 3
# of two answers, this many times the blocks a row make one of them costly for another reason
_COSTLIER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What the class did for one set of arguments.

    Args:
        drawn: how often the source drew it; 0 for one that stands for a case that is rare.
        blocks: shared ones, of all steps; 0 where it was stopped.
        shape: its place in the class's `shapes`; `None` where it was stopped.
        execution_ms: of all steps; where it was stopped, the time after which it was.
        is_stopped: it took too long.
        arguments: texts by parameter name; not to be shown unasked.
    """

    case: Case
    drawn: int
    blocks: int
    tuples: int
    rows: int
    execution_ms: float
    shape: int | None
    is_stopped: bool
    arguments: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The plan for unknown arguments, beside the one for these.

    Args:
        is_other: whether some step has another plan.
        blocks: that it touched; `None` where it was stopped.
    """

    is_other: bool
    blocks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSweep:
    """One class with all its arguments, in the order in which they were drawn.

    Args:
        shapes: the different plans, the most frequent first; a line a node, steps by name.
        typical: place of the set with the median number of blocks, each counted as often as drawn.
        worst: place of the set with most blocks; one that was stopped is worse than all others.
        generic_typical: the plan for unknown arguments with the typical set.
        generic_worst: the same with the worst.
    """

    query: str
    slo_ms: float | None
    shapes: tuple[tuple[str, ...], ...]
    sets: tuple[Swept, ...]
    typical: int
    worst: int
    generic_typical: Beside | None = None
    generic_worst: Beside | None = None

    @property
    def typical_set(self) -> Swept:
        """The set with the median number of blocks."""
        return self.sets[self.typical]

    @property
    def worst_set(self) -> Swept:
        """The set with most blocks."""
        return self.sets[self.worst]

    @property
    def ratio(self) -> float | None:
        """Blocks of the worst as a multiple of the typical's; `None` where it was stopped."""
        if self.worst_set.is_stopped or self.typical_set.is_stopped:
            return None
        return self.worst_set.blocks / max(1, self.typical_set.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSwept:
    """A class that was left out, and why."""

    query: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All classes that read, by name.

    Args:
        count: how many sets were drawn for each, not all of them different.
        shows_arguments: whether arguments are in it.
    """

    count: int
    seed: int
    classes: tuple[ClassSweep, ...]
    left_out: tuple[NotSwept, ...]
    findings: tuple[Finding, ...]
    shows_arguments: bool = True

    def findings_of(self, query: str) -> tuple[Finding, ...]:
        """Return what was found in one class."""
        return tuple(finding for finding in self.findings if finding.subject == query)


def redacted_sweep(sweep: Sweep) -> Sweep:
    """Return the record without arguments, which may be personal data."""
    return replace(
        sweep,
        classes=tuple(
            replace(each, sets=tuple(replace(one, arguments={}) for one in each.sets))
            for each in sweep.classes
        ),
        shows_arguments=False,
    )


def sweep(
    target: Target,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    *,
    seed: int,
    count: int = 60,
    stop_after_ms: int = _STOP_AFTER_MS,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
) -> Sweep:
    """Explain each class that only reads for many sets of arguments, each different one once.

    Every transaction is read-only. Each statement is planned for its arguments, those in functions
    too, so that the order of the sets does not matter.

    Args:
        target: the database.
        queries: the classes, in any order; those that write are left out.
        source: where their arguments come from.
        seed: of the arguments.
        count: how many sets are drawn; the first of each case is added where it is not among them.
        stop_after_ms: how long one statement may take.
        roles: database role by the role that a query file names; others run as the session's.
        progress: told of each class.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    order = sorted(queries, key=lambda query: query.name)
    found, left_out = list[ClassSweep](), list[NotSwept]()
    for done, query in enumerate(order):
        progress(f"sweep {query.name}", done=done, total=len(order))
        role = (roles or {}).get(query.role, target.role)
        try:
            drawn = _drawn(query, source, seed=seed, count=count)
            found.append(_class(replace(target, role=role), query, drawn, stop_after_ms))
        except (BadInput, StatementFailed) as error:
            left_out.append(NotSwept(query=query.name, why=_why(error)))
    progress("sweep", done=len(order), total=len(order))
    findings = [finding for each in found for finding in findings_of(each)]
    return Sweep(
        count=count,
        seed=seed,
        classes=tuple(found),
        left_out=tuple(left_out),
        findings=tuple(findings),
    )


def _why(error: BadInput | StatementFailed) -> str:
    cause = error.__cause__
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction):
        return "it changes data or locks rows"
    if isinstance(cause, psycopg.Error):
        # what the server says may quote a value
        return f"the server refuses it: {type(cause).__name__} ({cause.sqlstate})"
    return str(error)


def _drawn(
    query: QueryClass, source: ArgumentSource, *, seed: int, count: int
) -> tuple[tuple[Arguments, int], ...]:
    if query.writes:
        raise BadInput("it changes data")
    return distinct(query, source, seed=seed, count=count)


def _class(
    target: Target,
    query: QueryClass,
    drawn: Sequence[tuple[Arguments, int]],
    stop_after_ms: int,
) -> ClassSweep:
    with pinned_session(target, may_write=False) as connection:
        for name, value in (
            ("statement_timeout", str(stop_after_ms)),
            ("plan_cache_mode", "force_custom_plan"),
        ):
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        return _Sweeping(connection, query, stop_after_ms).over(drawn)


def distinct(
    query: QueryClass, source: ArgumentSource, *, seed: int, count: int
) -> tuple[tuple[Arguments, int], ...]:
    """Return different sets of arguments in the order drawn, and how often each was.

    Raises:
        BadInput: the source has nothing for this class.
    """
    names = [parameter.name for parameter in query.parameters]
    found = dict[tuple[bytes | None, ...], Arguments]()
    times = Counter[tuple[bytes | None, ...]]()
    for arguments in source.draw(query, seed=seed, count=count):
        key = tuple(arguments.encoded(names))
        found.setdefault(key, arguments)
        times[key] += 1
    for arguments in one_of_each_case(source, query, seed=seed).values():
        found.setdefault(tuple(arguments.encoded(names)), arguments)
    return tuple((arguments, times[key]) for key, arguments in found.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One set before the shapes have their places."""

    swept: Swept
    shape: tuple[str, ...] | None


class _Sweeping:
    """One class in one session."""

    def __init__(
        self, connection: psycopg.Connection, query: QueryClass, stop_after_ms: int
    ) -> None:
        self._connection = connection
        self._query = query
        self._stop_after_ms = stop_after_ms

    def over(self, drawn: Sequence[tuple[Arguments, int]]) -> ClassSweep:
        """Explain every set, then the typical and the worst as the server does unknown ones."""
        seen = list[_Seen]()
        for arguments, times in drawn:
            seen.append(self._one(arguments, times))
            if sum(each.swept.is_stopped for each in seen) >= _STOPPED_MOST:
                break
        shapes = _by_frequency(seen)
        sets = tuple(
            replace(each.swept, shape=shapes.index(each.shape) if each.shape else None)
            for each in seen
        )
        typical, worst = _typical(sets), max(range(len(sets)), key=lambda at: _cost(sets[at]))
        found = ClassSweep(
            query=self._query.name,
            slo_ms=self._query.slo_ms,
            shapes=shapes,
            sets=sets,
            typical=typical,
            worst=worst,
        )
        found = self._timed_again(found, drawn[worst][0])
        return replace(
            found,
            generic_typical=self._generic(drawn[typical][0], sets[typical]),
            generic_worst=self._generic(drawn[worst][0], sets[worst]),
        )

    def _explain(self, arguments: Arguments, *, generic: bool = False) -> CaseCapture | None:
        """Return what a set of arguments does; `None` where that took too long."""
        try:
            return explain_case(self._connection, self._query, arguments, generic=generic)
        except errors.QueryCanceled:
            return None
        finally:
            # it may have set the isolation level, which the next one sets again
            self._connection.isolation_level = None

    def _one(self, arguments: Arguments, times: int) -> _Seen:
        found = self._explain(arguments)
        names = [parameter.name for parameter in self._query.parameters]
        texts = [value if value is None else value.decode() for value in arguments.encoded(names)]
        steps = found.steps if found else ()
        swept = Swept(
            case=arguments.case,
            drawn=times,
            blocks=sum(step.work.shared_blocks for step in steps),
            tuples=sum(step.work.tuples for step in steps),
            rows=steps[-1].rows if steps else 0,
            execution_ms=found.execution_ms if found else self._stop_after_ms,
            shape=None,
            is_stopped=found is None,
            arguments=dict(zip(names, texts, strict=True)),
        )
        return _Seen(swept=swept, shape=_shape(steps) if found else None)

    def _timed_again(self, found: ClassSweep, arguments: Arguments) -> ClassSweep:
        """Return the worst with the lesser of two times where it missed the target."""
        worst = found.worst_set
        if found.slo_ms is None or worst.is_stopped or worst.execution_ms <= found.slo_ms:
            return found
        again = self._explain(arguments)
        if again is None:
            return found
        timed = replace(worst, execution_ms=min(worst.execution_ms, again.execution_ms))
        sets = (*found.sets[: found.worst], timed, *found.sets[found.worst + 1 :])
        return replace(found, sets=sets)

    def _generic(self, arguments: Arguments, swept: Swept) -> Beside | None:
        if swept.is_stopped or not self._query.parameters:
            return None
        found = self._explain(arguments, generic=True)
        if found is None:
            return None
        others = [step for step in found.steps if step.generic and step.generic.is_other]
        if any(step.generic and step.generic.is_stopped for step in others):
            return Beside(is_other=True, blocks=None)
        return Beside(is_other=bool(others), blocks=sum(map(_generic_blocks, found.steps)))


def _generic_blocks(step: StepCapture) -> int:
    work = step.generic.work if step.generic else None
    return (work or step.work).shared_blocks


def _shape(steps: Sequence[StepCapture]) -> tuple[str, ...]:
    if len(steps) == 1:
        return steps[0].work.plan_shape
    return tuple(line for step in steps for line in (f"-- {step.step}", *step.work.plan_shape))


def _by_frequency(seen: Sequence[_Seen]) -> tuple[tuple[str, ...], ...]:
    times = Counter[tuple[str, ...]]()
    for each in seen:
        if each.shape:
            times[each.shape] += max(1, each.swept.drawn)
    return tuple(shape for shape, _ in times.most_common())


def _cost(swept: Swept) -> tuple[bool, int, int]:
    return swept.is_stopped, swept.blocks, swept.tuples


def _typical(sets: Sequence[Swept]) -> int:
    """Return the place of the median, each set counted as often as it was drawn."""
    order = sorted(range(len(sets)), key=lambda at: _cost(sets[at]))
    half, before = sum(each.drawn for each in sets) / 2, 0
    for at in order:
        before += sets[at].drawn
        if before >= half:
            return at
    return order[-1]


def findings_of(found: ClassSweep) -> Iterator[Finding]:
    """Yield what a person should know of one class."""
    yield from _worst(found)
    if found.worst_set.is_stopped:
        return
    beside = (
        ("typical", found.typical_set, found.generic_typical),
        ("worst", found.worst_set, found.generic_worst),
    )
    said = set[str]()
    for which, swept, generic in beside:
        finding = _generic_finding(found.query, which, swept, generic)
        if finding and finding.code not in said:
            said.add(finding.code)
            yield finding


def _worst(found: ClassSweep) -> Iterator[Finding]:
    worst, typical, ratio = found.worst_set, found.typical_set, found.ratio
    is_many = ratio is not None and ratio >= _WORST_FACTOR and worst.blocks >= _WORST_BLOCKS_LEAST
    is_late = found.slo_ms is not None and worst.execution_ms > found.slo_ms
    if not (is_many or is_late or worst.is_stopped):
        return
    said = f"; {milliseconds(worst.execution_ms)}, the target is {target(found.slo_ms)}"
    yield Finding(
        code="worst-argument",
        severity=Severity.WARNING,
        subject=found.query,
        message=f"{_compared(found)} (of {counted(len(found.sets), 'different set')})"
        + (said if is_late and not worst.is_stopped else ""),
        mend=_mend(worst, typical),
    )


def _compared(found: ClassSweep) -> str:
    worst, typical = found.worst_set, found.typical_set
    if worst.is_stopped:
        stopped = sum(each.is_stopped for each in found.sets)
        return (
            f"stopped after {milliseconds(worst.execution_ms)} with {counted(stopped, 'set')} of "
            f"arguments; typical ones take {milliseconds(typical.execution_ms)}"
        )
    times = f", ×{significant(found.ratio)}" if found.ratio else ""
    return (
        f"the worst arguments touch {counted(worst.blocks, 'block')} for "
        f"{counted(worst.rows, 'row')}, typical ones {number(typical.blocks)} for "
        f"{number(typical.rows)}{times}"
    )


def _mend(worst: Swept, typical: Swept) -> str:
    if worst.is_stopped:
        return "look at its plan with EXPLAIN without ANALYZE"
    if worst.shape != typical.shape:
        return "the planner has another plan for them: look at both, and at the statistics"
    per_row = worst.blocks / max(1, worst.rows), typical.blocks / max(1, typical.rows)
    if per_row[0] < _COSTLIER * per_row[1]:
        return "they have a larger answer: give it in pages"
    return "the same plan reads much more for them: bound what it reads, or keep the result"


def _generic_finding(
    query: str, which: str, swept: Swept, generic: Beside | None
) -> Finding | None:
    if generic is None or not generic.is_other:
        return None
    custom, blocks = swept.blocks, generic.blocks
    if blocks is None or _far_apart(blocks, custom):
        said = "was stopped" if blocks is None else f"touches {counted(blocks, 'block')}"
        return Finding(
            code="generic-plan-worse",
            severity=Severity.WARNING,
            subject=query,
            message=f"the plan for unknown arguments {said} with the {which} arguments, "
            f"the plan for known ones {number(custom)}",
            mend="SET plan_cache_mode = 'force_custom_plan', for the role or the transaction",
        )
    if _far_apart(custom, blocks):
        return Finding(
            code="generic-plan-better",
            severity=Severity.NOTE,
            subject=query,
            message=f"with the {which} arguments the plan for known ones touches "
            f"{counted(custom, 'block')}, the plan for unknown ones {number(blocks)}",
            mend="the statistics mislead the planner here: raise the column's target, or add "
            "extended statistics",
        )
    return None


def _far_apart(more: int, less: int) -> bool:
    return more >= _GENERIC_FACTOR * less and more - less >= _GENERIC_BLOCKS_LEAST
