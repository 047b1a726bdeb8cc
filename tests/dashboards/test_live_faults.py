"""Faults that really happen make their alerts fire; before them it is quiet."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.target import Target
from dashboards.prometheus import Prometheus
from dashboards.rules import build
from exporters.collectors.bench_plans import StepPlan
from exporters.exporter import Exporter, Watch
from exporters.web import serving
from tests.dashboards.scraping import scraping
from tests.postgres import change
from tests.standby import standby_of

# an hour in the rules is a minute here
_FASTER = 60
_PATIENCE_S = 120
_CONNECTIONS = 30
_LAG_MIB = 110

pytestmark = [pytest.mark.xdist_group("live faults"), pytest.mark.timeout(420)]


@pytest.fixture
def own_server(tmp_path: Path, pg_bin: Path | None) -> Iterator[EmbeddedServer]:
    overrides = {
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": str(_CONNECTIONS),
        "deadlock_timeout": "200ms",
    }
    embedded = EmbeddedServer(tmp_path / ".b2bench", pg_bin=pg_bin, overrides=overrides)
    change(
        embedded.start(),
        "CREATE TABLE parts AS SELECT n AS id, 0 AS stock FROM generate_series(1, 20000) n",
        # of its own, because an index is dropped under an exclusive lock
        "CREATE TABLE prices AS SELECT n AS id, 0 AS price FROM generate_series(1, 20000) n",
        "CREATE INDEX prices_id ON prices (id)",
        "ANALYZE parts, prices",
    )
    yield embedded
    embedded.destroy()


def test_twelve_faults_are_told_of_and_a_healthy_server_is_not(
    own_server: EmbeddedServer, tmp_path: Path, open_folder: Path, pg_bin: Path | None
) -> None:
    target = own_server.target()
    watch = Watch(
        server=target,
        database=target,
        statements=(),
        runs=tmp_path,
        plans=lambda: _plan(target),
        plans_every_s=1,
    )
    with (
        standby_of(own_server, open_folder, pg_bin) as standby,
        Exporter(watch) as exporter,
        serving(exporter.render, "127.0.0.1", 0) as url,
        scraping(tmp_path, url, [_rules(tmp_path)]) as prometheus,
        ExitStack() as faults,
    ):
        _until(lambda: bool(prometheus.query("pg_up == 1", at_s=time.time())))
        time.sleep(8)
        assert _firing(prometheus) == set()
        for fault in (_held_lock(target), _deadlock(target), _spill(target), _checkpoints(target)):
            faults.enter_context(fault)
        change(target, "DROP INDEX prices_id")
        _stall(standby, target)
        _fill_slots(target)
        change(target, "DROP EXTENSION pg_stat_statements")
        expected = {
            "BlockedSessions",
            "IdleInTransaction",
            "Deadlocks",
            "TempSpill",
            "RequestedCheckpoints",
            "PlanChanged",
            "ReplicationLag",
            "InactiveSlot",
            "SlotsExhausted",
            "CollectorFailing",
        }
        _until_all_fired(prometheus, expected)
        with _all_connections(target):
            _until_all_fired(prometheus, {"ConnectionsNearLimit"})
        faults.close()
        own_server.stop()
        _until_all_fired(prometheus, {"ServerDown"})
    # the exporter is gone and Prometheus with it: its own alert has a case in alert_cases.py


def _rules(folder: Path) -> Path:
    file = folder / "fast.rules.yml"
    file.write_bytes(build(faster=_FASTER))
    return file


def _plan(target: Target) -> Iterable[StepPlan]:
    with connect(target) as connection:
        row = connection.execute("EXPLAIN SELECT price FROM prices WHERE id = 7").fetchone()
    kind = str(row[0]).partition("(")[0].strip() if row else ""
    yield StepPlan(request="part", step="main", plan=kind)


@contextmanager
def _held_lock(target: Target) -> Iterator[None]:
    """One session idle in a transaction, another that waits for it."""
    with connect(target) as holder, connect(target) as waiting, ThreadPoolExecutor(1) as pool:
        holder.execute("BEGIN")
        holder.execute("UPDATE parts SET stock = 1 WHERE id = 1")
        waited = pool.submit(_quietly, waiting, "UPDATE parts SET stock = 2 WHERE id = 1")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            waited.result()


@contextmanager
def _deadlock(target: Target) -> Iterator[None]:
    with connect(target) as first, connect(target) as second, ThreadPoolExecutor(1) as pool:
        for session, row in ((first, 100), (second, 101)):
            session.execute("BEGIN")
            session.execute("UPDATE parts SET stock = 1 WHERE id = %s", (row,))
        other = pool.submit(_quietly, second, "UPDATE parts SET stock = 1 WHERE id = 100")
        _quietly(first, "UPDATE parts SET stock = 1 WHERE id = 101")
        first.execute("ROLLBACK")
        other.result()
        second.execute("ROLLBACK")
    yield


@contextmanager
def _again_and_again(target: Target, *statements: str) -> Iterator[None]:
    """Execute statements until the block ends."""
    stop = False

    def work() -> None:
        with connect(target) as connection:
            while not stop:
                for statement in statements:
                    _quietly(connection, statement)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            stop = True
            working.result()


def _spill(target: Target) -> AbstractContextManager[None]:
    return _again_and_again(
        target,
        "SET work_mem = '64kB'",
        "SELECT n, repeat('x', 200) FROM generate_series(1, 300000) n ORDER BY 1 OFFSET 299999",
    )


def _checkpoints(target: Target) -> AbstractContextManager[None]:
    return _again_and_again(target, "CHECKPOINT", "SELECT pg_sleep(2)")


def _stall(standby: Target, primary: Target) -> None:
    """Let the standby replay no more, and write what it will then be behind."""
    change(standby, "SELECT pg_wal_replay_pause()")
    message = f"SELECT pg_logical_emit_message(false, 'lag', repeat('x', {2**20}))"
    change(primary, *[message] * _LAG_MIB)


def _fill_slots(target: Target) -> None:
    with connect(target) as connection:
        row = connection.execute(
            "SELECT current_setting('max_replication_slots')::int - count(*)"
            "  FROM pg_replication_slots"
        ).fetchone()
        for number in range(row[0] if row else 0):
            connection.execute(
                "SELECT pg_create_physical_replication_slot(%s)", (f"nobody_{number}",)
            )


@contextmanager
def _all_connections(target: Target) -> Iterator[None]:
    with ExitStack() as sessions:
        with suppress(Exception):
            for _ in range(_CONNECTIONS):
                sessions.enter_context(connect(target))
        yield


def _quietly(connection: psycopg.Connection, statement: str) -> None:
    with suppress(psycopg.Error):
        connection.execute(statement.encode())


def _until_all_fired(prometheus: Prometheus, expected: set[str]) -> None:
    fired = set[str]()

    def all_fired() -> bool:
        fired.update(_firing(prometheus))
        return expected <= fired

    _until(all_fired, lambda: f"never fired: {expected - fired}; fired: {fired}")


def _firing(prometheus: Prometheus) -> set[str]:
    found = prometheus.query('ALERTS{alertstate="firing"}', at_s=time.time())
    return {series.labels["alertname"] for series in found}


def _until(condition: Callable[[], bool], message: Callable[[], str] = str) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, message()
        time.sleep(0.5)
