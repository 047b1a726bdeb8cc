"""A table as it was: what is in it now, with all that came after a moment undone."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from psycopg import sql

from b2bench.database import reading
from b2bench.target import Target
from schema.audit.moment import Clock, doubtful, read_moment, require_audited_by_then
from schema.audit.tables import AuditedTable, audited_table, statement

_TIMEOUT_S = 3600.0


class RowForm(StrEnum):
    """What rows are written in."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was written, and how far it can be relied on.

    Args:
        rows: how many rows the table had.
        clock: by what was told what came after the moment.
        left_out: columns that are NULL because no event has them.
        doubtful: transactions of which nobody knows whether they had ended by then.
    """

    rows: int
    clock: Clock
    left_out: tuple[str, ...]
    doubtful: tuple[int, ...]


def rebuild(
    target: Target, table: str, at: str, form: RowForm, write: Callable[[bytes], object]
) -> Rebuilt:
    """Write a table as it was, ordered by its key.

    Rows and events are read by one statement, so that others may go on writing.

    Args:
        target: the database.
        table: an audited table.
        at: a time, or a snapshot as `pg_current_snapshot()` writes it.
        form: CSV with a header, or a JSON object in each line.
        write: takes the bytes.

    Raises:
        BadInput: the table is not audited, or was not at that moment; the moment is none.
    """
    with reading(target, statement_timeout_s=_TIMEOUT_S) as connection:
        audited = audited_table(connection, table)
        moment = read_moment(connection, at)
        require_audited_by_then(connection, audited, moment)
        query = _query(audited, moment.after)
        rows = _WRITERS[form](connection, query, write)
        return Rebuilt(
            rows=rows,
            clock=moment.clock,
            left_out=tuple(audited.left_out),
            doubtful=doubtful(connection, audited, moment),
        )


def _query(table: AuditedTable, after: sql.Composable) -> sql.Composed:
    return sql.SQL(statement("rebuild")).format(
        name=table.name,
        table=sql.Identifier("public", table.name),
        after=after,
        left_out=table.left_out,
        old_key=_key("e.old_row", table),
        new_key=_key("e.new_row", table),
        row_key=_key("n.j", table),
        order=sql.SQL(", ").join(sql.Identifier("r", column) for column in table.key),
    )


def _key(row: str, table: AuditedTable) -> sql.Composed:
    values = (sql.SQL("{} ->> {}").format(sql.SQL(row), column) for column in table.key)
    return sql.SQL("concat_ws('/', {})").format(sql.SQL(", ").join(values))


def _csv(
    connection: psycopg.Connection, query: sql.Composed, write: Callable[[bytes], object]
) -> int:
    command = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)
    with connection.cursor() as cursor:
        with cursor.copy(command) as copy:
            for block in copy:
                write(bytes(block))
        return cursor.rowcount


def _json(
    connection: psycopg.Connection, query: sql.Composed, write: Callable[[bytes], object]
) -> int:
    rows = 0
    lines = sql.SQL("SELECT row_to_json(rows)::text FROM ({}) AS rows").format(query)
    with connection.transaction(), connection.cursor(name="rebuilt") as cursor:
        for (line,) in cursor.execute(lines):
            write(line.encode() + b"\n")
            rows += 1
    return rows


_WRITERS = {RowForm.CSV: _csv, RowForm.JSON: _json}
