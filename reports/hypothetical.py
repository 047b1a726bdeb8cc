"""What HypoPG foresees of an index that does not exist, beside what is then measured."""

from dataclasses import dataclass
from typing import Any

import psycopg

from b2bench.arguments import Arguments
from b2bench.errors import BadInput
from b2bench.queries import Step
from reports.fixes import Fix, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """Costs as the planner counts them, and the size that HypoPG expects."""

    cost_before: float
    cost_after: float
    size_bytes: int


def suppose(
    connection: psycopg.Connection, step: Step, arguments: Arguments, fix: Fix
) -> Hypothesis | None:
    """Plan a step with a hypothetical index; `None` where HypoPG is not there or cannot tell.

    Args:
        connection: in a transaction that will be rolled back.
        step: whose text is planned.
        arguments: of its class.
        fix: what to suppose; only new indexes can be.
    """
    if fix.kind is not Kind.INDEX or not _is_available(connection):
        return None
    try:
        texts = [v if v is None else v.decode() for v in arguments.encoded(step.parameters)]
        with connection.transaction(force_rollback=True):
            connection.execute("CREATE EXTENSION IF NOT EXISTS hypopg")
            return _supposed(connection, step.sql, texts, fix.statements[0])
    except (psycopg.Error, BadInput):
        # some kinds of index it does not know, some steps wait for an earlier one's row
        return None


def _is_available(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'hypopg'").fetchone()
    return row is not None


def _supposed(
    connection: psycopg.Connection, statement: str, texts: list[str | None], create: str
) -> Hypothesis | None:
    before = _cost(connection, statement, texts)
    row = connection.execute(
        "SELECT hypopg_relation_size(indexrelid) FROM hypopg_create_index(%s)", (create,)
    ).fetchone()
    try:
        after = _cost(connection, statement, texts)
    finally:
        # it lives in the session and not in the transaction
        connection.execute("SELECT hypopg_reset()")
    if row is None:
        return None
    return Hypothesis(cost_before=before, cost_after=after, size_bytes=int(row[0]))


def _cost(connection: psycopg.Connection, statement: str, texts: list[str | None]) -> float:
    cursor = psycopg.RawCursor(connection)
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", texts)
    row: tuple[Any, ...] | None = cursor.fetchone()
    return float(row[0][0]["Plan"]["Total Cost"]) if row else 0.0
