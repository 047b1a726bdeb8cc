"""One execution of a query class, timed and undone, and what it would leave behind removed."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from b2bench.arguments import Arguments
from b2bench.queries import QueryClass
from reports.step_execution import execute_steps

_NS_PER_MS = 1_000_000
# whether the transaction changed or locked anything, and in which tables it may leave dead rows
_HAS_CHANGED = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
_CHANGED = """
SELECT DISTINCT n.nspname, c.relname
  FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid = pg_backend_pid()
   AND l.mode = 'RowExclusiveLock'
   AND c.relkind = 'r'
   AND c.oid >= 16384
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """Whether an execution changes or locks anything, and the tables in which it does."""

    any: bool = True
    tables: Sequence[tuple[str, str]] = ()


def warm_up(session: psycopg.Connection, query: QueryClass, arguments: Arguments) -> Changes:
    """Execute a class and undo it; return what it changes."""
    with suppress(errors.QueryCanceled), session.transaction(force_rollback=True):
        execute_steps(session, query, arguments)
        row = session.execute(_HAS_CHANGED).fetchone()
        if row and row[0]:
            return Changes(tables=session.execute(_CHANGED).fetchall())
        return Changes(any=False)
    return Changes()


@contextmanager
def one_transaction(session: psycopg.Connection) -> Iterator[None]:
    """Let executions that change nothing share a transaction, and say BEGIN once."""
    session.autocommit = False
    try:
        yield
    finally:
        if not session.closed:
            session.rollback()
            session.autocommit = True


def clean(session: psycopg.Connection, tables: Sequence[tuple[str, str]]) -> None:
    """Remove the dead rows of changes that were undone.

    Otherwise they would slow down what comes next, and the server would see to it on one side
    before the other.
    """
    if not tables:
        return
    session.execute("RESET ROLE")
    names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
    with suppress(errors.QueryCanceled):
        session.execute(sql.SQL("VACUUM {}").format(names))


def execution_ms(session: psycopg.Connection, query: QueryClass, arguments: Arguments) -> float:
    """Execute a class and undo it; return how long it took, or until it was stopped.

    Args:
        session: in autocommit mode, or within `one_transaction`, which undoes it.
        query: the class.
        arguments: what its parameters are.
    """
    own = session.transaction(force_rollback=True) if session.autocommit else nullcontext()
    begin_ns = end_ns = 0
    try:
        with own:
            begin_ns = time.perf_counter_ns()
            execute_steps(session, query, arguments)
            end_ns = time.perf_counter_ns()
    except errors.QueryCanceled:
        end_ns = time.perf_counter_ns()
        if not session.autocommit:
            session.rollback()
    return (end_ns - begin_ns) / _NS_PER_MS
