"""The policies and triggers of a database: read, taken off a copy, and met by an execution."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import connect
from b2bench.target import Target

Kind = Literal["policies", "trigger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Row-level security of one table, or one trigger, which has a name."""

    kind: Kind
    schema: str
    table: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A table that an execution touched, and what guards it there.

    Args:
        policies: that hold for the role; `None` where it is not subject to row-level security.
        triggers: that may fire, for the table is written.
    """

    schema: str
    table: str
    policies: list[str] | None
    triggers: list[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that guards it, as `table.name`."""
        return tuple(f"{self.table}.{name}" for name in (*(self.policies or ()), *self.triggers))


def read_guards(target: Target, triggers: str) -> tuple[Guard, ...]:
    """Return the tables with row-level security, and the triggers whose name is like a pattern.

    Args:
        target: the database.
        triggers: a pattern of LIKE.
    """
    with connect(target) as connection, connection.cursor(row_factory=class_row(Guard)) as cursor:
        guards = cursor.execute(statement("protection_guards.sql"), {"triggers": triggers})
        return tuple(guards.fetchall())


def take_off(target: Target, guards: Sequence[Guard]) -> None:
    """Switch policies and triggers off.

    Args:
        target: a copy, as somebody who owns its tables.
        guards: what is switched off.

    Raises:
        StatementFailed: a table is somebody else's.
    """
    with connect(target, application_name="b2bench (protection)") as connection:
        for guard in guards:
            table = sql.Identifier(guard.schema, guard.table)
            if guard.kind == "policies":
                connection.execute(
                    sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table)
                )
            else:
                connection.execute(
                    sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(
                        table, sql.Identifier(guard.name)
                    )
                )


def met_by(connection: psycopg.Connection, triggers: str) -> tuple[Met, ...]:
    """Return what the transaction's statements met so far.

    Args:
        connection: in the transaction, under the role that executed them.
        triggers: a pattern of LIKE.
    """
    with connection.cursor(row_factory=class_row(Met)) as cursor:
        found = cursor.execute(statement("protection_met.sql"), {"triggers": triggers})
        return tuple(each for each in found if each.policies is not None or each.triggers)


@cache
def statement(name: str) -> str:
    """Return the text of a file beside this one."""
    return (files("reports") / name).read_text()
