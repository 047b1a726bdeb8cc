"""The server's number for each statement: the join between a query class and pg_stat_statements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg

from b2bench.arguments import ArgumentSource
from b2bench.errors import BadInput, StatementFailed
from b2bench.queries import QueryClass

SET_CONFIG = "set_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementId:
    """One statement of one query class, as the server numbers it in this database.

    `step` is the step's name, or `set_config` for the settings made before the steps.
    """

    query: str
    step: str
    queryid: int


def statement_ids(
    connection: psycopg.Connection, query: QueryClass, source: ArgumentSource
) -> tuple[StatementId, ...]:
    """Return the queryids of a query class's settings and steps; nothing is executed.

    A parameter that an earlier step's row feeds is planned as NULL. BEGIN and COMMIT cannot be
    explained and have no entry.

    Raises:
        StatementFailed: the server refuses a statement, or numbers none.
    """
    arguments = source.draw(query, seed=0, count=1)[0]
    settings = [
        (SET_CONFIG, setting.sql, arguments.encoded([setting.parameter]))
        for setting in query.settings
    ]
    steps = [
        (step.name, step.sql, arguments.encoded_or_null(step.parameters)) for step in query.steps
    ]
    return tuple(
        StatementId(query=query.name, step=step, queryid=_queryid(connection, sql, values))
        for step, sql, values in settings + steps
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


def _queryid(connection: psycopg.Connection, sql: str, values: list[bytes | None]) -> int:
    # text parameters of unknown type let the server choose the type that `$1::bigint` names,
    # as the driver's PREPARE does: the same expression tree, so the same queryid
    cursor = psycopg.RawCursor(connection)
    cursor.execute(
        f"EXPLAIN (VERBOSE, FORMAT JSON) {sql}",
        [None if value is None else value.decode() for value in values],
    )
    row = cursor.fetchone()
    if row is None or "Query Identifier" not in row[0][0]:
        raise StatementFailed("the server numbers no statements: set compute_query_id = on")
    return int(row[0][0]["Query Identifier"])
