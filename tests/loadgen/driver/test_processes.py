"""Loads that several processes make, and loads whose reading part goes to a standby."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from loadgen.driver.statements import ServerAccount, Snapshot, account, take_snapshot, together
from loadgen.driver.supervise import run_load
from tests.components import free_port
from tests.loadgen.driver.lab import (
    ENVIRONMENT,
    QUERIES,
    SCHEMA,
    Outcome,
    accounted,
    plan_for,
    run,
    until,
)
from tests.postgres import new_database, new_open_folder
from tests.standby import standby_of

_ROOT = Path(__file__).parents[3]
_LOCUST = (sys.executable, "-m", "locust", "-f", "scenarios/locustfile.py")


def _balances(outcome: Outcome, processes: int) -> None:
    result = outcome.result
    assert result.phase == "finished"
    assert result.failed + result.skipped + result.unfinished == 0
    assert result.offered == result.completed == accounted(result)
    assert result.response.count == result.completed
    assert len(result.clients) == processes
    assert outcome.server.mismatches == ()


def test_three_processes_make_one_load_and_their_counts_are_the_servers(
    lab: Target, tmp_path: Path
) -> None:
    plan = plan_for(lab, "read_item", "settle_item", users=7, duration_s=2)
    outcome = run(lab, replace(plan, processes=3), tmp_path)
    _balances(outcome, 3)
    assert sum(second.completed for second in outcome.result.seconds) == outcome.result.completed


def test_processes_share_one_rate(lab: Target, tmp_path: Path) -> None:
    plan = plan_for(lab, "read_item", users=5, rate=400, duration_s=3)
    outcome = run(lab, replace(plan, processes=2), tmp_path)
    _balances(outcome, 2)
    assert 1_000 < outcome.result.offered < 1_400


def test_processes_of_another_machine_are_told_the_plan_by_the_master(
    lab: Target, tmp_path: Path
) -> None:
    port = free_port()
    joined = subprocess.Popen(
        [*_LOCUST, "--worker", "--master-host", "127.0.0.1", "--master-port", str(port)],
        cwd=_ROOT,
        env={**os.environ, **ENVIRONMENT, "B2BENCH_DSN": lab.conninfo},
        stderr=subprocess.DEVNULL,
    )
    plan = plan_for(lab, "read_item", users=4, duration_s=1.5)
    try:
        listen = f"127.0.0.1:{port}"
        result = run_load(lab, plan, tmp_path, silent, environment=ENVIRONMENT, listen=listen)
        assert until(lambda: joined.poll() is not None or None, 20)
    finally:
        joined.kill()
        joined.wait()
    assert len(result.clients) == 1
    assert result.completed == result.offered > 100


def test_a_user_that_cannot_begin_in_a_process_is_told_by_the_master(
    lab: Target, tmp_path: Path
) -> None:
    plan = replace(plan_for(lab, "read_item", users=4), processes=2)
    elsewhere = replace(lab, role="nobody_of_this_name")
    with pytest.raises(RunFailed, match=r"a user cannot begin: .*nobody_of_this_name"):
        run_load(elsewhere, plan, tmp_path, silent, environment=ENVIRONMENT)


@contextmanager
def _with_standby(pg_bin: Path | None) -> Iterator[tuple[Target, Target]]:
    """Give a lab, and the same database on a standby."""
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / ".b2bench", pg_bin=pg_bin)
        try:
            with new_database(server.start()) as lab:
                with connect(lab) as connection:
                    connection.execute(SCHEMA)
                with standby_of(server, folder, pg_bin) as standby:
                    yield lab, standby.for_database(lab.database)
        finally:
            server.destroy()


def test_a_standby_takes_the_query_classes_that_only_read(
    tmp_path: Path, pg_bin: Path | None
) -> None:
    with _with_standby(pg_bin) as (lab, standby):
        plan = plan_for(lab, "read_item", "settle_item", "move_item", users=4, duration_s=1.5)
        places = ((lab, "move_item"), (standby, "read_item", "settle_item"))
        before = [_snapshot(place) for place, *_ in places]
        result = run_load(lab, plan, tmp_path, silent, environment=ENVIRONMENT, replica=standby)
        accounts = list[ServerAccount]()
        for (place, *names), snapshot in zip(places, before, strict=True):
            with connect(place) as connection:
                queries = load_queries(QUERIES, names)
                accounts.append(
                    account(connection, queries, plan=plan, result=result, before=snapshot)
                )
    assert result.completed == result.offered > 100
    assert together(accounts).mismatches == ()
    counted = together(accounts).statements
    assert all(each.server_calls > 0 for each in counted if each.step != "rollback")


def _snapshot(place: Target) -> Snapshot:
    with connect(place) as connection:
        return take_snapshot(connection)
