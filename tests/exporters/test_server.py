import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.queryids import StatementId
from b2bench.records import write_record
from b2bench.runs import LIVE_FILE, LiveBuckets, LiveQuery, LiveSnapshot
from b2bench.target import Target
from exporters.server import Exporter, serving
from tests.components import require


def a_snapshot() -> LiveSnapshot:
    buckets = LiveBuckets(edges_s=(0.01, 0.1), cumulative=(5, 9), count=10, sum_s=0.4)
    query = LiveQuery(name="search", slo_ms=100, completed=10, failed=1, response=buckets)
    return LiveSnapshot(
        run="r1", workload="mixed", phase="measuring", at_unix_s=time.time(), elapsed_s=3,
        users=5, queries=(query,),
    )  # fmt: skip


@pytest.fixture
def exporter(empty_database: Target, tmp_path: Path) -> Exporter:
    with connect(empty_database) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
    write_record(tmp_path / "r1" / LIVE_FILE, a_snapshot())
    ids = [
        StatementId(query="search", step="main", queryid=7),
        StatementId(query="cart", step="set_config", queryid=8),
        StatementId(query="rfq", step="set_config", queryid=8),
    ]
    return Exporter(empty_database, ids, tmp_path)


def test_promtool_finds_nothing_to_say(exporter: Exporter) -> None:
    promtool = require("promtool")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=exporter.render(), capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_run_and_the_join_are_there(exporter: Exporter) -> None:
    text = exporter.render().decode()
    assert 'bench_request_query_info{queryid="7",request="search",step="main"} 1.0' in text
    assert 'bench_request_duration_seconds_bucket{le="+Inf",request="search"} 10.0' in text
    assert 'bench_requests_total{outcome="failed",request="search"} 1.0' in text
    assert 'bench_request_target_seconds{request="search"} 0.1' in text


def test_a_queryid_of_several_requests_stands_once(exporter: Exporter) -> None:
    lines = [line for line in exporter.render().decode().splitlines() if 'queryid="8"' in line]
    assert lines == [
        'bench_request_query_info{queryid="8",request="several",step="set_config"} 1.0'
    ]


def test_a_damaged_live_file_costs_only_the_runs_series(exporter: Exporter, tmp_path: Path) -> None:
    (tmp_path / "r1" / LIVE_FILE).write_text('{"run": ')
    text = exporter.render().decode()
    assert "bench_run_users" not in text
    assert "pg_up 1.0" in text


def test_a_lost_session_is_said_and_opened_again(exporter: Exporter, server: Target) -> None:
    exporter.render()
    with connect(server) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE '%%reading%%' AND pid <> pg_backend_pid()"
        )
    down = exporter.render().decode()
    assert "pg_up 0.0" in down
    assert "pg_stat_statements_calls_total{" not in down
    assert "pg_up 1.0" in exporter.render().decode()


def test_a_server_that_is_away_is_down_and_not_an_error(tmp_path: Path) -> None:
    away = Target.parse("host=127.0.0.1 port=1 dbname=x user=x")
    assert "pg_up 0.0" in Exporter(away, [], tmp_path).render().decode()


def test_many_scrapes_at_once_all_get_an_answer(exporter: Exporter) -> None:
    with serving(exporter, "127.0.0.1", 0) as address, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _get(address), range(24)))
    assert all(b"pg_up 1.0" in answer for answer in answers)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address) as response:  # noqa: S310 (loopback)
        return bytes(response.read())


def test_a_port_that_is_taken_is_bad_input(exporter: Exporter, tmp_path: Path) -> None:
    with serving(exporter, "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        other = Exporter(Target.parse("dbname=x"), [], tmp_path)
        with pytest.raises(BadInput, match="--port"), serving(other, "127.0.0.1", port):
            pass
