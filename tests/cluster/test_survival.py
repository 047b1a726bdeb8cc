"""What the embedded server survives: crashes, interrupts, and strangers where it was."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from b2bench.cluster import launch
from b2bench.cluster.account import Account
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.cluster.processes import alive, wait_until
from b2bench.database import connect
from b2bench.errors import ClusterFailed, StatementFailed
from b2bench.target import Target
from tests.cluster.conftest import MakeServer, ask, pid_of, start_elsewhere


def test_a_killed_server_comes_back_with_its_data(embedded: EmbeddedServer) -> None:
    with connect(embedded.start()) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = pid_of(embedded)
    _kill(pid)
    assert embedded.status().running is False
    assert embedded.stop() is False
    assert ask(embedded.start(), "SELECT answer FROM kept") == 42
    assert pid_of(embedded) != pid


def test_a_busy_child_of_a_killed_server_does_not_keep_it_down(embedded: EmbeddedServer) -> None:
    target = embedded.start()
    worker = threading.Thread(target=_work_for_ever, args=(target,))
    worker.start()
    busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%1e12%' AND state = 'active'"
    assert wait_until(lambda: ask(target, busy) == 2, 10)  # it and the question itself
    _kill(pid_of(embedded))
    assert ask(embedded.start(), "SELECT 1") == 1
    worker.join(10)
    assert not worker.is_alive()


def _work_for_ever(target: Target) -> None:
    with suppress(StatementFailed), connect(target) as connection:
        connection.execute("SELECT count(*) FROM generate_series(1, 1e12::bigint)")


@pytest.mark.parametrize("end", ["killed", "stopped"])
def test_a_pid_file_may_name_a_process_of_somebody_else(embedded: EmbeddedServer, end: str) -> None:
    embedded.start()
    pid_file = embedded.status().data_directory / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    if end == "killed":
        _kill(pid_of(embedded))
    embedded.stop()
    with _stranger(embedded) as pid:
        pid_file.write_text("\n".join([str(pid), *lines[1:], ""]), encoding="utf-8")
        assert embedded.status().running is False
        assert embedded.stop() is False
        assert ask(embedded.start(), "SELECT 1") == 1
        assert alive(pid)


@contextmanager
def _stranger(embedded: EmbeddedServer) -> Iterator[int]:
    account = Account.choose(embedded.status().data_directory)
    process = account.start(["/bin/sleep", "60"])
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def test_a_server_started_by_hand_is_left_alone(embedded: EmbeddedServer) -> None:
    embedded.start()
    program = Path(f"/proc/{pid_of(embedded)}/exe").readlink()
    embedded.stop()
    data = embedded.status().data_directory
    by_hand = Account.choose(data).start([program, "-D", data])
    try:
        assert wait_until((data / "postmaster.pid").exists, 10)
        with pytest.raises(ClusterFailed, match=r"postmaster.pid.* already exists"):
            embedded.start()
        assert alive(by_hand.pid)
        assert (data / "postmaster.pid").exists()
    finally:
        by_hand.terminate()
        by_hand.communicate()


def test_a_port_is_kept_unless_somebody_else_took_it(embedded: EmbeddedServer) -> None:
    embedded.start()
    port = embedded.status().port
    assert port is not None
    embedded.stop()
    embedded.start()
    assert embedded.status().port == port
    embedded.stop()
    with socket.create_server(("127.0.0.1", port)):
        assert ask(embedded.start(), "SELECT 1") == 1
        assert embedded.status().port != port


def test_a_port_taken_at_the_last_moment_is_replaced(
    embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.start()
    port = embedded.status().port
    embedded.stop()
    monkeypatch.setattr(launch, "is_free", lambda _: True)
    with socket.create_server(("127.0.0.1", port or 0)):
        embedded.start()
    assert embedded.status().port != port


def test_a_port_that_was_asked_for_is_not_replaced(make_server: MakeServer, place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        server = make_server(place / "state", port=str(stranger.getsockname()[1]))
        with pytest.raises(ClusterFailed, match=r"Address already in use"):
            server.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_initdb_hinders_nobody(
    embedded: EmbeddedServer, place: Path, pg_bin: Path | None, number: signal.Signals
) -> None:
    home = place / ".b2bench" / "server"
    starter = start_elsewhere(place / ".b2bench", pg_bin)
    assert wait_until(lambda: any(home.glob("unfinished-*/data/global")), 30)
    starter.send_signal(number)
    starter.communicate(timeout=30)
    assert starter.returncode != 0
    assert not (home / "data").exists()
    if number == signal.SIGINT:
        assert not any(home.glob("unfinished-*"))
    assert ask(embedded.start(), "SELECT 1") == 1


def test_an_interrupt_while_the_server_starts_stops_it(
    embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = []

    def interrupted(_data: Path, _token: str, pid: int) -> None:
        pids.append(pid)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(launch, "await_ready", interrupted)
        with pytest.raises(KeyboardInterrupt):
            embedded.start()
    assert not alive(pids[0])
    assert ask(embedded.start(), "SELECT 1") == 1


def test_a_moved_folder_keeps_its_server(
    embedded: EmbeddedServer, make_server: MakeServer, place: Path
) -> None:
    embedded.start()
    pid = pid_of(embedded)
    (place / ".b2bench").rename(place / "moved")
    moved = make_server(place / "moved")
    assert pid_of(moved) == pid
    assert moved.destroy()
    assert not alive(pid)


def test_a_copied_folder_is_another_server(
    embedded: EmbeddedServer, make_server: MakeServer, place: Path
) -> None:
    embedded.start()
    pid = pid_of(embedded)
    # keeps owners, which Python's copytree does not
    subprocess.run(["cp", "-a", place / ".b2bench", place / "copy"], check=True)
    copy = make_server(place / "copy")
    assert copy.status().running is False
    assert copy.destroy()
    assert pid_of(embedded) == pid
    assert ask(embedded.target(), "SELECT 1") == 1


def test_an_interrupted_removal_is_finished_by_the_next(
    embedded: EmbeddedServer, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.start()
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            embedded.destroy()
    assert embedded.status().running is False
    assert embedded.destroy() is True
    assert not any((place / ".b2bench").glob("server*"))


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_password_is_in_no_command_line_and_in_no_log(embedded: EmbeddedServer) -> None:
    seen: set[bytes] = set()
    target = _watching(seen, embedded.start)
    assert any(b"initdb" in line for line in seen)
    password = embedded.psql_command("postgres")[1]["PGPASSWORD"].encode()
    assert not any(password in line for line in seen)
    assert password.decode() not in repr(target)
    home = embedded.status().data_directory.parent
    holders = [path for path in home.rglob("*") if path.is_file() and password in path.read_bytes()]
    assert [path.name for path in holders] == ["password"]
    assert holders[0].stat().st_mode & 0o777 == 0o600
    assert holders[0].stat().st_uid == os.geteuid()


def _watching(seen: set[bytes], work: Callable[[], Target]) -> Target:
    """Do the work while every command line of the machine is noted."""
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    seen.add(path.read_bytes())
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return work()
    finally:
        done.set()
        watcher.join()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(pid), 5)
