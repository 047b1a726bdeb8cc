"""Each verb on each table leaves an event in the audit for each row."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.schema.protection.acting import NOBODY, Actor, for_a_moment, refusal
from tests.schema.protection.attempts import columns_by_table

_TRIGGERS = """
SELECT format('ALTER TABLE %%s ENABLE ALWAYS TRIGGER %%I', tgrelid::regclass, tgname)
  FROM pg_trigger
 WHERE tgrelid = %s::regclass AND tgname LIKE 'audit\\_%%'
"""
_NEWEST = "SELECT coalesce(max(id), 0) FROM audit_events"
_EVENTS = """
SELECT count(*) FROM audit_events WHERE id > %s AND table_name = %s AND operation::text = %s
"""
_COUNT = sql.SQL("SELECT count(*) FROM {table}")
# no other rule is asked: the row that is there stands for one that the business would write
_STATEMENTS = {
    "INSERT": """
WITH one AS (DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table}) RETURNING {columns})
INSERT INTO {table} ({columns}) SELECT {columns} FROM one
""",
    "UPDATE": """
UPDATE {table} SET {first} = {first} WHERE ctid = (SELECT min(ctid) FROM {table})
""",
    "DELETE": "DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})",
    "TRUNCATE": "TRUNCATE {table} CASCADE",
}
_NOT_AUDITED = "audit_events"
_MONTHS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_events'::regclass"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A verb on a table whose rows each leave an event."""

    table: str
    verb: str
    columns: tuple[str, ...]

    @property
    def why(self) -> str:
        """The check in words."""
        return f"{self.verb} of {self.table} leaves an event for each row"

    @property
    def about(self) -> frozenset[str]:
        """What it is about."""
        return frozenset({self.table, self.verb, "audit"})

    def holds(self, connection: psycopg.Connection) -> bool:
        """Do it, count the events, and take it back."""
        with for_a_moment(connection):
            for (enable,) in connection.execute(_TRIGGERS, (self.table,)).fetchall():
                connection.execute(enable.encode())
            connection.execute("SET LOCAL session_replication_role = replica")
            rows = self._number(connection, _COUNT.format(table=sql.Identifier(self.table)))
            newest = self._number(connection, sql.SQL(_NEWEST))
            connection.execute(self._statement)
            events = self._number(connection, sql.SQL(_EVENTS), (newest, self.table, self.verb))
        return rows > 0 and events == (rows if self.verb == "TRUNCATE" else 1)

    def _number(
        self,
        connection: psycopg.Connection,
        statement: sql.SQL | sql.Composed,
        values: tuple[object, ...] | None = None,
    ) -> int:
        row = connection.execute(statement, values).fetchone()
        return int(row[0]) if row else 0

    @property
    def _statement(self) -> sql.Composed:
        names = [sql.Identifier(column) for column in self.columns]
        return sql.SQL(_STATEMENTS[self.verb]).format(
            table=sql.Identifier(self.table), columns=sql.SQL(", ").join(names), first=names[0]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A month of events that nobody empties."""

    month: str

    @property
    def why(self) -> str:
        """The check in words."""
        return f"{self.month} is not emptied"

    @property
    def about(self) -> frozenset[str]:
        """What it is about."""
        return frozenset({self.month, "audit"})

    def holds(self, connection: psycopg.Connection) -> bool:
        """Try to, as somebody who may."""
        return refusal(connection, Actor(role=NOBODY), f"TRUNCATE {self.month}") == "23001"


def audit_checks(connection: psycopg.Connection) -> Iterator[Audited | Kept]:
    """Yield a check for each verb on each table but the audit's own, and for each month of that."""
    for (month,) in connection.execute(_MONTHS).fetchall():
        yield Kept(month=month)
    for table, columns in columns_by_table(connection).items():
        if table != _NOT_AUDITED:
            for verb in _STATEMENTS:
                yield Audited(table=table, verb=verb, columns=tuple(columns))
