"""Embedded servers of a test's own, removed afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.errors import B2benchError
from b2bench.target import Target
from tests.postgres import new_open_folder

QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
}
MakeServer = Callable[..., EmbeddedServer]

# what a second b2bench would do: its arguments are the state directory and the bin folder
START = f"""
import sys
from pathlib import Path
from b2bench.cluster.embedded import EmbeddedServer

server = EmbeddedServer(
    Path(sys.argv[1]), pg_bin=Path(sys.argv[2]) if sys.argv[2] else None, overrides={QUICK!r}
)
print("begin", flush=True)
server.start()
print(server.status().pid, flush=True)
"""


@pytest.fixture
def make_server(pg_bin: Path | None, place: Path) -> Iterator[MakeServer]:
    """Give a function that makes a server object for a state directory, mostly in `place`."""
    assert place.is_dir()  # made before the servers, so removed after them
    servers: list[EmbeddedServer] = []

    def make(state: Path, **overrides: str) -> EmbeddedServer:
        server = EmbeddedServer(state, pg_bin=pg_bin, overrides=QUICK | overrides)
        servers.append(server)
        return server

    yield make
    for server in servers:
        with suppress(B2benchError):
            server.destroy()


@pytest.fixture
def place(open_folder: Path) -> Path:
    return open_folder


@pytest.fixture
def embedded(make_server: MakeServer, place: Path) -> EmbeddedServer:
    """Give a server that is not made yet."""
    return make_server(place / ".b2bench")


@pytest.fixture(scope="session")
def shared(pg_bin: Path | None) -> Iterator[EmbeddedServer]:
    """Give a running server with our settings, to be left running."""
    overrides = {"fsync": "off", "log_min_duration_statement": "0"}
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / ".b2bench", pg_bin=pg_bin, overrides=overrides)
        server.start()
        yield server
        server.destroy()


def start_elsewhere(state: Path, pg_bin: Path | None, **options: object) -> subprocess.Popen[str]:
    """Start the server from another process."""
    return subprocess.Popen(
        [sys.executable, "-c", START, str(state), str(pg_bin or "")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def ask(target: Target, question: str) -> object:
    with connect(target) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def require_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: run the suite as root, too")


def pid_of(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid
