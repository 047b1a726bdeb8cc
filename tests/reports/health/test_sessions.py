"""Sessions that hold others up are found while they do, and not afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import State
from reports.health.sessions import (
    Prepared,
    Waiting,
    blocked,
    judge_prepared,
    prepared,
    roots,
    transactions,
)
from reports.health.thresholds import Limit, Thresholds
from tests.postgres import change
from tests.reports.health.looking import ANYTHING, DEFAULT, codes, found, look, named, until

SHORT = Thresholds(transaction_s=ANYTHING, idle_in_transaction_s=Limit(warning=0, error=0.01))


def pid_of(connection: psycopg.Connection) -> int:
    return connection.info.backend_pid


def test_an_open_transaction_that_idles_is_named_with_its_end(empty_database: Target) -> None:
    with connect(empty_database, application_name="forgetful") as session:
        session.execute("BEGIN")
        session.execute("SELECT count(*) FROM pg_class")
        who = f"pid {pid_of(session)}, "
        seen = until(lambda: _idle(empty_database, who))
    assert found(seen, "long-transaction", who).severity is Severity.WARNING
    idle = found(seen, "idle-in-transaction", who)
    assert "(forgetful)" in idle.subject
    assert f"pg_terminate_backend({who.split()[1].rstrip(',')})" in idle.mend
    assert named(seen, "idle in transaction").state is State.ERROR
    assert codes(look(empty_database, transactions, SHORT), who) == set()


def _idle(target: Target, who: str) -> object:
    seen = look(target, transactions, SHORT)
    worst = [each.severity for check in seen for each in check.findings if who in each.subject]
    return seen if Severity.ERROR in worst else None


def test_a_young_transaction_is_counted_and_fine(empty_database: Target) -> None:
    with connect(empty_database) as session:
        session.execute("BEGIN")
        session.execute("SELECT 1")
        who = f"pid {pid_of(session)}, "
        seen = look(empty_database, transactions)
    assert codes(seen, who) == set()
    assert named(seen, "open transactions").figure != "none"


def test_the_root_of_a_chain_of_waits_is_named(empty_database: Target) -> None:
    change(empty_database, "CREATE TABLE first ()", "CREATE TABLE second ()")
    with _chain(empty_database) as (holder, middle):
        seen = until(lambda: _two_blocked(empty_database))
        finding = found(seen, "blocked-sessions")
        assert finding.subject.startswith(f"pid {pid_of(holder)}, ")
        assert "idle in transaction" in finding.subject
        assert finding.message.startswith("blocks 2 sessions")
        assert str(pid_of(middle)) not in finding.subject
        patient = Thresholds(blocked_s=Limit(warning=3600))
        assert codes(look(empty_database, blocked, patient)) == set()
    assert named(look(empty_database, blocked), "blocked sessions").figure == "none"


@contextmanager
def _chain(target: Target) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Let one session hold a table, one wait for it, and a third wait for the second."""
    with ExitStack() as stack:
        holder, middle, last = (stack.enter_context(connect(target)) for _ in range(3))
        threads = stack.enter_context(ThreadPoolExecutor(2))
        # the root goes first, so that the others end
        stack.callback(holder.execute, "COMMIT")
        for session, table in ((holder, "first"), (middle, "second")):
            session.execute("BEGIN")
            session.execute(f"LOCK TABLE {table}".encode())
        waits = [threads.submit(_wait, middle, "first"), threads.submit(_wait, last, "second")]
        yield holder, middle
        holder.execute("COMMIT")
        for each in waits:
            each.result()


def _wait(session: psycopg.Connection, table: str) -> None:
    session.execute(f"SELECT FROM {table}".encode())
    if session.info.transaction_status.name != "IDLE":
        session.execute("COMMIT")


def _two_blocked(target: Target) -> object:
    seen = look(target, blocked, Thresholds(blocked_s=ANYTHING))
    return seen if any(each.figure.startswith("2, ") for each in seen) else None


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        ({1: [2], 2: [3]}, {3}),
        ({1: [2, 4], 2: [3]}, {3, 4}),
        ({1: [0]}, {0}),
        ({1: [2], 2: [1]}, set()),
    ],
    ids=["chain", "two roots", "prepared transaction", "deadlock"],
)
def test_roots_wait_for_nobody(waiting: dict[int, list[int]], expected: set[int]) -> None:
    rows = [Waiting(pid=pid, blockers=of, waited_s=1) for pid, of in waiting.items()]
    assert roots(1, rows) == expected


def test_no_prepared_transaction_is_fine_and_an_old_one_is_not(empty_database: Target) -> None:
    assert named(look(empty_database, prepared), "prepared transactions").state is State.FINE
    old = judge_prepared(Prepared(count=2, oldest_s=7200, oldest="payment 42"), DEFAULT)
    assert old.figure == "2, the oldest for 2 h"
    assert found([old], "prepared-transaction", "payment 42").severity is Severity.ERROR


def test_a_role_without_rights_is_told_that_it_sees_no_sessions(plain: Target) -> None:
    from reports.health.sight import NotSeen

    with pytest.raises(NotSeen, match="GRANT pg_monitor TO health_"):
        look(plain, transactions)
    assert named(look(plain, blocked), "blocked sessions").state is State.FINE


def test_a_monitoring_role_sees_everybodys_transactions(
    monitor: Target, empty_database: Target
) -> None:
    with connect(empty_database) as session:
        session.execute("BEGIN")
        session.execute("SELECT 1")
        who = f"pid {pid_of(session)}, "
        assert codes(look(monitor, transactions, SHORT), who) >= {"long-transaction"}
