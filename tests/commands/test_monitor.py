"""`b2bench monitor`: exporter and Prometheus come up together, and nothing of them stays."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from b2bench.cluster.processes import wait_until
from b2bench.database import connect
from b2bench.target import Target
from dashboards.prometheus import Prometheus
from tests.commands.calling import COMMAND, environment
from tests.components import require

_PATIENCE_S = 60


@pytest.fixture
def watched(empty_database: Target) -> Target:
    with connect(empty_database) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
    return empty_database


@contextmanager
def _monitoring(
    target: Target, folder: Path, **more: str
) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """Run the command on free ports; give the process, and its lines up to the last."""
    process = subprocess.Popen(
        [*COMMAND, "monitor", "--port", "0", "--prometheus-port", "0"],
        cwd=folder,
        env=environment(target, PYTHONUNBUFFERED="1", **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = list[str]()
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        else:
            pytest.fail(process.communicate()[1])
        yield process, lines
    finally:
        process.kill()
        process.communicate()


def _left(folder: Path) -> list[str]:
    """Return the command lines of Prometheuses that keep their samples below a folder."""
    found = list[str]()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has ended meanwhile
        if f"--storage.tsdb.path={folder / '.b2bench' / 'prometheus' / 'data'}" in words:
            found.append(" ".join(words))
    return found


def test_what_is_scraped_can_be_asked_until_ctrl_c(watched: Target, tmp_path: Path) -> None:
    require("prometheus")
    with _monitoring(watched, tmp_path) as (process, lines):
        address = next(line.split()[1] for line in lines if line.startswith("Prometheus: "))
        assert f"without Grafana: b2bench dashboards preview --prometheus {address}" in lines
        prometheus = Prometheus(address)
        asked = lambda: prometheus.query("pg_up == 1", at_s=time.time())  # noqa: E731
        assert wait_until(lambda: bool(asked()), _PATIENCE_S)
        assert _left(tmp_path)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=_PATIENCE_S)
        assert (process.returncode, errors) == (0, "")
    assert _left(tmp_path) == []


def test_sigterm_ends_both(watched: Target, tmp_path: Path) -> None:
    require("prometheus")
    with _monitoring(watched, tmp_path) as (process, _):
        assert _left(tmp_path)
        process.terminate()
        _, errors = process.communicate(timeout=_PATIENCE_S)
        assert (process.returncode, errors) == (143, "")
    assert _left(tmp_path) == []


def test_a_killed_monitor_leaves_no_prometheus_behind(watched: Target, tmp_path: Path) -> None:
    require("prometheus")
    with _monitoring(watched, tmp_path) as (process, _):
        process.kill()
        assert wait_until(lambda: _left(tmp_path) == [], _PATIENCE_S)


def test_a_prometheus_that_ends_by_itself_ends_the_monitor(watched: Target, tmp_path: Path) -> None:
    require("prometheus")
    with _monitoring(watched, tmp_path) as (process, _):
        os.kill(_pid(tmp_path), signal.SIGKILL)
        _, errors = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 2
    assert errors.startswith("b2bench: Prometheus has ended: ")


def _pid(folder: Path) -> int:
    """Return the Prometheus's process, not the shell's that watches over it."""
    words = f"--storage.tsdb.path={folder / '.b2bench' / 'prometheus' / 'data'}".encode()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        command = file.read_bytes().split(b"\0")
        if words in command and command[0].endswith(b"prometheus"):
            return int(file.parent.name)
    raise AssertionError("it does not run")


def test_without_prometheus_the_exporter_runs_alone(watched: Target, tmp_path: Path) -> None:
    with _monitoring(watched, tmp_path, PATH="/nowhere") as (process, lines):
        assert lines[0].endswith("/metrics")
        assert lines[1].startswith("Prometheus is not installed: `apt-get install prometheus`")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=_PATIENCE_S)
        assert (process.returncode, errors) == (0, "")
