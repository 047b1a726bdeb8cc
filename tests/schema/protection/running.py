"""A query class run as somebody: the rows of each step, or what refused it; nothing of it stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import RawCursor

from b2bench.arguments import Arguments, Value
from b2bench.queries import QueryClass
from tests.schema.protection.acting import NOBODY, for_a_moment

# keys that statements draw are the same ones for everybody who is compared
_NEXT_KEY = 10_000_000
_SEQUENCES = """
SELECT setval(c.oid::regclass, %s)
  FROM pg_class c
 WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it.

    Args:
        steps: the rows of each step, in no order.
        refused: the SQLSTATE, empty when nothing was refused.
        message: what the refusal said.
    """

    steps: tuple[tuple[str, ...], ...] = ()
    refused: str = ""
    message: str = ""


def answer(
    connection: psycopg.Connection,
    query: QueryClass,
    values: Mapping[str, Value],
    *,
    role: str,
    settings: Mapping[str, Value] | None = None,
) -> Answer:
    """Run a query class under a role, and take back what it did.

    Args:
        connection: a superuser's, in a transaction.
        query: the class.
        values: its arguments.
        role: as whom; `-` for the session's user.
        settings: arguments that its settings are made from, where they are not the same ones.
    """
    connection.execute(_SEQUENCES, (_NEXT_KEY,))
    with for_a_moment(connection):
        if role != NOBODY:
            connection.execute(f"SET LOCAL ROLE {role}".encode())
        try:
            return Answer(steps=tuple(run_steps(connection, query, values, settings or values)))
        except psycopg.Error as error:
            return Answer(refused=error.sqlstate or "?", message=str(error))


def run_steps(
    connection: psycopg.Connection,
    query: QueryClass,
    values: Mapping[str, Value],
    settings: Mapping[str, Value],
) -> list[tuple[str, ...]]:
    """Run the steps in the session's transaction and return the rows of each, in no order."""
    known, answers = dict[str, Any](values), list[tuple[str, ...]]()
    for setting in query.settings:
        execute(connection, setting.sql, settings, (setting.parameter,))
    for step in query.steps:
        cursor = execute(connection, step.sql, known, step.parameters)
        rows = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        names = [column.name for column in cursor.description or ()]
        first = dict(zip(names, rows[0], strict=True)) if rows and names else {}
        known |= {output.name: first.get(output.name) for output in step.outputs}
        answers.append(tuple(sorted(map(repr, rows))))
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return answers


def execute(
    connection: psycopg.Connection,
    statement: str,
    values: Mapping[str, Value],
    names: tuple[str, ...],
) -> RawCursor[tuple[Any, ...]]:
    """Execute a statement with `$n` for the named values."""
    encoded = Arguments(values=values).encoded(names)
    cursor = RawCursor(connection)
    cursor.execute(statement.encode(), [value and value.decode() for value in encoded])
    return cursor
