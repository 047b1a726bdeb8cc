"""One query class executed in a copy: what it meets, or what it takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg

from b2bench.arguments import Arguments
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import pinned_session, take_role
from reports.counted_work import Counting, Ending, Execution
from reports.explaining import StepCapture, explain_case, hear_case
from reports.nested import NestedPlan, listening
from reports.observing import Observer
from reports.protection_evidence import Spent
from reports.protection_guards import Met, met_by
from reports.step_execution import execute_steps

_TIMEOUT_MS = 60_000
# a page that is logged whole after a checkpoint is none of the statement's doing
_LOGGED_AGAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A class with one case of arguments, and the role under which it runs.

    Args:
        role: `None` for the session's own.
    """

    query: QueryClass
    arguments: Arguments
    role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one execution of a class took, and its plans.

    Args:
        scans: number of scans by oid of table or index.
        said: by the server where it refused; then there is nothing else.
    """

    spent: Spent
    steps: tuple[StepCapture, ...] = ()
    scans: Mapping[int, int]
    said: str = ""


def meet(target: Target, subject: Subject, triggers: str) -> tuple[Met, ...]:
    """Execute a class, undo it, and return what guards the tables that it touched.

    Args:
        target: a copy.
        subject: the class.
        triggers: a pattern of LIKE.

    Raises:
        BadInput: a parameter has no value.
        StatementFailed: the server refuses something.
    """
    with _session(target, subject) as connection:
        take_role(connection, subject.role)
        with connection.transaction(force_rollback=True):
            execute_steps(connection, subject.query, subject.arguments)
            return met_by(connection, triggers)


def read(target: Target, subject: Subject, observer: Observer | None) -> Reading:
    """Execute a class several times, each execution undone, and return what the last one took.

    Args:
        target: a copy, in which nobody else works.
        subject: the class.
        observer: of the same copy.

    Raises:
        BadInput: a parameter has no value.
        StatementFailed: the server refuses something.
    """
    with _session(target, subject) as connection:
        execution = _counted(connection, subject)
        if execution.ending is not Ending.DONE:
            said = execution.said or "takes longer than a minute"
            return Reading(spent=_spent(execution, ()), scans={}, said=said)
        take_role(connection, subject.role)
        steps = _explained(connection, subject, observer)
        return Reading(spent=_spent(execution, steps), steps=steps, scans=execution.scans)


def hear(target: Target, subject: Subject) -> dict[str, tuple[NestedPlan, ...]]:
    """Return the plans of statements that functions execute, by step; empty without a superuser.

    Raises: as `read`.
    """
    with _session(target, subject) as connection, listening(connection) as heard:
        if heard is None:
            return {}
        take_role(connection, subject.role)
        return hear_case(connection, subject.query, subject.arguments, heard)


@contextmanager
def _session(target: Target, subject: Subject) -> Iterator[psycopg.Connection]:
    own = replace(target, role=None)
    with pinned_session(own, may_write=True) as connection:
        if level := subject.query.isolation:
            connection.isolation_level = psycopg.IsolationLevel[level.upper().replace(" ", "_")]
        yield connection


def _counted(connection: psycopg.Connection, subject: Subject) -> Execution:
    """Execute twice: the first execution fills the session's caches."""
    with connection.transaction(force_rollback=True):
        counting = Counting(connection)
        for _ in range(2):
            execution = counting.execute(
                subject.query, subject.arguments, role=subject.role, timeout_ms=_TIMEOUT_MS
            )
    return execution


def _explained(
    connection: psycopg.Connection, subject: Subject, observer: Observer | None
) -> tuple[StepCapture, ...]:
    for _ in range(1 + _LOGGED_AGAIN):
        case = explain_case(connection, subject.query, subject.arguments, observer=observer)
        if not any(step.executed and step.executed.wal_full_pages for step in case.steps):
            break
    return case.steps


def _spent(execution: Execution, steps: tuple[StepCapture, ...]) -> Spent:
    work = execution.work
    executed = [step.executed for step in steps]
    logged = [each.wal_bytes for each in executed if each is not None]
    return Spent(
        blocks=work.blocks,
        tuples=work.tuples,
        rows_written=work.written,
        wal_bytes=sum(logged) if len(logged) == len(executed) else None,
    )
