"""A Prometheus of our own on loopback, for as long as we need it."""

import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.cluster.account import Account
from b2bench.cluster.guardian import guarded
from b2bench.cluster.launch import HOST, free_port
from b2bench.cluster.processes import alive, send, wait_until
from b2bench.errors import BadInput, MonitoringFailed
from dashboards.prometheus import Prometheus
from dashboards.prometheus_config import configuration
from dashboards.recording import regroup
from dashboards.window import Window

NOT_INSTALLED = "Prometheus is not installed: `apt-get install prometheus`"
_START_S = 60.0
_END_S = 20.0
_PORT_ATTEMPTS = 5
_PORT_TAKEN = "address already in use"
_COMPLAINT = re.compile(r'level=(?:error|ERROR) .*?\berr="?(?P<text>[^"]+)')
# a recording of any age is to be kept
_FOR_EVER = "100y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A Prometheus at work."""

    address: str
    pid: int

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return alive(self.pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusServer:
    """A Prometheus that can be started.

    Args:
        program: an absolute path, as all others.
        configuration: the text of its configuration file.
        data: the folder that it keeps samples in.
        log: a file that it writes to.
        retention: how long samples are kept, as Prometheus writes it.
        look_back_s: after so long without a sample a series has ended.
    """

    program: Path
    configuration: str
    data: Path
    log: Path
    retention: str
    look_back_s: int = 300

    @contextmanager
    def running(self, port: int | None = None) -> Iterator[Running]:
        """Run it on a port of the loopback, a free one if none is named, as long as the block.

        It ends when this process ends, however that comes about.

        Raises:
            BadInput: the port is taken.
            MonitoringFailed: it does not start.
        """
        for _ in range(_PORT_ATTEMPTS):
            chosen = port or free_port()
            with self._started(chosen) as running:
                if running is not None:
                    yield running
                    return
            if port and _PORT_TAKEN in self.complaint():
                raise BadInput(f"{HOST}:{port} is taken: choose another with --prometheus-port")
            if _PORT_TAKEN not in self.complaint():
                break
        raise MonitoringFailed(f"Prometheus did not start: {self.complaint()} (log: {self.log})")

    @contextmanager
    def _started(self, port: int) -> Iterator[Running | None]:
        with (
            TemporaryDirectory(prefix="b2bench-prometheus-", ignore_cleanup_errors=True) as folder,
            self.log.open("wb") as log,
        ):
            file = Path(folder) / "prometheus.yml"
            file.write_text(self.configuration, encoding="utf-8")
            command = self._command(file, port)
            with guarded(Account.ourselves(), command, Path(folder), log) as pid:
                running = Running(address=f"http://{HOST}:{port}", pid=pid)
                try:
                    yield running if _is_ready(running) else None
                finally:
                    # it writes down what it has in memory, which takes a moment
                    send(pid, signal.SIGTERM)
                    wait_until(lambda: not alive(pid), _END_S)

    def _command(self, file: Path, port: int) -> list[str | Path]:
        return [
            self.program,
            f"--config.file={file}",
            f"--storage.tsdb.path={self.data}",
            f"--storage.tsdb.retention.time={self.retention}",
            f"--web.listen-address={HOST}:{port}",
            f"--query.lookback-delta={self.look_back_s}s",
            "--log.level=warn",
        ]

    def complaint(self) -> str:
        """Return the last complaint in the log, in one line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        said = [found["text"] for line in lines if (found := _COMPLAINT.search(line))]
        return (said or lines or ["it said nothing"])[-1]


def find_program(name: str = "prometheus") -> Path | None:
    """Return the installed program, `None` where there is none."""
    found = shutil.which(name)
    return Path(found).absolute() if found else None


def require_program(name: str) -> Path:
    """Return the installed program.

    Raises:
        BadInput: there is none.
    """
    if (found := find_program(name)) is None:
        raise BadInput(NOT_INSTALLED)
    return found


def _is_ready(running: Running) -> bool:
    """Wait until it answers; `False` if it ended before, or takes too long."""
    prometheus = Prometheus(running.address, timeout_s=1.0)
    wait_until(lambda: not running.is_alive or prometheus.is_ready(), _START_S)
    return running.is_alive and prometheus.is_ready()


@contextmanager
def replaying(recording: Path) -> Iterator[tuple[Prometheus, Window]]:
    """Give a Prometheus that holds a run's recorded metrics, and the time that they are of.

    Raises:
        BadInput: Prometheus is not installed, or the recording cannot be read.
        MonitoringFailed: Prometheus does not take the recording, or does not start.
    """
    program, tool = require_program("prometheus"), require_program("promtool")
    with TemporaryDirectory(prefix="b2bench-metrics-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        window = regroup(recording, folder / "metrics.om")
        _make_blocks(tool, folder / "metrics.om", folder / "data")
        server = PrometheusServer(
            program=program,
            configuration=configuration(),
            data=folder / "data",
            log=folder / "prometheus.log",
            retention=_FOR_EVER,
            # a recording does not say that a series ended; the next scrape, which has it not, does
            look_back_s=round(window.interval_s),
        )
        with server.running() as running:
            yield Prometheus(running.address), window


def _make_blocks(tool: Path, text: Path, data: Path) -> None:
    command: list[str | Path] = [tool, "tsdb", "create-blocks-from", "openmetrics", text, data]
    code, _, said = Account.ourselves().run(command)
    if code:
        raise MonitoringFailed(f"promtool does not take the recording: {' '.join(said.split())}")
    text.unlink()
