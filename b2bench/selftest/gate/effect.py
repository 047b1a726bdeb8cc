"""Whether a planted regression costs anything at all, measured without the gate."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from b2bench.arguments import Arguments, Case
from b2bench.errors import StatementFailed
from b2bench.figures.notation import number, significant
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import pinned_session
from reports.counted_work import Counting, Ending, Execution

_ROUNDS = 20
_WARM_UPS = 2
_TIMEOUT_MS = 60_000
# the larger side has to be so many times the smaller one, and so much more
_BLOCKS = 1.1, 4
_TUPLES = 1.5, 50
_MS = 1.25, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One query class with one case of arguments on both sides, executed in turn.

    Args:
        case: of arguments.
        blocks: touched in tables and indexes by one execution, baseline and candidate.
        tuples: read from them.
        ms: of every execution.
    """

    case: Case
    blocks: tuple[int, int]
    tuples: tuple[int, int]
    ms: tuple[tuple[float, ...], tuple[float, ...]]

    @property
    def median_ms(self) -> tuple[float, float]:
        """The middle time of each side."""
        return median(self.ms[0]), median(self.ms[1])

    @property
    def proofs(self) -> tuple[str, ...]:
        """What became dearer, in words; nothing where nothing did."""
        found = (
            _more("blocks", self.blocks, _BLOCKS),
            _more("tuples", self.tuples, _TUPLES),
            _more("ms", self.median_ms, _MS),
        )
        return tuple(filter(None, found))


def _more(what: str, sides: tuple[float, float], least: tuple[float, float]) -> str:
    before, after = sides
    factor, difference = least
    if after < factor * before or after - before < difference:
        return ""
    shown = [number(each) if isinstance(each, int) else significant(each) for each in sides]
    return f"{what} {shown[0]} → {shown[1]}"


def measure(
    sides: tuple[Target, Target],
    queries: tuple[QueryClass, QueryClass],
    arguments: Mapping[Case, Arguments],
    *,
    roles: Mapping[str, str],
) -> tuple[Effect, ...]:
    """Execute a query class on both sides in turn, each execution undone, for each case.

    Work is what the executing transaction's own statistics count. It needs no EXPLAIN and no
    pg_stat_statements, from which the gate has its figures.

    Args:
        sides: baseline and candidate, two copies of one database.
        queries: the class as each side has it.
        arguments: by case.
        roles: database role by the role that a query file names.

    Raises:
        StatementFailed: the server refuses a statement on one side.
    """
    return tuple(_measure_case(sides, queries, each, roles=roles) for each in arguments.values())


def _measure_case(
    sides: tuple[Target, Target],
    queries: tuple[QueryClass, QueryClass],
    arguments: Arguments,
    *,
    roles: Mapping[str, str],
) -> Effect:
    role = roles.get(queries[0].role)
    with ExitStack() as stack:
        sessions = [stack.enter_context(pinned_session(side, may_write=True)) for side in sides]
        for session in sessions:
            stack.enter_context(session.transaction(force_rollback=True))
        counting = [Counting(session) for session in sessions]
        executions: tuple[list[Execution], list[Execution]] = ([], [])
        for _ in range(_WARM_UPS + _ROUNDS):
            for each, query, taken in zip(counting, queries, executions, strict=True):
                taken.append(each.execute(query, arguments, role=role, timeout_ms=_TIMEOUT_MS))
    before, after = (list(_counted(each)) for each in executions)
    return Effect(
        case=arguments.case,
        blocks=(before[0].work.blocks, after[0].work.blocks),
        tuples=(before[0].work.tuples, after[0].work.tuples),
        ms=(_times(before), _times(after)),
    )


def _counted(executions: Sequence[Execution]) -> Iterator[Execution]:
    for execution in executions[_WARM_UPS:]:
        if execution.ending is Ending.FAILED:
            raise StatementFailed(execution.said)
        yield execution


def _times(executions: Sequence[Execution]) -> tuple[float, ...]:
    return tuple(execution.work.ms for execution in executions)
