"""A query class's settings and steps, executed in a session with nothing else around them."""

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from b2bench.arguments import Arguments
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, Step


def execute_steps(connection: psycopg.Connection, query: QueryClass, arguments: Arguments) -> None:
    """Execute every step that has what it needs, and what constraints leave to the end.

    Args:
        connection: in a transaction, which the caller undoes.
        query: the class.
        arguments: what its parameters are.

    Raises:
        BadInput: a parameter has no value, or a step lacks a column that it promises.
        psycopg.Error: the server refuses something.
    """
    for setting in query.settings:
        _execute(connection, setting.sql, _texts(arguments, [setting.parameter]))
    fed = {output.name for step in query.steps for output in step.outputs}
    known = arguments
    for step in query.steps:
        # a step waits in vain for a row that an earlier one did not find
        if set(step.parameters) & (fed - known.values.keys()):
            continue
        first = _first_row(_execute(connection, step.sql, _texts(known, step.parameters)), step)
        known = replace(known, values={**known.values, **first})
    if query.writes:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _texts(arguments: Arguments, names: Sequence[str]) -> list[str | None]:
    # text of unknown type lets the server choose the type that `$1::bigint` names
    return [value if value is None else value.decode() for value in arguments.encoded(names)]


def _execute(
    connection: psycopg.Connection, statement: str, texts: Sequence[str | None]
) -> psycopg.Cursor:
    cursor = psycopg.RawCursor(connection)
    # the text is a query file's own, so there is nothing to quote
    cursor.execute(statement.encode(), texts)
    return cursor


def _first_row(cursor: psycopg.Cursor, step: Step) -> dict[str, str | None]:
    """Return the step's outputs in the first row as texts; empty without a row."""
    result = cursor.pgresult
    if not step.outputs or result is None or not result.ntuples:
        return {}
    columns = [column.name for column in cursor.description or ()]
    if missing := [output.name for output in step.outputs if output.name not in columns]:
        raise BadInput(f"the step gives no column {', '.join(missing)}, which it promises with ->")
    values = {
        output.name: result.get_value(0, columns.index(output.name)) for output in step.outputs
    }
    return {name: None if value is None else value.decode() for name, value in values.items()}
