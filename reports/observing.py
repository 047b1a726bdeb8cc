"""What the server counts while a statement is executed for real, beside what EXPLAIN says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import connect
from b2bench.errors import ExtensionMissing
from b2bench.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerWork:
    """What one execution added to pg_stat_statements.

    Foreign-key checks and values stored out of line are in it, which EXPLAIN does not count.

    Args:
        shared_blocks: hit and read.
        temp_blocks: read and written.
        nested_statements: executed by functions, `None` where others work in the database, too.
    """

    exec_ms: float
    shared_blocks: int
    temp_blocks: int
    wal_records: int
    wal_full_pages: int
    wal_bytes: int
    jit_functions: int
    nested_statements: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCalls:
    """Calls of one function, and the time spent in its own code."""

    function: str
    calls: int
    self_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The counters of one statement at one time.

    Args:
        evictions: how often the server dropped the entries that were used least.
        nested_calls: of all statements that functions executed in the database.
    """

    evictions: int
    nested_calls: int
    calls: int
    exec_ms: float
    shared_blocks: int
    temp_blocks: int
    wal_records: int
    wal_full_pages: int
    wal_bytes: int
    jit_functions: int


class Observer:
    """Reads pg_stat_statements through a session of its own.

    Args:
        connection: to the same database as the observed session.
        schema: of the extension.
        is_alone: whether nobody else works in the database, so that nested statements are ours.
    """

    def __init__(self, connection: psycopg.Connection, schema: str, *, is_alone: bool) -> None:
        self._connection = connection
        self._statement = sql.SQL(_file("observing.sql")).format(
            function=sql.Identifier(schema, "pg_stat_statements"),
            info=sql.Identifier(schema, "pg_stat_statements_info"),
        )
        self._is_alone = is_alone

    def mark(self, queryid: int | None) -> Mark:
        """Return the counters of a statement as they are now."""
        with self._connection.cursor(row_factory=class_row(Mark)) as cursor:
            (mark,) = cursor.execute(self._statement, {"queryid": queryid}).fetchall()
        return mark

    def since(self, then: Mark, queryid: int | None) -> ServerWork | None:
        """Return what the one execution since a mark did; `None` if it was not exactly one."""
        now = self.mark(queryid)
        if now.calls - then.calls != 1 or now.evictions != then.evictions:
            return None
        nested = now.nested_calls - then.nested_calls
        return ServerWork(
            exec_ms=now.exec_ms - then.exec_ms,
            shared_blocks=now.shared_blocks - then.shared_blocks,
            temp_blocks=now.temp_blocks - then.temp_blocks,
            wal_records=now.wal_records - then.wal_records,
            wal_full_pages=now.wal_full_pages - then.wal_full_pages,
            wal_bytes=now.wal_bytes - then.wal_bytes,
            jit_functions=now.jit_functions - then.jit_functions,
            nested_statements=nested if self._is_alone else None,
        )


@contextmanager
def observing(target: Target, *, is_alone: bool) -> Iterator[Observer | None]:
    """Yield an observer of a database; `None` where pg_stat_statements cannot be read.

    Args:
        target: the database, as somebody who may read everybody's statements.
        is_alone: whether nobody else works in the database.
    """
    with connect(target, application_name="b2bench (observing)") as connection:
        yield _observer(connection, is_alone=is_alone)


def _observer(connection: psycopg.Connection, *, is_alone: bool) -> Observer | None:
    try:
        found = Observer(connection, _schema(connection), is_alone=is_alone)
        # an old version lacks columns, and its schema may be another's
        found.mark(None)
    except (ExtensionMissing, psycopg.Error):
        return None
    return found


def _schema(connection: psycopg.Connection) -> str:
    """Return where the extension is.

    Raises:
        ExtensionMissing: it is not here, or its library is not loaded, or it may not be read.
    """
    row = connection.execute(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'pg_stat_statements'"
        "   AND current_setting('pg_stat_statements.max', true) IS NOT NULL"
        "   AND pg_has_role('pg_read_all_stats', 'USAGE')"
    ).fetchone()
    if row is None:
        raise ExtensionMissing("pg_stat_statements cannot be read")
    connection.execute(
        "SELECT set_config(name, 'none', false) FROM pg_settings"
        " WHERE name = 'pg_stat_statements.track' AND has_parameter_privilege(name, 'SET')"
    )
    return str(row[0])


def functions_called(connection: psycopg.Connection) -> Mapping[str, FunctionCalls] | None:
    """Return the calls of functions in the session's transaction, by signature.

    `None` where the server counts none: only a superuser may set `track_functions`.
    """
    rows = connection.execute(
        "SELECT funcid::regprocedure::text, calls, self_time"
        "  FROM (SELECT WHERE current_setting('track_functions') = 'all') AS counted"
        "  LEFT JOIN pg_stat_xact_user_functions ON true"
    ).fetchall()
    if not rows:
        return None
    found = (
        FunctionCalls(function=name, calls=calls, self_ms=self_ms)
        for name, calls, self_ms in rows
        if name is not None
    )
    return {each.function: each for each in found}


def called_since(
    before: Mapping[str, FunctionCalls] | None, after: Mapping[str, FunctionCalls] | None
) -> tuple[FunctionCalls, ...] | None:
    """Return the calls between two readings, the most frequent first; `None` where none count."""
    if before is None or after is None:
        return None
    found = list[FunctionCalls]()
    for name, now in after.items():
        then = before.get(name)
        calls = now.calls - (then.calls if then else 0)
        if calls > 0:
            self_ms = now.self_ms - (then.self_ms if then else 0.0)
            found.append(FunctionCalls(function=name, calls=calls, self_ms=self_ms))
    return tuple(sorted(found, key=lambda each: (-each.calls, each.function)))


def _file(name: str) -> str:
    return (files("reports") / name).read_text()
