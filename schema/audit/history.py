"""What happened to one record: who, when, and what changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from b2bench.database import reading
from b2bench.target import Target
from schema.audit.tables import audited_table, statement

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One column of a record, before and after; `None` is NULL."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a record, or the load of its table."""

    id: int
    operation: str
    actor: str
    occurred_at: datetime
    transaction_id: int
    old_row: Row | None
    new_row: Row | None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The columns that are not what they were."""
        return tuple(_changes(self.old_row or {}, self.new_row or {}))


def history(target: Target, table: str, key: str) -> tuple[Event, ...]:
    """Return what happened to a record, the newest first; loads of its table are among it.

    Args:
        target: the database.
        table: an audited table.
        key: of the record; several columns joined by `/`.

    Raises:
        BadInput: the table is not audited.
    """
    with reading(target) as connection:
        audited_table(connection, table)
        with connection.cursor(row_factory=class_row(Event)) as cursor:
            cursor.execute(statement("history").encode(), {"table": table, "key": key})
            return tuple(cursor.fetchall())


def _changes(before: Row, after: Row) -> Iterator[Change]:
    """Yield what differs.

    >>> [c.column for c in _changes({"id": 1, "status": "A"}, {"id": 1, "status": "B"})]
    ['status']
    """
    for column in dict.fromkeys((*before, *after)):
        if before.get(column) != after.get(column):
            yield Change(column=column, before=before.get(column), after=after.get(column))
