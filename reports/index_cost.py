"""What each index costs when rows are inserted: the same rows with it and without it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any

import psycopg
from psycopg import errors

from b2bench.progress import Progress
from reports.index_catalogue import IndexEntry
from reports.index_use import drop

_ROWS = 400
_ROUNDS = 4
_BATCH = 3
# wide rows are inserted in smaller numbers
_LEAST_ROWS = 50
_LONGEST_MS = 4.0
# where the last rows are looked for, as a multiple of the room they need: where the last pages
# hold dead rows only, everywhere
_REACHES = (2, 1_000_000)
_TIMEOUT_MS = "20000"
# so that an insertion never sorts in what earlier ones have put aside
_PENDING_LIMIT = "1GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCost:
    """What an index adds to the insertion of one row.

    Args:
        rows: that were inserted at a time.
        wal_bytes: of the write-ahead log: the difference of the least that four insertions with
            the index took and the least of four without; `None` where it is unknown.
        us: of time, likewise.
        wal_noise_bytes: how far the second least are from the least, with and without it together.
        noise_us: likewise.
        unknown: why nothing is known, empty otherwise.
    """

    rows: int = 0
    wal_bytes: float | None = None
    us: float | None = None
    wal_noise_bytes: float = 0.0
    noise_us: float = 0.0
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """What one insertion took."""

    wal_bytes: int = 0
    ms: float = 0.0

    def __add__(self, other: "_Spent") -> "_Spent":
        return _Spent(wal_bytes=self.wal_bytes + other.wal_bytes, ms=self.ms + other.ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """The same insertion with an index and without it, one soon after the other."""

    with_it: _Spent
    without: _Spent


def write_costs(
    connection: psycopg.Connection, indexes: Sequence[IndexEntry], progress: Progress
) -> dict[str, WriteCost]:
    """Measure what each index costs, by its name.

    The last rows of each table are deleted and inserted again, without triggers and foreign-key
    checks, in a transaction that is rolled back.

    Args:
        connection: in autocommit mode, of a superuser.
        indexes: ordered by table.
        progress: told of each table.
    """
    costs, done = dict[str, WriteCost](), 0
    for name, group in groupby(indexes, key=lambda index: index.table_name):
        own = list(group)
        progress(f"inserting into {name}", done=done, total=len(indexes))
        costs |= _costs_of_table(connection, own)
        done += len(own)
    return costs


def _costs_of_table(
    connection: psycopg.Connection, indexes: Sequence[IndexEntry]
) -> Mapping[str, WriteCost]:
    try:
        with connection.transaction(force_rollback=True):
            return dict(_measured(connection, indexes))
    except psycopg.Error as error:
        if connection.closed:
            raise
        unknown = _why(error)
        return {index.name: WriteCost(unknown=unknown) for index in indexes}


def _why(error: psycopg.Error) -> str:
    if isinstance(error, errors.InsufficientPrivilege):
        return "only a superuser may insert without triggers"
    if isinstance(error, errors.QueryCanceled):
        return "the insertion takes too long"
    return f"rows cannot be inserted again ({error.sqlstate})"


def _measured(
    connection: psycopg.Connection, indexes: Sequence[IndexEntry]
) -> Iterator[tuple[str, WriteCost]]:
    if indexes[0].is_view:
        yield from ((each.name, WriteCost(unknown="a materialised view")) for each in indexes)
        return
    taken, statement = _take_rows(connection, indexes[0].table_oid)
    if not taken:
        yield from ((each.name, WriteCost(unknown="the table is empty")) for each in indexes)
        return
    slow = [index for index in indexes if index.method != "btree"]
    # the first time touches pages that a checkpoint makes the server log whole
    _inserted(connection, statement, slow)
    rows = _fewer(taken, _inserted(connection, statement, slow))
    _keep(connection, rows)
    rounds: dict[str, list[_Round]] = {index.name: [] for index in indexes}
    later = {index.name: _sorted_in(connection, statement, index, slow) for index in slow}
    for _ in range(_ROUNDS):
        for batch in _batches(indexes):
            # beside an index that takes long, nobody sees what a fast one takes
            others = [each for each in slow if each not in batch]
            with_it = _inserted(connection, statement, others)
            for index in batch:
                without = _inserted(connection, statement, [*others, index])
                whole = with_it + later.get(index.name, _Spent())
                rounds[index.name].append(_Round(with_it=whole, without=without))
    yield from ((name, _cost(rows, spent)) for name, spent in rounds.items())


def _batches(indexes: Sequence[IndexEntry]) -> Iterator[Sequence[IndexEntry]]:
    """Yield indexes that are compared with one and the same insertion."""
    fast = [index for index in indexes if index.method == "btree"]
    for start in range(0, len(fast), _BATCH):
        yield fast[start : start + _BATCH]
    for index in indexes:
        if index.method != "btree":
            yield [index]


def _fewer(rows: int, spent: _Spent) -> int:
    """Return how many of the rows can be inserted in the time that is meant for it."""
    if spent.ms <= _LONGEST_MS:
        return rows
    return min(rows, max(_LEAST_ROWS, round(rows * _LONGEST_MS / spent.ms)))


def _take_rows(connection: psycopg.Connection, table_oid: int) -> tuple[int, str]:
    """Move the table's last rows aside; return how many, and the statement that puts them back."""
    connection.execute(
        "SELECT set_config('session_replication_role', 'replica', true),"
        "       set_config('statement_timeout', %s, true),"
        "       set_config('gin_pending_list_limit', %s, true)",
        (_TIMEOUT_MS, _PENDING_LIMIT),
    )
    for reach in _REACHES:
        found = connection.execute(
            (files("reports") / "ablation_last_rows.sql").read_text(),
            {"table_oid": table_oid, "rows": _ROWS, "reach": reach},
        ).fetchone()
        if found is None:
            break
        # the server wrote the statements, and quoted the names in them
        copy, deletion, insertion = found
        connection.execute("DROP TABLE IF EXISTS pg_temp.b2bench_rows")
        if connection.execute(copy.encode()).rowcount:
            return connection.execute(deletion.encode()).rowcount, insertion
    return 0, ""


def _keep(connection: psycopg.Connection, rows: int) -> None:
    connection.execute(
        "DELETE FROM b2bench_rows WHERE b2bench_place NOT IN"
        " (SELECT b2bench_place FROM b2bench_rows ORDER BY b2bench_place LIMIT %s)",
        (rows,),
    )


def _sorted_in(
    connection: psycopg.Connection,
    statement: str,
    index: IndexEntry,
    slow: Sequence[IndexEntry],
) -> _Spent:
    """Return what it takes to sort in the rows that a GIN index only puts aside at first.

    Everything is done twice: the first time touches pages that the server logs whole, as it does
    once after each checkpoint.
    """
    if index.method != "gin" or not index.is_valid:
        return _Spent()
    spent = _Spent()
    for _ in range(2):
        with connection.transaction(force_rollback=True):
            for each in slow:
                if each.oid != index.oid:
                    drop(connection, each)
            _explained(connection, statement)
            cleanings = (f"SELECT gin_clean_pending_list({oid}::regclass)" for oid in index.leaves)
            spent = sum((_explained(connection, each) for each in cleanings), _Spent())
    return spent


def _inserted(
    connection: psycopg.Connection, statement: str, dropped: Sequence[IndexEntry]
) -> _Spent:
    with connection.transaction(force_rollback=True):
        for index in dropped:
            drop(connection, index)
        return _explained(connection, statement)


def _explained(connection: psycopg.Connection, statement: str) -> _Spent:
    row = connection.execute(
        f"EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON) {statement}".encode()
    ).fetchone()
    entry: dict[str, Any] = row[0][0] if row else {}
    return _Spent(wal_bytes=entry["Plan"].get("WAL Bytes", 0), ms=entry["Execution Time"])


def _cost(rows: int, rounds: Sequence[_Round]) -> WriteCost:
    wal_bytes, wal_noise_bytes = _least(
        [each.with_it.wal_bytes for each in rounds], [each.without.wal_bytes for each in rounds]
    )
    ms, noise_ms = _least(
        [each.with_it.ms for each in rounds], [each.without.ms for each in rounds]
    )
    return WriteCost(
        rows=rows,
        wal_bytes=wal_bytes / rows,
        us=1_000 * ms / rows,
        wal_noise_bytes=wal_noise_bytes / rows,
        noise_us=1_000 * noise_ms / rows,
    )


def _least(with_it: Sequence[float], without: Sequence[float]) -> tuple[float, float]:
    """Return the difference of the least values, and by how much it could be another one.

    A page that is split, or any disturbance, only ever adds.

    >>> _least([12, 10, 11], [6, 5, 9])
    (5, 2)
    """
    more, less = sorted(with_it), sorted(without)
    noise = sum(values[1] - values[0] for values in (more, less) if len(values) > 1)
    return more[0] - less[0], noise
