"""The plan that a server keeps for a prepared statement whose arguments it does not know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from reports.plans import JsonObject, plan_shape
from reports.work import WorkVector, work_of

_NAME = sql.Identifier("b2bench_generic")
_LONGEST_MS = 10_000
_PLANNED: LiteralString = "VERBOSE, SETTINGS, FORMAT JSON"
_EXECUTED: LiteralString = "ANALYZE, BUFFERS, WAL, SETTINGS, VERBOSE, FORMAT JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericPlan:
    """What a driver that prepares its statements may get after five executions.

    Args:
        plan: the entry that EXPLAIN gave; with figures only where the shape is another one.
        is_other: whether its shape differs from the plan's for these arguments.
        work: what it did with these arguments; `None` where it is the same plan, or was stopped.
        is_stopped: it took longer than ten seconds.
    """

    plan: JsonObject
    is_other: bool
    work: WorkVector | None = None
    execution_ms: float | None = None
    is_stopped: bool = False


def generic_plan(
    connection: psycopg.Connection,
    statement: str,
    texts: Sequence[str | None],
    custom_shape: tuple[str, ...],
) -> GenericPlan:
    """Plan a statement without looking at its arguments; execute it if that is another plan.

    What it changes is undone.

    Args:
        connection: in a transaction.
        statement: with `$1`, `$2`, … for the texts.
        texts: the arguments.
        custom_shape: of the plan for these arguments.

    Raises:
        psycopg.Error: the server refuses it.
    """
    execution = _execution(texts)
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        # the text is a query file's own, so there is nothing to quote
        psycopg.RawCursor(connection).execute(f"PREPARE b2bench_generic AS {statement}")
        planned = _entry(connection, _PLANNED, execution)
        is_other = plan_shape(planned) != custom_shape
        found = (
            _executed(connection, planned, execution)
            if is_other
            else GenericPlan(plan=planned, is_other=False)
        )
        # a rollback would leave it
        connection.execute(sql.SQL("DEALLOCATE {}").format(_NAME))
        return found


def keeps_no_arguments(connection: psycopg.Connection) -> bool:
    """Return whether the server does not keep the text of EXECUTE, in which the arguments stand."""
    row = connection.execute(
        "SELECT current_setting('pg_stat_statements.track_utility', true)"
    ).fetchone()
    return row is None or row[0] != "on"


def _execution(texts: Sequence[str | None]) -> sql.Composed:
    if not texts:
        return sql.SQL("EXECUTE {}").format(_NAME)
    values = sql.SQL(", ").join(map(sql.Literal, texts))
    return sql.SQL("EXECUTE {} ({})").format(_NAME, values)


def _executed(
    connection: psycopg.Connection, planned: JsonObject, execution: sql.Composed
) -> GenericPlan:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(
                "SELECT set_config('statement_timeout', %s, true)", (str(_LONGEST_MS),)
            )
            entry = _entry(connection, _EXECUTED, execution)
    except errors.QueryCanceled:
        return GenericPlan(plan=planned, is_other=True, is_stopped=True)
    return GenericPlan(
        plan=entry,
        is_other=True,
        work=work_of(entry),
        execution_ms=entry["Execution Time"],
    )


def _entry(
    connection: psycopg.Connection, options: LiteralString, execution: sql.Composed
) -> JsonObject:
    statement = sql.SQL("EXPLAIN ({}) {}").format(sql.SQL(options), execution)
    row: tuple[Any, ...] | None = connection.execute(statement).fetchone()
    entry: JsonObject = row[0][0] if row else {}
    return entry
