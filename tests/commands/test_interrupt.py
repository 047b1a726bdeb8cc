"""Ctrl-C in each phase: one line, no process and no copy left, and the next call does the job."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.marker import require_data_set
from tests.commands.calling import COMMAND, call, environment, load_ran, refusal
from tests.postgres import new_open_folder

DEMO = ("demo", "--profile", "tiny", "--users", "4", "--duration", "3", "--warm-up", "0")
_PATIENCE_S = 60
# larger than a WAL segment, smaller than a table of the standard profile
_LARGEST_FILE = 17 * 2**20


@dataclass(frozen=True)
class Laboratory:
    """An embedded server, the folder that commands work in, and what leads them to the server."""

    server: EmbeddedServer
    folder: Path
    arguments: tuple[str, ...]

    def databases(self) -> set[str]:
        with connect(self.server.target()) as connection:
            return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


@pytest.fixture(scope="module")
def laboratory(pg_bin: Path | None) -> Iterator[Laboratory]:
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / "state", pg_bin=pg_bin)
        server.start()
        named = ("--pg-bin", str(pg_bin)) if pg_bin else ()
        yield Laboratory(server, folder, ("--state", "state", *named))
        server.destroy()


@pytest.mark.parametrize(
    ("begun", "delay_s"),
    [
        ("server", 0.15),
        ("schema", 0.0),
        ("schema", 0.6),
        ("data", 0.3),
        ("data", 2.5),
        ("load", 0.3),
        ("EXPLAIN", 0.3),
    ],
)
def test_ctrl_c_in_a_demo(begun: str, delay_s: float, laboratory: Laboratory) -> None:
    # each case has a database of its own; a name may hold a blank and a quote
    arguments = (*DEMO, *laboratory.arguments, "--database", f"{begun} {delay_s} it's")
    runs = laboratory.folder / "runs"
    code, errors = _interrupted(laboratory.folder, arguments, begun, delay_s)
    assert errors == ["b2bench: interrupted"]
    assert code == 128 + signal.SIGINT
    assert not any(name.startswith("b2bench_run_") for name in laboratory.databases())
    if begun in {"load", "EXPLAIN"}:
        assert len(list(runs.glob("*/report.html"))) == 1
        done = call(*arguments, "--duration", "1", folder=laboratory.folder)
        assert load_ran(done), done.stdout + done.stderr
        assert done.stderr == ""
    else:
        _does_the_job(laboratory.folder, (*laboratory.arguments, *arguments[-2:]))
    # a demo that was not interrupted in time may have begun its run
    shutil.rmtree(runs, ignore_errors=True)


def _does_the_job(folder: Path, where: tuple[str, ...]) -> None:
    """Call what the demo was at when it was interrupted, to the end."""
    for command in ("schema install", "data generate --profile tiny", "schema verify"):
        done = call(*command.split(), *where, folder=folder)
        assert done.returncode == 0, done.stdout + done.stderr


def _interrupted(
    folder: Path, arguments: tuple[str, ...], begun: str, delay_s: float
) -> tuple[int, list[str]]:
    """Press Ctrl-C a while after the line that ends a stage; return exit code and errors."""
    command = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert command.stdout is not None
    for line in command.stdout:
        if line.startswith(begun):
            break
    time.sleep(delay_s)
    os.killpg(command.pid, signal.SIGINT)
    _, errors = command.communicate(timeout=_PATIENCE_S)
    _require_nobody(command.pid)
    return command.returncode, errors.splitlines()


def _require_nobody(group: int) -> None:
    """Check that nothing of the command's session is alive; what init has yet to reap is not."""
    sessions = subprocess.run(
        ["ps", "-eo", "sess=,state=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(maxsplit=2) for line in sessions.stdout.splitlines()]
    assert [line for line in lines if line[0] == str(group) and line[1] != "Z"] == []


def test_a_load_that_finds_no_space_says_so_and_can_be_repeated(laboratory: Laboratory) -> None:
    arguments = (*laboratory.arguments, "--database", "full")
    folder = laboratory.folder
    assert call("schema", "install", *arguments, folder=folder).returncode == 0
    pid = laboratory.server.status().pid
    assert pid is not None
    _limit_files(pid, f"{_LARGEST_FILE}:")
    try:
        line = refusal(call("data", "generate", *arguments, folder=folder))
    finally:
        _limit_files(pid, "unlimited:")
    assert "could not" in line
    assert "mend it and run `b2bench data generate` again" in line
    unfinished = call("run", "--duration", "1", *arguments, folder=folder)
    assert "did not finish" in refusal(unfinished)
    again = call("data", "generate", "--profile", "tiny", *arguments, folder=folder)
    assert again.returncode == 0, again.stderr
    assert require_data_set(laboratory.server.target("full")).profile == "tiny"


def _limit_files(pid: int, limit: str) -> None:
    """Set how large a file may become; new sessions inherit it: to them, the disk ends there."""
    # root of a container may not do it to another user's process, the user itself may
    owner = Path(f"/proc/{pid}").stat()
    command = ["prlimit", "--pid", str(pid), f"--fsize={limit}"]
    as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, **as_owner)
