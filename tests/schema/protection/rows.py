"""The rows that a role sees of a guarded table, next to those that are declared."""

from collections import Counter
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.schema.protection.access import EVERYTHING, Access
from tests.schema.protection.acting import NOBODY, Actor, for_a_moment

_DECLARED = "SELECT {columns} FROM public.{table} WHERE {predicate}"
_SEEN = "SELECT {columns} FROM public.{table}"
_ME = "nullif(current_setting('shop.account_id', true), '')::bigint"
_AUTH = "nullif(current_setting('shop.auth_id', true), '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What one actor sees of one table.

    Args:
        columns: those that it may read; all when empty.
        predicate: of the rows that it is to see.
    """

    actor: Actor
    table: str
    columns: tuple[str, ...]
    predicate: str

    @property
    def why(self) -> str:
        """The check in words."""
        return (
            f"{self.actor.role} {dict(self.actor.settings)} sees of {self.table}: {self.predicate}"
        )

    @property
    def about(self) -> frozenset[str]:
        """What it is about."""
        return frozenset({self.table, self.actor.role})

    def holds(self, connection: psycopg.Connection) -> bool:
        """Return whether it sees what is declared, row by row; a refusal is none."""
        try:
            return self.seen(connection) == self.declared(connection)
        except psycopg.Error:
            return False

    def seen(self, connection: psycopg.Connection) -> Counter[tuple[object, ...]]:
        """Return the rows that it sees."""
        return self._rows(connection, self.actor, sql.SQL(_SEEN))

    def declared(self, connection: psycopg.Connection) -> Counter[tuple[object, ...]]:
        """Return the rows that the predicate means to the session's user, who sees all."""
        unguarded = Actor(role=NOBODY, settings=self.actor.settings)
        return self._rows(connection, unguarded, sql.SQL(_DECLARED))

    def _rows(
        self, connection: psycopg.Connection, actor: Actor, statement: sql.SQL
    ) -> Counter[tuple[object, ...]]:
        predicate = self.predicate.replace(":me", _ME).replace(":auth", _AUTH)
        names = [sql.Identifier(column) for column in self.columns]
        with for_a_moment(connection):
            actor.take_on(connection)
            rows = connection.execute(
                statement.format(
                    columns=sql.SQL(", ").join(names) if names else sql.SQL("*"),
                    table=sql.Identifier(self.table),
                    predicate=sql.SQL(predicate),
                )
            ).fetchall()
        return Counter(tuple(map(repr, row)) for row in rows)


def rows_of(access: Access, actor: Actor) -> list[Rows]:
    """Return what an actor is to see of each guarded table that it may read."""
    return [
        Rows(
            actor=actor,
            table=table,
            columns=tuple(sorted(access.columns(actor.role, table, "SELECT") - {EVERYTHING})),
            predicate=predicates[actor.role],
        )
        for table, predicates in access.rows.items()
        if actor.role in predicates
    ]
