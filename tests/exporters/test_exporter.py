import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from prometheus_client.metrics_core import Metric as Family

from b2bench.database import connect
from b2bench.queryids import StatementId
from b2bench.records import write_record
from b2bench.runs import LIVE_FILE, LiveBuckets, LiveQuery, LiveSnapshot
from b2bench.target import Target
from exporters import exporter as module
from exporters import session
from exporters.collector import ViewCollector
from exporters.exporter import PATIENCE_S, Exporter, Watch
from exporters.metric import Metric, gauge
from exporters.web import serving
from tests.components import require
from tests.exporters.exporters import (
    ROLE,
    as_monitor,
    collectors,
    monitoring_role,
    names,
    scraped,
    shown,
    watching,
)
from tests.postgres import change, new_database

STATEMENTS = "pg_stat_statements_calls_total"


def a_snapshot() -> LiveSnapshot:
    buckets = LiveBuckets(edges_s=(0.01, 0.1), cumulative=(5, 9), count=10, sum_s=0.4)
    query = LiveQuery(name="search", slo_ms=100, completed=10, failed=1, response=buckets)
    return LiveSnapshot(
        run="r1", workload="mixed", phase="measuring", at_unix_s=time.time(), elapsed_s=3,
        users=5, queries=(query,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def database(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        change(target, "CREATE EXTENSION pg_stat_statements")
        yield target


@pytest.fixture
def exporter(database: Target, tmp_path: Path) -> Iterator[Exporter]:
    """Give an exporter that samples, and has taken its first sample."""
    write_record(tmp_path / "r1" / LIVE_FILE, a_snapshot())
    ids = [
        StatementId(query="search", step="main", queryid=7),
        StatementId(query="cart", step="set_config", queryid=8),
        StatementId(query="rfq", step="set_config", queryid=8),
    ]
    made = Exporter(Watch(server=database, database=database, statements=ids, runs=tmp_path))
    made.start()
    wait_until_sampled(made)
    yield made
    made.close()


def wait_until_sampled(exporter: Exporter) -> None:
    for _ in range(100):
        if exporter._sampling.is_up:
            return
        time.sleep(0.05)
    pytest.fail("no sample within five seconds")


def backends(server: Target, role: str | None = None) -> list[int]:
    """Return the process ids of sessions of exporters, of anybody or of one role."""
    with connect(server) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE application_name = 'b2bench (reading)' AND usename = coalesce(%s, usename)",
            (role,),
        ).fetchall()
    return [pid for (pid,) in rows]


def test_promtool_finds_nothing_to_say(exporter: Exporter) -> None:
    promtool = require("promtool")
    text, _ = exporter.render()
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_run_and_the_join_are_there(exporter: Exporter) -> None:
    series = shown(exporter)
    assert series['bench_request_query_info{queryid="7",request="search",step="main"}'] == 1
    assert series['bench_request_duration_seconds_bucket{le="+Inf",request="search"}'] == 10
    assert series['bench_requests_total{outcome="failed",request="search"}'] == 1
    assert series['bench_request_target_seconds{request="search"}'] == 0.1


def test_a_queryid_of_several_requests_stands_once(exporter: Exporter) -> None:
    found = [each for each in shown(exporter) if 'queryid="8"' in each]
    assert found == ['bench_request_query_info{queryid="8",request="several",step="set_config"}']


def test_a_damaged_live_file_costs_only_the_runs_series(exporter: Exporter, tmp_path: Path) -> None:
    (tmp_path / "r1" / LIVE_FILE).write_text('{"run": ')
    series = shown(exporter)
    assert "bench_run_users" not in series
    assert series["pg_up"] == 1


def test_a_lost_session_is_said_and_opened_again(exporter: Exporter, server: Target) -> None:
    shown(exporter)
    change(
        server,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = 'b2bench (reading)'",
    )
    down = shown(exporter)
    assert down["pg_up"] == 0
    assert STATEMENTS not in names(down)
    assert shown(exporter)["pg_up"] == 1


def test_a_server_that_is_away_is_down_and_not_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = watching(Target.parse("host=127.0.0.1 port=1 dbname=x user=x"), tmp_path)
    for _ in range(3):
        series = shown(away)
        assert series["pg_up"] == 0
        assert set(collectors(series).values()) == {0, 1}
        assert collectors(series)["bench_run"] == 1
    assert capsys.readouterr().err.count("the server: no session") == 1


def test_it_is_complete_under_the_role_that_the_documentation_names(
    exporter: Exporter, database: Target, server: Target, tmp_path: Path
) -> None:
    with monitoring_role(server), connect(database) as busy, busy.transaction():
        busy.execute("SELECT 1")
        guest = watching(as_monitor(database), tmp_path)
        guest.start()
        wait_until_sampled(guest)
        series, everything = shown(guest), names(shown(exporter))
        guest.close()
    everything = {name for name in everything if not name.startswith("bench_")}
    assert everything == {name for name in names(series) if not name.startswith("bench_")}
    assert set(collectors(series).values()) == {1}


def test_two_sessions_stay_and_a_third_is_there_for_moments(
    database: Target, server: Target, tmp_path: Path
) -> None:
    counts: list[int] = []
    with monitoring_role(server):
        guest = watching(as_monitor(database), tmp_path, server=as_monitor(server))
        guest.start()
        wait_until_sampled(guest)
        scraping = threading.Thread(target=lambda: [shown(guest) for _ in range(20)])
        scraping.start()
        while scraping.is_alive():
            counts.append(len(backends(server, ROLE)))
        assert set(collectors(shown(guest)).values()) == {1}
        assert len(backends(server, ROLE)) == 2
        guest.close()
        assert backends(server, ROLE) == []
    assert max(counts) <= 3


def test_without_a_slot_for_moments_only_the_tables_are_missing_until_there_is_one(
    database: Target, server: Target, tmp_path: Path
) -> None:
    with monitoring_role(server):
        guest = watching(as_monitor(database), tmp_path, server=as_monitor(server))
        guest.start()
        wait_until_sampled(guest)
        change(server, f"ALTER ROLE {ROLE} CONNECTION LIMIT 2")
        series = shown(guest)
        change(server, f"ALTER ROLE {ROLE} CONNECTION LIMIT 3")
        later = shown(guest)
        guest.close()
    missing = {name for name, up in collectors(series).items() if not up}
    assert missing == {"pg_stat_user_tables", "pg_stat_user_indexes"}
    assert (series["pg_up"], STATEMENTS in names(series)) == (1, True)
    assert set(collectors(later).values()) == {1}


def test_a_lock_is_given_up_before_a_statement_and_a_statement_before_the_scrape(
    exporter: Exporter,
) -> None:
    with exporter._session.connection() as connection:
        rows = connection.execute(
            "SELECT setting::float8 / 1000 FROM pg_settings"
            " WHERE name IN ('lock_timeout', 'statement_timeout') ORDER BY name"
        ).fetchall()
    (lock_s,), (statement_s,) = rows
    assert 0 < lock_s < statement_s < PATIENCE_S


def test_under_exclusive_locks_nothing_is_missing(exporter: Exporter, database: Target) -> None:
    change(database, "CREATE TABLE carts (id int PRIMARY KEY)")
    before = shown(exporter)
    with connect(database) as holder, holder.transaction():
        holder.execute("LOCK TABLE carts, pg_stat_statements, pg_stat_statements_info")
        series = shown(exporter)
    assert set(collectors(series).values()) == {1}
    assert names(before) <= names(series)


def test_a_collector_that_fails_drops_its_series_and_says_so_while_others_stay(
    exporter: Exporter, database: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(exporter)
    change(database, "DROP EXTENSION pg_stat_statements")
    for _ in range(2):
        series = shown(exporter)
    assert [name for name, up in collectors(series).items() if not up] == ["pg_stat_statements"]
    assert STATEMENTS not in names(series)
    assert {"pg_settings_setting", "pg_sessions", "pg_up"} & names(series)
    assert capsys.readouterr().err.count("collector pg_stat_statements: ") == 1
    change(database, "CREATE EXTENSION pg_stat_statements")
    assert STATEMENTS in names(shown(exporter))


class _Buggy(ViewCollector):
    def collect(self, connection: psycopg.Connection) -> list[Family]:
        raise ZeroDivisionError(connection.info.dbname)


def test_a_bug_in_a_collector_is_printed_once_and_costs_only_its_series(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken: Metric = gauge("pg_broken", "Nothing", "nothing")
    buggy = _Buggy(name="pg_broken", metrics=(broken,))
    monkeypatch.setattr(exporter, "_of_the_server", (buggy, *exporter._of_the_server))
    for _ in range(2):
        series = shown(exporter)
    assert [name for name, up in collectors(series).items() if not up] == ["pg_broken"]
    said = capsys.readouterr().err
    assert said.count("Traceback") == 1
    assert "ZeroDivisionError: " in said


def test_a_bug_in_the_exporter_itself_does_not_leave_old_figures_standing(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(exporter)["pg_up"] == 1
    monkeypatch.setattr(exporter, "_own", lambda **_: 1 / 0)
    series = shown(exporter)
    assert series["pg_up"] == 0
    assert STATEMENTS not in names(series)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_server_that_hangs_is_down_within_the_patience_and_is_not_waited_for(
    exporter: Exporter, server: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(exporter)["pg_up"] == 1
    monkeypatch.setattr(module, "PATIENCE_S", 1.0)
    monkeypatch.setattr(session, "CONNECT_TIMEOUT_S", 0.2)
    monkeypatch.setattr(session, "STATEMENT_TIMEOUT_S", 0.2)
    stopped = backends(server)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        begin_s = time.monotonic()
        first = shown(exporter)
        second = shown(exporter)
        took_s = time.monotonic() - begin_s
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert first["pg_up"] == second["pg_up"] == 0
    assert STATEMENTS not in names(first) | names(second)
    assert "bench_run_users" in first
    assert took_s < 1.0 + 3.0
    assert exporter._fresh.wait(10)
    assert shown(exporter)["pg_up"] == 1


def test_many_scrapes_at_once_all_get_an_answer(database: Target, tmp_path: Path) -> None:
    with (
        watching(database, tmp_path) as exporter,
        serving(exporter.render, "127.0.0.1", 0) as url,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(pool.map(lambda _: scraped(url), range(24)))
    assert all(answer["pg_up"] == 1 for answer in answers)


def test_old_figures_do_not_stand_for_a_collection_that_never_ends(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(exporter)["pg_up"] == 1
    over = threading.Event()
    monkeypatch.setattr(exporter, "_own", lambda **_: over.wait(10) and ())
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    monkeypatch.setattr(module, "_GIVEN_UP_AFTER_S", 0.3)
    kept = shown(exporter)
    time.sleep(0.3)
    given_up = shown(exporter)
    over.set()
    assert (kept["pg_up"], given_up["pg_up"]) == (1, 0)
    assert STATEMENTS not in names(given_up)
    assert given_up["b2bench_exporter_snapshot_age_seconds"] > 0.3
