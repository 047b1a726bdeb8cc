"""Locust started by hand, with its page."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from b2bench.database import reading
from b2bench.marker import read_data_set
from b2bench.target import Target
from tests.components import free_port
from tests.loadgen.driver.lab import ENVIRONMENT, QUERIES, end, until

_ROOT = Path(__file__).parents[3]
_LOCUST = (sys.executable, "-m", "locust", "-f", "scenarios/locustfile.py")


@contextmanager
def _page(target: Target, environment: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [*_LOCUST, "--web-host", "127.0.0.1", "--web-port", str(port)],
        env={**os.environ, **environment, "B2BENCH_DSN": target.conninfo},
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
    finally:
        end(process)


def _get(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (our own page)
            return str(answer.read().decode())
    except urllib.error.URLError:
        return None


def _post(url: str, **form: str) -> None:
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(url, data=data, timeout=5):  # noqa: S310 (our own page)
        pass


def test_the_page_starts_and_stops_a_load(lab: Target) -> None:
    with _page(lab, ENVIRONMENT) as url:
        assert "Locust" in until(lambda: _get(url))
        for _ in range(2):
            _post(f"{url}/swarm", user_count="3", spawn_rate="3")
            until(lambda: _shows(url, '"name":"read_item"'))
            _post(f"{url}/stop")
            until(lambda: _shows(url, '"state":"stopped"'))


def test_the_page_notes_that_the_shop_is_no_longer_as_generated(shop: Target) -> None:
    with _page(shop, {}) as url:
        until(lambda: _get(url))
        _post(f"{url}/swarm", user_count="3", spawn_rate="3")
        until(lambda: _shows(url, '"state":"running"'))
    with reading(shop) as connection:
        data_set = read_data_set(connection)
    assert data_set is not None
    assert data_set.last_run is not None
    assert data_set.last_run.endswith("-page")


def _shows(url: str, text: str) -> bool | None:
    return text in (_get(f"{url}/stats/requests") or "").replace(": ", ":") or None


def test_without_a_database_it_says_so_in_one_line() -> None:
    names = ("B2BENCH_DSN", "DATABASE_URL")
    done = subprocess.run(
        [*_LOCUST, "--headless"],
        env={name: value for name, value in os.environ.items() if name not in names},
        cwd=_ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode().strip().count("\n") == 0
    assert b"B2BENCH_DSN" in done.stderr


def test_a_shape_of_locust_adds_and_takes_away_users(lab: Target, tmp_path: Path) -> None:
    shaped = Path(__file__).parent / "shaped_locustfile.py"
    queries = tmp_path / "queries"
    queries.mkdir()
    shutil.copy(QUERIES / "read_item.sql", queries)
    done = subprocess.run(
        [sys.executable, "-m", "locust", "-f", shaped, "--headless", "--json"],
        env={
            **os.environ,
            **ENVIRONMENT,
            "B2BENCH_QUERIES": str(queries),
            "B2BENCH_DSN": lab.conninfo,
            "PYTHONPATH": str(_ROOT),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counts = (tmp_path / "users.txt").read_text().split()
    assert counts[:2] == ["2", "6"]
    assert "Traceback" not in done.stderr
    requests = {entry["name"]: entry["num_requests"] for entry in json.loads(done.stdout)}
    assert requests["read_item"] > 0
    with reading(lab) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'b2bench load' AND datname = current_database()"
        ).fetchone()
    assert row == (0,)
