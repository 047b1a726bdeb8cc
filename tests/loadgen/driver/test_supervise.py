"""Ends, wanted and unwanted: nothing is left behind, and what was measured is kept."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.errors import RunFailed
from b2bench.progress import silent
from b2bench.records import read_record
from b2bench.runs import LiveSnapshot, LoadResult
from b2bench.target import Target
from loadgen.driver.supervise import run_load
from tests.loadgen.driver.lab import (
    ENVIRONMENT,
    accounted,
    children_of,
    end,
    is_alive,
    phase_of,
    plan_for,
    start_command,
    until,
)


@pytest.mark.parametrize("phase", ["warm-up", "measuring"])
def test_ctrl_c_keeps_what_was_measured(lab: Target, tmp_path: Path, phase: str) -> None:
    plan = plan_for(
        lab,
        "read_item",
        warmup_s=0 if phase == "measuring" else 30,
        duration_s=30,
        think_s=5 if phase == "warm-up" else 0.01,
    )
    folder = tmp_path / "run"
    command = start_command(lab, plan, folder)
    try:
        until(lambda: phase_of(folder) == phase or None)
        (child,) = children_of(command.pid)
        command.send_signal(signal.SIGINT)
        said, complaint = command.communicate(timeout=15)
    finally:
        end(command)

    assert said == b"interrupted", complaint
    assert not is_alive(child)
    result = read_record(folder / "load.json", LoadResult)
    assert result.phase == phase_of(folder) == "interrupted"
    assert result.offered == accounted(result)
    assert (result.completed > 0) == (phase == "measuring")
    assert result.failed == 0


def test_a_killed_parent_leaves_no_load_behind(lab: Target, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = start_command(lab, plan_for(lab, "read_item", duration_s=60), folder)
    try:
        until(lambda: phase_of(folder) == "measuring" or None)
        (child,) = children_of(command.pid)
        os.kill(command.pid, signal.SIGKILL)
        command.communicate()
        until(lambda: not is_alive(child) or None, timeout_s=10)
    finally:
        end(command)
    assert read_record(folder / "load.json", LoadResult).phase == "interrupted"


def test_a_load_that_is_killed_says_so(lab: Target, tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def shoot(phase: str, **_: object) -> None:
        if phase == "measuring":
            (child,) = (pid for pid in children_of(os.getpid()) if _is_load(pid))
            os.kill(child, signal.SIGKILL)

    plan = plan_for(lab, "read_item", duration_s=60)
    with pytest.raises(RunFailed, match=r"the load was ended by SIGKILL: .*locust\.log"):
        run_load(lab, plan, folder, shoot, environment=ENVIRONMENT)


def _is_load(pid: int) -> bool:
    return b"locustfile.py" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_database_that_is_not_there_is_one_line(lab: Target, tmp_path: Path) -> None:
    plan = plan_for(lab, "read_item")
    folder = tmp_path / "run"
    # a server that trusts everyone takes any password
    password = str(conninfo_to_dict(lab.conninfo).get("password") or "sesame")
    target = Target(conninfo=make_conninfo(lab.conninfo, dbname="not_there", password=password))
    with pytest.raises(RunFailed) as raised:
        run_load(target, plan, folder, silent, environment=ENVIRONMENT)
    message = str(raised.value)
    assert "\n" not in message
    assert 'database "not_there" does not exist' in message
    assert "locust.log" in message
    assert not any(password.encode() in file.read_bytes() for file in folder.iterdir())


def test_live_json_can_be_read_at_any_time(lab: Target, tmp_path: Path) -> None:
    snapshots: list[LiveSnapshot] = []

    def look(phase: str, **_: object) -> None:  # noqa: ARG001
        path = tmp_path / "live.json"
        if path.exists():
            snapshots.append(read_record(path, LiveSnapshot))

    plan = plan_for(lab, "read_item", "settle_item", warmup_s=0.5, duration_s=2)
    result = run_load(lab, plan, tmp_path, look, environment=ENVIRONMENT)
    last = read_record(tmp_path / "live.json", LiveSnapshot)

    assert {"warm-up", "measuring"} <= {snapshot.phase for snapshot in snapshots}
    assert last.phase == "finished"
    assert sum(query.completed for query in last.queries) == result.completed
    read = next(query for query in last.queries if query.name == "read_item")
    # the target of 30 ms is an edge, so that the share within it is exact
    assert 0.03 in read.response.edges_s
    assert read.response.count == read.completed >= read.response.cumulative[-1]
    assert read.steps[0].queryid is not None


def test_supervising_imports_neither_locust_nor_gevent() -> None:
    code = (
        "import sys, loadgen.driver.observer, loadgen.driver.supervise, loadgen.driver.statements,"
        " scenarios.workloads; print([m for m in ('locust', 'gevent') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
