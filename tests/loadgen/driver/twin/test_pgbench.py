"""Running pgbench: every request is in the books, nothing is left behind, no secret is shown."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.arguments import ExampleSource
from b2bench.cluster.binaries import find_binaries
from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.queries import QueryClass, load_queries
from b2bench.queryids import statement_ids
from b2bench.target import Target
from loadgen.driver.statements import take_snapshot
from loadgen.driver.twin.pgbench import PgbenchResult, connection, run_pgbench
from loadgen.driver.twin.scripts import write_scripts
from tests.loadgen.driver.lab import QUERIES
from tests.loadgen.driver.twin.hand import plan_of, written

SOURCE = ExampleSource(datetime.now(UTC))


@pytest.fixture
def pgbench(pg_bin: Path | None) -> Path:
    return find_binaries(pg_bin).program("pgbench")


def ran(
    pgbench: Path,
    target: Target,
    folder: Path,
    queries: list[QueryClass],
    *,
    users: int = 3,
    rate: float | None = None,
    warmup_s: float = 0.0,
) -> PgbenchResult:
    weights = {query.name: 1.0 for query in queries}
    processes = write_scripts(
        folder, plan_of(queries, users=users, rate=rate), queries, SOURCE, lambda _: weights
    )
    return run_pgbench(
        pgbench,
        target,
        processes,
        scripts=folder,
        folder=folder / "logs",
        warmup_s=warmup_s,
        duration_s=1.0,
    )


def test_the_log_and_the_server_count_the_same(lab: Target, pgbench: Path, tmp_path: Path) -> None:
    queries = list(load_queries(QUERIES, ["read_item", "settle_item"]))
    with connect(lab) as session:
        ids = {query.name: statement_ids(session, query, SOURCE)[-1].queryid for query in queries}
        before = take_snapshot(session).counters
        result = ran(pgbench, lab, tmp_path, queries, warmup_s=0.5)
        after = take_snapshot(session).counters
    counted = {
        name: after[queryid].calls - (before[queryid].calls if queryid in before else 0)
        for name, queryid in ids.items()
    }
    assert {query.name: query.all_completed for query in result.queries} == counted
    for query in result.queries:
        assert 0 < query.completed < query.all_completed
        assert 0 < query.response.count <= query.completed
    assert result.client_cpu_s > 0
    assert result.cpu_requests > 0


def test_in_the_open_model_latency_begins_with_the_schedule(
    lab: Target, pgbench: Path, tmp_path: Path
) -> None:
    sleeping = written(tmp_path / "queries", "sleeping", "-- params:\nSELECT pg_sleep(0.05);\n")
    # one session can do twenty a second, forty are due
    result = ran(pgbench, lab, tmp_path, [sleeping], users=1, rate=40.0)
    assert result.response.p95_us > 100_000


def test_an_error_of_the_server_ends_the_twin_with_its_reason(
    lab: Target, pgbench: Path, tmp_path: Path
) -> None:
    queries = list(load_queries(QUERIES, ["insert_twice"]))
    with pytest.raises(RunFailed, match="duplicate key"):
        ran(pgbench, lab, tmp_path, queries)


def test_the_password_is_not_on_the_command_line() -> None:
    conninfo, secrets = connection(
        Target.parse("host=h user=u password='s e' dbname=d options='-c jit=off'")
    )
    assert "s e" not in conninfo
    assert secrets == {"PGPASSWORD": "s e"}
    assert "jit=off" in conninfo


def test_the_role_is_taken_on() -> None:
    target = Target(conninfo="dbname=d", role="buyer")
    assert "-c role=buyer" in connection(target)[0]


def test_a_person_can_run_the_scripts(lab: Target, pgbench: Path, tmp_path: Path) -> None:
    queries = list(load_queries(QUERIES, ["read_item"]))
    write_scripts(tmp_path, plan_of(queries), queries, SOURCE, lambda _: {"read_item": 1.0})
    done = subprocess.run(
        [tmp_path / "run.sh", lab.conninfo],
        env=os.environ | {"PATH": f"{pgbench.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "number of failed transactions: 0" in done.stdout, done.stderr
