import time

import psycopg
import pytest

from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.selftest.load.lock import server_ahead_s, table_lock
from b2bench.target import Target


@pytest.fixture
def lockable(empty_database: Target) -> Target:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE stalled (id bigint)")
    return empty_database


def test_a_reader_waits_from_the_grant_to_the_release(lockable: Target) -> None:
    with table_lock(lockable, "stalled", 0.4) as lock, connect(lockable) as reader:
        lock.take_in(0)
        _until_granted(reader)
        reader.execute("SELECT FROM stalled")
        read_unix_s = time.time()
        held = lock.result()
    assert held.released_unix_s - held.granted_unix_s > 0.4
    assert held.granted_unix_s < read_unix_s
    assert read_unix_s > held.released_unix_s - held.uncertainty_s


def _until_granted(reader: psycopg.Connection) -> None:
    question = "SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"
    while reader.execute(question).fetchone() is None:
        time.sleep(0.01)


def test_a_lock_that_nobody_took_is_said(lockable: Target) -> None:
    with (
        table_lock(lockable, "stalled", 60) as lock,
        pytest.raises(RunFailed, match="before the table was locked"),
    ):
        lock.result()


def test_a_lock_that_is_not_wanted_any_more_is_not_taken(lockable: Target) -> None:
    begun = time.monotonic()
    with table_lock(lockable, "stalled", 60) as lock:
        lock.take_in(60)
    assert time.monotonic() - begun < 50


def test_what_the_server_refuses_is_raised(lockable: Target) -> None:
    with table_lock(lockable, "missing", 0.1) as lock:
        lock.take_in(0)
        with pytest.raises(psycopg.errors.UndefinedTable):
            lock.result()


def test_the_clock_of_a_server_on_this_machine_is_ours(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        ahead_s, uncertainty_s = server_ahead_s(connection)
    assert abs(ahead_s) <= uncertainty_s + 0.001
