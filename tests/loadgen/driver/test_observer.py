"""What a session of its own sees of a load: waits, sessions, slow statements without values."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.records import to_json
from b2bench.runs import LoadResult, Observation, RunPlan, SlowStatement
from b2bench.target import Target
from loadgen.driver import connection as driver
from loadgen.driver.observer import OBSERVER, Observer, observing
from loadgen.driver.slowlog import log_end
from loadgen.driver.supervise import run_load
from tests.loadgen.driver.lab import ENVIRONMENT, plan_for, until
from tests.postgres import new_open_folder
from tests.reports.sample_run import load_result, run_plan

CANARY = "canary-7d0f3c"


def test_a_load_that_waits_for_a_lock_is_seen_waiting(lab: Target, tmp_path: Path) -> None:
    plan = plan_for(lab, "read_item", users=3, warmup_s=0, duration_s=2)
    with connect(lab, application_name="b2bench (lock)") as locker:
        lock = _Lock(locker)
        with observing(lab, is_shared=False) as observer:
            result = run_load(lab, plan, tmp_path, lock.follow, environment=ENVIRONMENT)
    seen = observer.observation(plan, result)

    waits = {(wait.kind, wait.event): wait.samples for wait in seen.waits}
    assert waits["Lock", "relation"] > 0
    assert seen.backends == 3
    assert 0 < seen.samples <= 10 * (result.measured_s + 1)


class _Lock:
    """Holds a table for half a second of the measurement, told by the load's progress."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._until_s = 0.0

    def follow(self, phase: str, **_: object) -> None:
        if phase == "measuring" and not self._until_s:
            self._connection.execute("BEGIN")
            self._connection.execute("LOCK TABLE item")
            self._until_s = time.monotonic() + 0.5
        elif self._until_s and time.monotonic() > self._until_s:
            self._connection.execute("COMMIT")


def test_slow_statements_are_named_by_their_queryid_and_keep_no_values(
    lab: Target, tmp_path: Path
) -> None:
    _require_log(lab)
    plan = plan_for(lab, "read_item", users=1, warmup_s=0, duration_s=2)
    with connect(lab, application_name="b2bench (lock)") as locker:
        lock = _Lock(locker)
        with observing(lab, is_shared=False) as observer, _session(lab, "somebody") as somebody:
            result = run_load(lab, plan, tmp_path, lock.follow, environment=ENVIRONMENT)
            somebody.execute("SELECT pg_sleep(0.6), %s", (CANARY,))
            somebody.execute(f"SELECT pg_sleep(0.5), '{CANARY}'".encode())
            slow = until(lambda: _with_two_sleeps(observer, plan, result))

    durations = [each.duration_ms for each in slow]
    assert durations == sorted(durations, reverse=True)
    assert {each.query for each in slow} == {"read_item/main", ""}
    assert all(each.elapsed_s > 0 for each in slow)
    assert CANARY.encode() not in to_json(observer.observation(plan, result))


def _with_two_sleeps(
    observer: Observer, plan: RunPlan, result: LoadResult
) -> tuple[SlowStatement, ...] | None:
    """Return the slow log once the server has written it."""
    slow = observer.observation(plan, result).slow
    assert slow is not None
    return slow if sum(not each.query for each in slow) == 2 else None


def _require_log(lab: Target) -> None:
    with connect(lab) as connection:
        if log_end(connection) is None:
            pytest.skip("the server keeps no JSON log that we may read")


def test_a_role_that_may_not_read_the_log_has_no_slow_log(lab: Target) -> None:
    with connect(lab) as connection:
        connection.execute("CREATE ROLE b2bench_nobody")
        try:
            connection.execute("SET ROLE b2bench_nobody")
            assert log_end(connection) is None
        finally:
            connection.execute("RESET ROLE")
            connection.execute("DROP ROLE b2bench_nobody")


@pytest.mark.parametrize(("is_shared", "backends"), [(True, 1), (False, 2)])
def test_where_others_work_only_the_loads_sessions_count(
    lab: Target, *, is_shared: bool, backends: int
) -> None:
    with (
        _session(lab, driver.APPLICATION_NAME),
        _session(lab, "somebody else"),
        _session(lab, "b2bench (run)"),
        observing(lab, is_shared=is_shared) as observer,
    ):
        until(lambda: observer.looks or None)
    assert _observation(observer).backends == backends


def test_there_is_one_observer_and_none_is_left_behind(lab: Target) -> None:
    with observing(lab, is_shared=False):
        until(lambda: _observers(lab) or None)
        assert _observers(lab) == 1
    until(lambda: _observers(lab) == 0 or None)


def test_an_interrupt_ends_the_observer(lab: Target) -> None:
    def interrupted() -> None:
        with observing(lab, is_shared=False):
            until(lambda: _observers(lab) or None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    until(lambda: _observers(lab) == 0 or None)


def test_idle_sessions_wait_for_nothing(lab: Target) -> None:
    begin_s = time.time()
    with _session(lab, driver.APPLICATION_NAME), observing(lab, is_shared=True) as observer:
        until(lambda: observer.looks > 3 or None)
    seen = _observation(observer, begin_s=begin_s)
    assert seen.backends == 1
    assert seen.waits == ()


def test_a_server_that_is_not_there_is_not_observed_and_that_is_no_failure() -> None:
    nowhere = Target.parse("host=127.0.0.1 port=1 dbname=nowhere")
    with observing(nowhere, is_shared=False) as observer:
        time.sleep(0.1)
    assert _observation(observer) == Observation(samples=0, backends=0, waits=(), slow=None)


def test_the_observer_outlives_a_restart_and_keeps_what_it_has(pg_bin: Path | None) -> None:
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / "server", pg_bin=pg_bin, overrides={"fsync": "off"})
        try:
            target = server.start()
            with ExitStack() as stack:
                for _ in range(3):
                    stack.enter_context(_session(target, driver.APPLICATION_NAME))
                observer = stack.enter_context(observing(target, is_shared=True))
                before = until(lambda: observer.looks or None)
                server.stop()
                assert server.start() == target
                with _session(target, driver.APPLICATION_NAME):
                    until(lambda: observer.looks > before + 3 or None)
                    assert _observers(target) == 1
            seen = _observation(observer)
        finally:
            server.destroy()
    assert seen.backends == 3


@contextmanager
def _session(target: Target, name: str) -> Iterator[psycopg.Connection]:
    connection = psycopg.connect(target.conninfo, autocommit=True, application_name=name)
    try:
        yield connection
    finally:
        connection.close()


def _observers(target: Target) -> int:
    with connect(target) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", (OBSERVER,)
        ).fetchone()
    return row[0] if row else 0


def _observation(observer: Observer, *, begin_s: float | None = None) -> Observation:
    """Return what was seen since then, as if it had been a measurement."""
    result = load_result([])
    plan = run_plan([])
    started_s = (time.time() - 60 if begin_s is None else begin_s) - plan.warmup_s
    return observer.observation(plan, replace(result, started_unix_s=started_s, measured_s=120.0))
