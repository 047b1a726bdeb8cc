"""What figures are measured with: a server of their own, commands, clocks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from b2bench.cluster.binaries import Binaries, find_binaries
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.target import Target
from schema import migrate
from tests.postgres import new_database

_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: what was measured, and what it has to be.

    Args:
        wanted: in words; empty where the figure only stands beside others.
        met: whether it is as wanted.
    """

    what: str
    measured: str
    wanted: str = ""
    met: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command took."""

    elapsed_s: float
    peak_mib: float


class Laboratory:
    """A server that is gone afterwards, with an empty shop to copy and filled ones to read.

    Args:
        server: its maintenance database.
        folder: for files.
        stack: ends what is made here.
    """

    def __init__(self, server: Target, folder: Path, stack: ExitStack) -> None:
        self.server = server
        self.folder = folder
        self._stack = stack
        self._filled = dict[str, tuple[Target, Usage]]()

    @cached_property
    def binaries(self) -> Binaries:
        """The server's programs."""
        return find_binaries(None)

    @cached_property
    def _schema(self) -> Target:
        target = self._stack.enter_context(new_database(self.server))
        migrate.install(target)
        return target

    @contextmanager
    def empty_shop(self) -> Iterator[Target]:
        """Make a database with the schema and without data; it is dropped afterwards."""
        with new_database(self.server, template=self._schema.database) as target:
            yield target

    def filled(self, profile: str) -> tuple[Target, Usage]:
        """Return a database with the data of a profile, made when it is first asked for."""
        if profile not in self._filled:
            target = self._stack.enter_context(self.empty_shop())
            self._filled[profile] = target, generated(target, "--profile", profile)
        return self._filled[profile]


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """Start a server as `b2bench server start` does, and remove it with all that it held."""
    with TemporaryDirectory(prefix="b2bench-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / ".b2bench")
        stack.callback(server.destroy)
        yield Laboratory(server.start(), Path(folder), stack)


def generated(target: Target, *options: str) -> Usage:
    """Run `b2bench data generate` and return what it took."""
    return finished(generation(target, *options))


def generation(target: Target, *options: str) -> subprocess.Popen[bytes]:
    """Start `b2bench data generate`."""
    return subprocess.Popen(
        [sys.executable, "-m", "b2bench", "data", "generate", *options],
        env=os.environ | {"B2BENCH_DSN": target.conninfo},
        stdout=subprocess.DEVNULL,
    )


def finished(process: subprocess.Popen[bytes]) -> Usage:
    """Wait for a process that was just started; it has to end well."""
    begin = time.perf_counter()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    elapsed_s = time.perf_counter() - begin
    return Usage(elapsed_s=elapsed_s, peak_mib=used.ru_maxrss / _KIB_PER_MIB)


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Return the median with half the range and the number of values.

    >>> spread([9.0, 10.0, 12.0])
    '10.0 s ±15 % (n=3)'
    """
    middle = median(values)
    half = (max(values) - min(values)) / 2 / middle
    return f"{middle:,.1f} {unit} ±{half:.0%}".replace("%", " %") + f" (n={len(values)})"
