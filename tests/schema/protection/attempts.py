"""Each verb really tried, by a statement that asks for one right to a table or column only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.schema.protection.access import EVERYTHING, VERBS, Access
from tests.schema.protection.acting import Actor, refusal

_DENIED = "42501"
_TABLES = ("r", "p")
# nothing is written through them
VIEWS = ("v", "m")
_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND c.relnamespace = 'public'::regnamespace AND c.relkind = ANY (%s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 GROUP BY c.relname
"""
# no row is touched: rights are checked before
_STATEMENTS = {
    "SELECT": "SELECT {columns} FROM {table} WHERE false",
    "INSERT": "INSERT INTO {table} ({columns}) SELECT {nulls} WHERE false",
    "UPDATE": "UPDATE {table} SET {defaults} WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
}
# without a column, a right to any of them is enough
_ANY_COLUMN = {
    "SELECT": "SELECT FROM {table} WHERE false",
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A verb on columns of a table that a role tries.

    Args:
        columns: none of them asks for a right to any.
        is_allowed: whether it is to go through.
    """

    role: str
    table: str
    verb: str
    columns: tuple[str, ...]
    is_allowed: bool

    @property
    def why(self) -> str:
        """The check in words."""
        may = "may" if self.is_allowed else "may not"
        return f"{self.role} {may} {self.verb} {self.table} ({', '.join(self.columns)})"

    @property
    def about(self) -> frozenset[str]:
        """What it is about."""
        return frozenset({self.table, self.role, self.verb})

    def holds(self, connection: psycopg.Connection) -> bool:
        """Try it; other refusals than for want of a right say that the right is there."""
        said = refusal(connection, Actor(role=self.role), self._statement)
        return (said != _DENIED) is self.is_allowed

    @property
    def _statement(self) -> sql.Composed:
        names = [sql.Identifier(column) for column in self.columns]
        texts = _STATEMENTS if names else _ANY_COLUMN
        return sql.SQL(texts[self.verb]).format(
            table=sql.Identifier(self.table),
            columns=sql.SQL(", ").join(names),
            nulls=sql.SQL(", ").join([sql.NULL] * len(names)),
            defaults=sql.SQL(", ").join(sql.SQL("{} = DEFAULT").format(name) for name in names),
        )


def columns_by_table(
    connection: psycopg.Connection, kinds: Sequence[str] = _TABLES
) -> dict[str, list[str]]:
    """Return the columns that are not derived, by table or view."""
    return dict(connection.execute(_COLUMNS, (list(kinds),)).fetchall())


def attempts(
    connection: psycopg.Connection, access: Access, roles: tuple[str, ...]
) -> Iterator[Attempt]:
    """Yield what is to be tried: whole tables, and column by column where not all are granted."""
    for table, columns in columns_by_table(connection).items():
        for role in roles:
            for verb in VERBS:
                granted = access.columns(role, table, verb)
                yield from _of_table(role, table, verb, columns, granted)
    for view, columns in columns_by_table(connection, VIEWS).items():
        for role in roles:
            granted = access.columns(role, view, "SELECT")
            yield from _of_table(role, view, "SELECT", columns, granted)


def _of_table(
    role: str, table: str, verb: str, columns: list[str], granted: frozenset[str]
) -> Iterator[Attempt]:
    def attempt(names: list[str], *, is_allowed: bool) -> Attempt:
        return Attempt(
            role=role, table=table, verb=verb, columns=tuple(names), is_allowed=is_allowed
        )

    if granted == {EVERYTHING} or verb in {"DELETE", "TRUNCATE"}:
        yield attempt(columns, is_allowed=bool(granted))
        return
    if not granted and verb in _ANY_COLUMN:
        yield attempt([], is_allowed=False)
        return
    for column in columns:
        yield attempt([column], is_allowed=column in granted)
