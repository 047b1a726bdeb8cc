"""What tests of the audit have in common: which tables there are, and what is on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.target import Target
from loadgen.data.tables import TABLES

# of the shop; a test holds this against the catalogue
BUSINESS_TABLES = sorted({*TABLES, "tier_discounts", "rfq_transitions"} - {"audit_events"})
KINDS = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One event."""

    table_name: str
    record_key: str | None
    operation: str
    transaction_id: int
    actor: str
    old_row: dict[str, Any] | None
    new_row: dict[str, Any] | None


@contextmanager
def taken_back(target: Target) -> Iterator[psycopg.Connection]:
    """Open a transaction of which nothing stays."""
    with psycopg.connect(target.conninfo) as connection:
        yield connection
        connection.rollback()


def last_id(connection: psycopg.Connection) -> int:
    """Return the number of the newest event."""
    row = connection.execute("SELECT coalesce(max(id), 0) FROM audit_events").fetchone()
    assert row is not None
    return int(row[0])


def events_after(connection: psycopg.Connection, last: int) -> list[Recorded]:
    """Return the events behind one, in order."""
    with connection.cursor(row_factory=class_row(Recorded)) as cursor:
        return cursor.execute(
            "SELECT table_name, record_key, operation::text, transaction_id, actor,"
            "       old_row, new_row"
            "  FROM audit_events WHERE id > %s ORDER BY id",
            (last,),
        ).fetchall()


def events_of(
    connection: psycopg.Connection, statement: str | sql.Composed, *parameters: object
) -> list[Recorded]:
    """Execute a statement and return the events that it left."""
    last = last_id(connection)
    query = statement.encode() if isinstance(statement, str) else statement
    connection.execute(query, parameters or None)
    return events_after(connection, last)


def only_audited(connection: psycopg.Connection, table: str) -> None:
    """Let a table be written without any rule but that it is audited."""
    for kind in KINDS:
        connection.execute(
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(
                sql.Identifier(table), sql.Identifier(f"audit_{kind}")
            )
        )
    connection.execute("SET LOCAL session_replication_role = replica")


def key_columns(connection: psycopg.Connection, table: str) -> list[str]:
    """Return the columns of a table's primary key."""
    rows = connection.execute(
        "SELECT a.attname FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k (attnum, place)"
        "  JOIN pg_attribute a ON a.attnum = k.attnum"
        " WHERE c.conrelid = a.attrelid AND c.contype = 'p' AND c.conrelid = %s::regclass"
        " ORDER BY k.place",
        (table,),
    ).fetchall()
    return [row[0] for row in rows]


def rows_by_key(connection: psycopg.Connection, table: str) -> dict[str, dict[str, Any]]:
    """Return a table's rows by their keys, as the audit writes both."""
    key = sql.SQL(", ").join(
        sql.SQL("j ->> {}").format(column) for column in key_columns(connection, table)
    )
    left_out = connection.execute(
        "SELECT left(encode(tgargs, 'escape'), strpos(encode(tgargs, 'escape'), '\\000') - 1)"
        "  FROM pg_trigger WHERE tgname = 'audit_update' AND tgrelid = %s::regclass",
        (table,),
    ).fetchone()
    query = sql.SQL(
        "SELECT concat_ws('/', {key}), j"
        "  FROM (SELECT to_jsonb(t) - {left_out}::text[] AS j FROM {table} t) AS rows"
    ).format(key=key, left_out=left_out and left_out[0], table=sql.Identifier(table))
    return dict(connection.execute(query).fetchall())
