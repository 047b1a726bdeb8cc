"""What query classes do without each index: it is dropped, they are executed, all is undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import psycopg

from b2bench.arguments import Arguments, Case, Drawn
from b2bench.errors import BadInput
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from reports.counted_work import Counting, Ending, Execution, Work
from reports.index_catalogue import IndexEntry

# below both of these, more or less work is none
_LEAST_FACTOR = 1.1
_LEAST_BLOCKS = 5.0
# of rows read, where blocks cannot tell
_LEAST_TUPLES = 500
_BASELINE_TIMEOUT_MS = 60_000
# a class may take this many times as long without an index, within these bounds
_TIMES_AS_LONG = 20
_TIMEOUT_LEAST_MS = 150
_TIMEOUT_MOST_MS = 300
# executions of classes that write, each of which leaves dead rows to those after it
_OLD_AFTER = 30
# dead rows do not make so much of a difference
_CLEAR_FACTOR = 2


class Outcome(StrEnum):
    """What became of a class's work without an index."""

    SAME = "same"
    MORE = "more"
    LESS = "less"
    STOPPED = "stopped"
    FAILED = "failed"


# outcomes that say that an index is needed
WORSE = frozenset((Outcome.MORE, Outcome.STOPPED, Outcome.FAILED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A query class with one case of arguments, with an index and without it.

    Args:
        scans: of the index by one execution.
        after: up to where it was stopped, where it was.
        factor: how many times the work is done without the index; of a stopped one, at least.
        said: by the server where the class failed.
    """

    index: str
    query: str
    case: Case
    outcome: Outcome
    scans: int
    before: Work
    after: Work
    factor: float
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A query class with one case of arguments as it is executed with all indexes."""

    query: QueryClass
    writes: bool
    arguments: Arguments
    role: str | None
    execution: Execution

    @property
    def timeout_ms(self) -> float:
        """How long it may take without an index."""
        usual_ms = self.execution.work.ms
        wished_ms = max(_TIMEOUT_LEAST_MS, _TIMES_AS_LONG * usual_ms)
        return min(wished_ms, max(_TIMEOUT_MOST_MS, 2 * usual_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A query class that cannot be executed even with all indexes, and why."""

    query: str
    said: str


def read_with_all(
    connection: psycopg.Connection,
    queries: Sequence[QueryClass],
    arguments: Drawn,
    roles: Mapping[str, str | None],
    progress: Progress,
) -> tuple[list[Reading], list[Unread]]:
    """Execute every class with each case of its arguments, what only reads first.

    Args:
        connection: in autocommit mode.
        queries: the classes.
        arguments: by name of class and by case.
        roles: database role by name of class.
        progress: told of each class.
    """
    readings, unread = list[Reading](), list[Unread]()
    for done, query in enumerate(sorted(queries, key=lambda query: (query.writes, query.name))):
        progress(f"with all indexes: {query.name}", done=done, total=len(queries))
        try:
            found = [
                _read(connection, query, each, roles.get(query.name))
                for each in arguments[query.name].values()
            ]
        except BadInput as error:
            unread.append(Unread(query=query.name, said=str(error)))
            continue
        failed = [each for each in found if each.execution.ending is not Ending.DONE]
        if failed:
            said = failed[0].execution.said or "takes longer than a minute"
            unread.append(Unread(query=query.name, said=said))
        else:
            readings += found
    return readings, unread


def _read(
    connection: psycopg.Connection, query: QueryClass, arguments: Arguments, role: str | None
) -> Reading:
    """Execute twice: the first execution also tidies up after those before it."""
    with connection.transaction(force_rollback=True):
        counting = Counting(connection)
        for _ in range(2):
            execution = counting.execute(
                query,
                arguments,
                role=role,
                timeout_ms=_BASELINE_TIMEOUT_MS,
                names_tables=True,
            )
    return Reading(
        query=query, writes=query.writes, arguments=arguments, role=role, execution=execution
    )


class Matrix:
    """Drops indexes in transactions that are rolled back, and executes classes meanwhile.

    An index that no case of a class scans is dropped together with all others like it on the
    class's tables. Only where that changes anything are they dropped in halves, to find which.
    """

    def __init__(self, connection: psycopg.Connection, indexes: Sequence[IndexEntry]) -> None:
        self._connection = connection
        self._indexes = indexes
        self._before_of = dict[tuple[str, Case], _Before]()
        self._writes = 0
        self.cells = list[Cell]()
        self.executions = 0

    def measure(self, readings: Sequence[Reading], progress: Progress) -> None:
        """Fill the cells of classes that read, or of classes that write.

        Those that write come last: dead rows are left behind by them.
        """
        for done, index in enumerate(self._indexes):
            progress(f"without {index.name}", done=done, total=len(self._indexes))
            self._measure_one(index, [each for each in readings if _matters(index, each, readings)])
        names = list(dict.fromkeys(reading.query.name for reading in readings))
        for done, name in enumerate(names):
            progress(f"without what {name} does not scan", done=done, total=len(names))
            self._measure_unscanned([each for each in readings if each.query.name == name])

    def is_missed(
        self,
        gone: Sequence[IndexEntry],
        indexes: Sequence[IndexEntry],
        readings: Sequence[Reading],
    ) -> bool:
        """Return whether any class does more work without the indexes than with them.

        Args:
            gone: indexes that are dropped as well.
            indexes: whose tables tell which classes are executed.
            readings: of the classes.
        """
        tables = {index.table_oid for index in indexes}
        touched = [reading for reading in readings if reading.execution.tables & tables]
        return any(
            _grade(reading, before, after) in WORSE
            for reading, before, after in self._without([*gone, *indexes], touched)
        )

    def _measure_one(self, index: IndexEntry, readings: Sequence[Reading]) -> None:
        for reading, before, after in self._without([index], readings):
            self.cells.append(_cell(index, reading, before, after))

    def _measure_unscanned(self, readings: Sequence[Reading]) -> None:
        tables = frozenset[int]().union(*(reading.execution.tables for reading in readings))
        rest = [
            index
            for index in self._indexes
            if index.table_oid in tables and not any(_scans(index, each) for each in readings)
        ]
        self._search(rest, readings)

    def _search(self, indexes: Sequence[IndexEntry], readings: Sequence[Reading]) -> None:
        """Find the indexes whose loss makes a difference."""
        if not indexes or not self._differs(indexes, readings):
            return
        if len(indexes) == 1:
            self._measure_one(indexes[0], readings)
            return
        middle = len(indexes) // 2
        self._search(indexes[:middle], readings)
        self._search(indexes[middle:], readings)

    def _differs(self, indexes: Sequence[IndexEntry], readings: Sequence[Reading]) -> bool:
        return any(
            not _is_alike(reading, before, after)
            for reading, before, after in self._without(indexes, readings)
        )

    def _without(
        self, indexes: Sequence[IndexEntry], readings: Sequence[Reading]
    ) -> list[tuple[Reading, Execution, Execution]]:
        """Execute without the indexes; return what was done with them and what without.

        Where dead rows may be the difference, both are measured anew.
        """
        found = self._executed_without(indexes, readings)
        doubtful = [reading for reading, after in found if self._is_doubtful(reading, after)]
        for reading in doubtful:
            self._refresh(reading)
        again = {
            _key(reading): after for reading, after in self._executed_without(indexes, doubtful)
        }
        return [
            (reading, self._before(reading).execution, again.get(_key(reading), after))
            for reading, after in found
        ]

    def _executed_without(
        self, indexes: Sequence[IndexEntry], readings: Sequence[Reading]
    ) -> list[tuple[Reading, Execution]]:
        """Execute without the indexes, of a class that is stopped no further case."""
        found, stopped = list[tuple[Reading, Execution]](), set[str]()
        if not readings:
            return found
        with self._connection.transaction(force_rollback=True):
            for index in indexes:
                drop(self._connection, index)
            counting = Counting(self._connection)
            for reading in readings:
                if reading.query.name in stopped:
                    continue
                after = self._execute(counting, reading)
                found.append((reading, after))
                if after.ending is Ending.STOPPED:
                    stopped.add(reading.query.name)
        return found

    def _before(self, reading: Reading) -> "_Before":
        own = _Before(execution=reading.execution, writes=0)
        return self._before_of.get(_key(reading), own)

    def _is_doubtful(self, reading: Reading, after: Execution) -> bool:
        before = self._before(reading)
        is_old = self._writes - before.writes > _OLD_AFTER
        is_clear = _factor(reading, before.execution, after) >= _CLEAR_FACTOR
        is_done = after.ending is Ending.DONE
        return (
            is_old and is_done and not is_clear and not _is_alike(reading, before.execution, after)
        )

    def _refresh(self, reading: Reading) -> None:
        """Execute with all indexes twice: the first execution tidies up."""
        with self._connection.transaction(force_rollback=True):
            counting = Counting(self._connection)
            for _ in range(2):
                execution = self._execute(counting, reading)
        self._before_of[_key(reading)] = _Before(execution=execution, writes=self._writes)

    def _execute(self, counting: Counting, reading: Reading) -> Execution:
        self.executions += 1
        self._writes += reading.writes
        return counting.execute(
            reading.query, reading.arguments, role=reading.role, timeout_ms=reading.timeout_ms
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What a class does with all indexes, and after how many executions that write it did."""

    execution: Execution
    writes: int


def _key(reading: Reading) -> tuple[str, Case]:
    return reading.query.name, reading.arguments.case


def _scans(index: IndexEntry, reading: Reading) -> int:
    return sum(reading.execution.scans.get(oid, 0) for oid in index.members)


def _matters(index: IndexEntry, reading: Reading, readings: Sequence[Reading]) -> bool:
    """Return whether any case of the reading's class scans the index."""
    return any(_scans(index, each) for each in readings if each.query.name == reading.query.name)


def _is_alike(reading: Reading, before: Execution, after: Execution) -> bool:
    """Return whether the same was scanned, and as much of it."""
    outcome = _grade(reading, before, after)
    if reading.writes:
        # dead rows make the planner look up one more or less, and what leans on an index goes too
        return set(after.scans) <= set(before.scans) and outcome in {Outcome.SAME, Outcome.LESS}
    return before.scans == after.scans and outcome is Outcome.SAME


def _cell(index: IndexEntry, reading: Reading, before: Execution, after: Execution) -> Cell:
    outcome = _grade(reading, before, after)
    if outcome is Outcome.LESS and reading.writes:
        # what writing to the index took, and checking what leans on it
        outcome = Outcome.SAME
    return Cell(
        index=index.name,
        query=reading.query.name,
        case=reading.arguments.case,
        outcome=outcome,
        scans=_scans(index, reading),
        before=before.work,
        after=after.work,
        factor=_factor(reading, before, after),
        said=after.said,
    )


def _grade(reading: Reading, before: Execution, after: Execution) -> Outcome:
    if after.ending is not Ending.DONE:
        return Outcome.STOPPED if after.ending is Ending.STOPPED else Outcome.FAILED
    factor = _factor(reading, before, after)
    if factor >= _LEAST_FACTOR:
        return Outcome.MORE
    return Outcome.LESS if factor <= 1 / _LEAST_FACTOR else Outcome.SAME


def _factor(reading: Reading, before: Execution, after: Execution) -> float:
    """Return how many times the work is done, 1 where the difference is too small to matter."""
    usual, now = before.work, after.work
    factor = 1.0
    if abs(now.weighed - usual.weighed) >= _LEAST_BLOCKS:
        factor = now.weighed / max(usual.weighed, 1)
    if reading.writes and now.tuples - usual.tuples >= _LEAST_TUPLES:
        # blocks are saved that writing to the index took, so the rows read tell more
        factor = max(factor, now.tuples / max(usual.tuples, 1))
    return factor


def drop(connection: psycopg.Connection, index: IndexEntry) -> None:
    """Drop an index, or the constraint that it belongs to, with all that leans on it.

    Args:
        connection: in a transaction that is going to be rolled back.
        index: what to drop.
    """
    # the server wrote the statement, and quoted the names in it
    connection.execute(index.removal.encode())
