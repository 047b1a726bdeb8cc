"""Which tables are audited, by which key, without which columns, and since when."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from b2bench.errors import BadInput
from b2bench.sqlfile import read_sql_file

_FOLDER = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedTable:
    """A table whose changes leave events.

    Args:
        key: columns of its primary key.
        left_out: columns that no event has.
        began_at: since when each change is audited.
        transaction_id: the transaction in which that began.
    """

    name: str
    key: list[str]
    left_out: list[str]
    began_at: datetime
    transaction_id: int


def statement(name: str) -> str:
    """Return the SQL of one file of this package."""
    return read_sql_file(_FOLDER / f"{name}.sql").parts[0].sql


def audited_table(connection: psycopg.Connection, name: str) -> AuditedTable:
    """Return an audited table by its name.

    Raises:
        BadInput: there is none of this name, or nothing is audited at all.
    """
    found = {table.name: table for table in _audited_tables(connection)}
    if name not in found:
        raise BadInput(f"{name} is not audited: name one of {', '.join(sorted(found))}")
    return found[name]


def require_audit(connection: psycopg.Connection) -> None:
    """Check that the database has an audit.

    Raises:
        BadInput: it has none.
    """
    row = connection.execute("SELECT to_regclass('b2bench_audit.seals') IS NULL").fetchone()
    if row == (True,):
        raise BadInput(f"{connection.info.dbname} has no audit: run `b2bench schema upgrade` first")


def _audited_tables(connection: psycopg.Connection) -> list[AuditedTable]:
    require_audit(connection)
    with connection.cursor(row_factory=class_row(AuditedTable)) as cursor:
        return cursor.execute(statement("tables").encode()).fetchall()
