"""Exporters as processes, each under a role of its own: ours and Debian's."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import COMMAND, environment
from tests.components import free_port
from tests.exporters.exporters import as_monitor, monitoring_role, read_text

DEBIAN = Path("/usr/bin/prometheus-postgres-exporter")
_EXAMPLES = Path("/usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml")
PEER_ROLE = "prometheus"
PASSWORD = "looking"
# what Prometheus waits for
_PATIENCE_S = 10.0
_READY_S = 30.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# since the example was written, names of columns have changed: with PostgreSQL 13, and with 17
_TIMES = {
    f"{each}_time /": f"{each}_exec_time /" for each in ("total", "min", "max", "mean", "stddev")
}
_BLOCKS = {f"blk_{each}_time /": f"shared_blk_{each}_time /" for each in ("read", "write")}
_BLOCKS_SINCE = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """What one scrape gave and took; no series when it failed."""

    took_s: float
    series: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An exporter that runs."""

    url: str
    pid: int

    def scrape(self) -> Scrape:
        """Scrape as Prometheus does; an error, or no answer in ten seconds, gives no series."""
        begin_s = time.perf_counter()
        try:
            with urlopen(self.url, timeout=_PATIENCE_S) as response:  # noqa: S310 (loopback)
                text = response.read()
        except (URLError, TimeoutError, ConnectionError):
            text = b""
        return Scrape(took_s=time.perf_counter() - begin_s, series=read_text(text))

    def cpu_s(self) -> float:
        """Return the processor time that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


@contextmanager
def ours(target: Target) -> Iterator[Running]:
    """Run `b2bench export` as the role that the documentation names; the role has to be there."""
    with TemporaryDirectory(prefix="b2bench-") as folder:
        process = subprocess.Popen(
            [*COMMAND, "export", "--port", "0"],
            cwd=folder,
            env=environment(as_monitor(target), PYTHONUNBUFFERED="1", PYTHONPATH=str(Path.cwd())),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            url = process.stdout.readline().rpartition(" ")[2].strip()
            yield Running(url=url, pid=process.pid)
        finally:
            process.terminate()
            process.communicate(timeout=60)


@contextmanager
def peers(target: Target, *options: str) -> Iterator[Running]:
    """Run Debian's exporter; what it says of PostgreSQL's newer views is not shown."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/metrics"
    process = subprocess.Popen(
        [DEBIAN, f"--web.listen-address=127.0.0.1:{port}", *options],
        env={"DATA_SOURCE_NAME": _uri(target)},
        stderr=subprocess.DEVNULL,
    )
    try:
        running = Running(url=url, pid=process.pid)
        _wait_for(running)
        yield running
    finally:
        process.terminate()
        process.wait()


def _wait_for(running: Running) -> None:
    deadline_s = time.monotonic() + _READY_S
    while not running.scrape().series and time.monotonic() < deadline_s:
        time.sleep(0.1)


def _uri(target: Target) -> str:
    parts = conninfo_to_dict(target.conninfo)
    where = f"{parts['host']}:{parts['port']}/{quote(target.database)}"
    return f"postgresql://{PEER_ROLE}:{PASSWORD}@{where}?sslmode=disable"


def corrected_examples(major: int, folder: Path) -> Path:
    """Write Debian's example queries with the names that the server's columns have now."""
    text = _EXAMPLES.read_text(encoding="utf-8")
    changes = _TIMES | (_BLOCKS if major >= _BLOCKS_SINCE else {})
    for old, new in changes.items():
        text = text.replace(f" {old}", f" {new}")
    path = folder / "queries.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def without_missing_views(major: int) -> Sequence[str]:
    """Return options that leave out what cannot work: checkpoints moved in PostgreSQL 17."""
    return ["--no-collector.bgwriter"] if major >= _BLOCKS_SINCE else []


@contextmanager
def roles(server: Target) -> Iterator[None]:
    """Make a role for each exporter, with the same rights."""
    name = sql.Identifier(PEER_ROLE)
    with monitoring_role(server), connect(server) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN IN ROLE pg_monitor PASSWORD {}").format(
                name, sql.Literal(PASSWORD)
            )
        )
        try:
            yield
        finally:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s",
                (PEER_ROLE,),
            )
            connection.execute(sql.SQL("DROP ROLE {}").format(name))
