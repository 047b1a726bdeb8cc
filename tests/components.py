"""Programs that tests use and pip cannot bring, and ports for them."""

import os
import shutil
import socket
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("B2BENCH_REQUIRE_ALL") == "1"
# what Debian calls the package, where it is not the program's own name
_PACKAGES = {"promtool": "prometheus", "initdb": "postgresql-15"}
_FOLDERS = "/usr/sbin:/usr/lib/postgresql/15/bin"


def require(program: str) -> Path:
    """Return the path of a program; without it the test is skipped, or fails in CI."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_FOLDERS}")
    if path is None:
        missing(program, f"apt-get install {_PACKAGES.get(program, program)}")
    return Path(path)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing(component: str, mend: str) -> None:
    """Skip the test, or fail it where everything is required."""
    message = f"{component} is not on this machine: {mend}"
    if REQUIRE_ALL:
        pytest.fail(message)
    pytest.skip(message)
