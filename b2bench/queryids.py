"""The server's number for each statement: the join between a query class and pg_stat_statements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from b2bench.arguments import ArgumentSource
from b2bench.errors import BadInput, StatementFailed
from b2bench.queries import QueryClass
from b2bench.roles import roles_of

SET_CONFIG = "set_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementId:
    """One statement of one query class, as the server numbers it in this database.

    `step` is the step's name, or `set_config` for the settings made before the steps.
    """

    query: str
    step: str
    queryid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStatement(StatementId):
    """A statement with the plan that the server would choose: an entry of EXPLAIN's JSON."""

    explained: dict[str, Any] = field(repr=False)


def statement_ids(
    connection: psycopg.Connection, query: QueryClass, source: ArgumentSource
) -> tuple[StatementId, ...]:
    """Return the queryids of a query class's settings and steps; nothing is executed.

    A parameter that an earlier step's row feeds is planned as NULL. BEGIN and COMMIT cannot be
    explained and have no entry.

    Raises:
        StatementFailed: the server refuses a statement, or numbers none.
    """
    return tuple(
        StatementId(query=found.query, step=found.step, queryid=found.queryid)
        for found in planned_statements(connection, query, source)
    )


def known_ids(
    connection: psycopg.Connection, queries: Sequence[QueryClass], source: ArgumentSource
) -> Iterator[StatementId]:
    """Yield the queryids of those query classes that the database can plan."""
    for query in queries:
        try:
            yield from statement_ids(connection, query, source)
        except (BadInput, StatementFailed, psycopg.Error):
            # a statement without a name is still counted
            continue


def planned_statements(
    connection: psycopg.Connection, query: QueryClass, source: ArgumentSource
) -> tuple[PlannedStatement, ...]:
    """Return the statements of a query class with their plans; nothing is executed.

    The first arguments of seed 0 are planned, so that plans can be compared with earlier ones.

    Raises: as `statement_ids`.
    """
    arguments = source.draw(query, seed=0, count=1)[0]
    settings = [
        (SET_CONFIG, setting.sql, arguments.encoded([setting.parameter]))
        for setting in query.settings
    ]
    steps = [
        (step.name, step.sql, arguments.encoded_or_null(step.parameters)) for step in query.steps
    ]
    with _own_role(connection, query):
        entries = [
            (name, _explained(connection, statement, values))
            for name, statement, values in settings + steps
        ]
    return tuple(
        PlannedStatement(query=query.name, step=step, queryid=_queryid(entry), explained=entry)
        for step, entry in entries
    )


@contextmanager
def _own_role(connection: psycopg.Connection, query: QueryClass) -> Iterator[None]:
    """Take on the role that a query file names, where there is one and the session may."""
    taken = roles_of(connection, [query]).get(query.role)
    before = connection.execute("SELECT current_setting('role')").fetchone()
    if taken is None or before is None:
        yield
        return
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(taken)))
    try:
        yield
    finally:
        # as a SELECT of set_config it would have the queryid of a query class's settings
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(before[0])))


def _explained(
    connection: psycopg.Connection, statement: str, values: list[bytes | None]
) -> dict[str, Any]:
    # text parameters of unknown type let the server choose the type that `$1::bigint` names,
    # as the driver's PREPARE does: the same expression tree, so the same queryid
    cursor = psycopg.RawCursor(connection)
    cursor.execute(
        f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}",
        [None if value is None else value.decode() for value in values],
    )
    row = cursor.fetchone()
    return dict(row[0][0]) if row else {}


def _queryid(entry: dict[str, Any]) -> int:
    if "Query Identifier" not in entry:
        raise StatementFailed("the server numbers no statements: set compute_query_id = on")
    return int(entry["Query Identifier"])
