"""A load whose server fails: everything is counted by kind, and it comes back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect, maintenance
from b2bench.progress import silent
from b2bench.target import Target
from loadgen.driver.supervise import run_load
from tests.loadgen.driver.lab import (
    ENVIRONMENT,
    SCHEMA,
    accounted,
    phase_of,
    plan_for,
    run,
    until,
)
from tests.postgres import new_open_folder


@pytest.fixture(scope="module")
def own_server(pg_bin: Path | None) -> Iterator[EmbeddedServer]:
    """Give a server that a test may kill."""
    with new_open_folder() as folder:
        server = EmbeddedServer(
            folder / ".b2bench", pg_bin=pg_bin, overrides={"full_page_writes": "off"}
        )
        server.start()
        yield server
        server.destroy()


@pytest.fixture
def own_lab(own_server: EmbeddedServer) -> Target:
    own_server.start()
    target = own_server.target("lab")
    with connect(maintenance(target)) as connection:
        connection.execute("DROP DATABASE IF EXISTS lab WITH (FORCE)")
        connection.execute("CREATE DATABASE lab")
    with connect(target) as connection:
        connection.execute(SCHEMA)
    return target


@contextmanager
def while_measuring(folder: Path, act: Callable[[], None]) -> Iterator[None]:
    """Act half a second after the measurement has begun, beside the block."""

    def wait_and_act() -> None:
        until(lambda: phase_of(folder) == "measuring" or None)
        time.sleep(0.5)
        act()

    with ThreadPoolExecutor(1) as beside:
        acted = beside.submit(wait_and_act)
        yield
        acted.result()


def test_a_server_that_crashes_is_come_back_to_and_every_request_is_accounted_for(
    own_server: EmbeddedServer, own_lab: Target, tmp_path: Path
) -> None:
    def crash() -> None:
        pid = own_server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        own_server.start()

    plan = plan_for(own_lab, "read_item", "move_item", users=5, duration_s=6, grace_s=10)
    with while_measuring(tmp_path, crash):
        result = run_load(own_lab, plan, tmp_path, silent, environment=ENVIRONMENT)

    assert result.phase == "finished"
    assert result.offered == accounted(result)
    assert result.failed > 0
    # lost in the middle of a request, and refused at the door
    kinds = {error.sqlstate for query in result.queries for error in query.errors}
    assert kinds <= {"08006", "08001", "57P01", "57P02", "57P03", "40001"}
    assert "08001" in kinds
    assert result.reconnects >= 5
    assert sum(fault.count for fault in result.faults) == result.failed
    assert result.seconds[-1].completed + result.seconds[-2].completed > 0


def test_a_run_through_an_orderly_restart_goes_on(
    own_server: EmbeddedServer, own_lab: Target, tmp_path: Path
) -> None:
    def restart() -> None:
        own_server.stop()
        own_server.start()

    plan = plan_for(own_lab, "read_item", users=5, rate=100, duration_s=6, grace_s=10)
    with while_measuring(tmp_path, restart):
        result = run_load(own_lab, plan, tmp_path, silent, environment=ENVIRONMENT)

    assert result.offered == accounted(result)
    assert (result.skipped, result.unfinished) == (0, 0)
    assert result.reconnects >= 5
    # arrivals went on meanwhile, so requests waited for the server
    assert result.late > 0
    assert result.lag.max_us > 20_000


@pytest.mark.parametrize(
    ("setting", "sqlstate"), [("statement_timeout", "57014"), ("lock_timeout", "55P03")]
)
def test_a_lock_that_is_held_runs_into_the_timeout_and_is_counted_as_such(
    lab: Target, tmp_path: Path, setting: str, sqlstate: str
) -> None:
    def hold() -> None:
        with connect(lab) as connection, connection.transaction():
            connection.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE")
            time.sleep(1)

    impatient = lab.with_setting(setting, "200ms")
    plan = plan_for(lab, "read_item", users=4, think_s=0.02, duration_s=3)
    with while_measuring(tmp_path, hold):
        outcome = run(impatient, plan, tmp_path)
    (error,) = outcome.of("read_item").errors
    assert error.sqlstate == sqlstate
    # four users, once each 200 ms of the second
    assert 4 <= error.count <= 24
    assert outcome.result.offered == accounted(outcome.result)
    assert outcome.result.reconnects == 0


def test_sessions_killed_over_and_over_are_counted_as_ended_by_the_administrator(
    lab: Target, tmp_path: Path
) -> None:
    def shoot() -> None:
        with connect(lab) as connection:
            for _ in range(5):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'b2bench load' AND datname = current_database()"
                )
                time.sleep(0.1)

    plan = plan_for(lab, "move_item", users=6, think_s=0.001, duration_s=3)
    with while_measuring(tmp_path, shoot):
        outcome = run(lab, plan, tmp_path)
    seen = outcome.of("move_item")
    assert {error.sqlstate for error in seen.errors} <= {"57P01", "08006", "40001"}
    assert outcome.result.reconnects >= 6
    assert outcome.result.offered == accounted(outcome.result)
    assert outcome.result.seconds[2].completed > 50


def test_a_reset_of_the_servers_statistics_makes_its_account_worthless(
    lab: Target, tmp_path: Path
) -> None:
    def reset() -> None:
        with psycopg.connect(lab.conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_stat_statements_reset()")

    plan = plan_for(lab, "read_item", users=2, duration_s=1.5)
    with while_measuring(tmp_path, reset):
        outcome = run(lab, plan, tmp_path)
    assert not outcome.server.is_complete
    assert "reset" in outcome.server.broken_by
