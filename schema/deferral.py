"""Indexes and constraints: dropped for a bulk load, kept in the database, made again after."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import connect
from b2bench.progress import Progress, silent
from b2bench.sessions import side_by_side
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

_FOREIGN_KEYS = 5
# of the sessions that make indexes
SESSION = "b2bench (indexes)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deferred:
    phase: int
    kind: str
    table_name: str
    name: str
    definition: str


def defer(connection: psycopg.Connection) -> None:
    """Drop keys, indexes and foreign keys, and switch user triggers off, in one transaction.

    Their definitions are stored by the same transaction, so a killed load loses nothing; what an
    earlier one left stored stays stored.
    """
    path = Path(__file__).with_name("deferral.sql")
    with connection.transaction(), connection.cursor(row_factory=class_row(_Deferred)) as cursor:
        found = cursor.execute(read_sql_file(path).parts[0].sql.encode()).fetchall()
        for item in found:
            _store(connection, item)
        for item in sorted(found, key=lambda item: -item.phase):
            connection.execute(_drop(item))
        for schema, table in _tables(connection):
            connection.execute(switch_triggers(table, "DISABLE", schema))


def _store(connection: psycopg.Connection, item: _Deferred) -> None:
    connection.execute(
        "INSERT INTO b2bench_meta.deferred_ddl (phase, kind, table_name, name, definition)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (item.phase, item.kind, item.table_name, item.name, item.definition),
    )


def _drop(item: _Deferred) -> sql.Composed:
    if item.kind == "index":
        return sql.SQL("DROP INDEX {}").format(sql.Identifier(item.name))
    return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
        sql.Identifier(item.table_name), sql.Identifier(item.name)
    )


def restore(target: Target, jobs: int, progress: Progress = silent) -> None:
    """Make everything again that `defer` dropped, several tables at a time, and triggers on.

    Index builds read the heap in order and by one process each, so that two loads of the same
    rows give the same blocks.
    """
    with connect(target) as connection:
        pending = _pending(connection)
        tables = _tables(connection)
    done, total = 0, len(pending)
    for _, group in groupby(pending, key=lambda item: item.phase == _FOREIGN_KEYS):
        for _, made in side_by_side(target, SESSION, jobs, _make, _by_table(list(group))):
            done += made
            progress("indexes and constraints", done=done, total=total)
    with connect(target) as connection, connection.transaction():
        for schema, table in tables:
            connection.execute(switch_triggers(table, "ENABLE", schema))


def _by_table(items: list[_Deferred]) -> list[list[_Deferred]]:
    """Group by table, the slowest first: those with exclusion constraints and most indexes."""
    grouped: dict[str, list[_Deferred]] = {}
    for item in items:
        grouped.setdefault(item.table_name, []).append(item)
    return sorted(grouped.values(), key=lambda group: (-max(i.phase for i in group), -len(group)))


def _make(connection: psycopg.Connection, items: list[_Deferred]) -> int:
    connection.execute("SET synchronize_seqscans = off")
    connection.execute("SET max_parallel_maintenance_workers = 0")
    for item in items:
        with connection.transaction():
            connection.execute(item.definition.encode())
            connection.execute(
                "DELETE FROM b2bench_meta.deferred_ddl"
                " WHERE kind = %s AND table_name = %s AND name = %s",
                (item.kind, item.table_name, item.name),
            )
    return len(items)


def _pending(connection: psycopg.Connection) -> list[_Deferred]:
    with connection.cursor(row_factory=class_row(_Deferred)) as cursor:
        return cursor.execute(
            "SELECT phase, kind, table_name, name, definition FROM b2bench_meta.deferred_ddl"
            " ORDER BY phase, table_name, name"
        ).fetchall()


def _tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return schema and name of each table; the months of the audit have triggers of their own."""
    return connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'b2bench_audit')"
        " ORDER BY c.relispartition, n.nspname, c.relname"
    ).fetchall()


def switch_triggers(
    table: str, verb: Literal["ENABLE", "DISABLE"], schema: str = "public"
) -> sql.Composed:
    """Return the statement that switches the triggers of a table, those of foreign keys not."""
    return sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(
        sql.Identifier(schema, table), sql.SQL(verb)
    )
