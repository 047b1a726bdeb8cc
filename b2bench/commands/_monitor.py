"""Exporter and Prometheus side by side, and what a person is told of them."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from b2bench.cluster.launch import HOST, free_port, is_free
from b2bench.commands._console import say
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput, MonitoringFailed
from b2bench.figures.notation import counted
from b2bench.target import Target
from dashboards import prometheus_config
from dashboards.prometheus_server import (
    NOT_INSTALLED,
    PrometheusServer,
    Running,
    find_program,
)
from exporters.exporter import Exporter
from exporters.web import serving

_FOLDER = "prometheus"
_RETENTION = "15d"
_LOOK_EVERY_S = 1.0
_GRAFANA = Path(prometheus_config.__file__).with_name("json")


def watch(settings: Settings, exporter: Exporter, target: Target) -> None:
    """Serve metrics and keep them, until somebody ends it.

    Raises:
        KeyboardInterrupt: somebody did.
        BadInput: a port is taken, or Prometheus's folder cannot be made.
        MonitoringFailed: Prometheus does not start, or ends by itself.
    """
    with exporter, serving(exporter.render, HOST, _port(settings, "export_port")) as scraped:
        say(f"metrics of {target}: {scraped}")
        program = find_program()
        if program is None:
            say(f"{NOT_INSTALLED}, and run monitor again", "Ctrl-C ends it")
            signal.pause()
            return
        with _prometheus(settings, program, scraped) as (server, running):
            say(*_lines(running.address))
            while running.is_alive:
                time.sleep(_LOOK_EVERY_S)
        raise MonitoringFailed(f"Prometheus has ended: {server.complaint()} (log: {server.log})")


@contextmanager
def _prometheus(
    settings: Settings, program: Path, scraped: str
) -> Iterator[tuple[PrometheusServer, Running]]:
    folder = (settings.state / _FOLDER).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error
    rules = prometheus_config.rule_files()
    server = PrometheusServer(
        program=program,
        configuration=prometheus_config.configuration(urlsplit(scraped).netloc, rules),
        data=folder / "data",
        log=folder / "prometheus.log",
        retention=_RETENTION,
    )
    with server.running(_port(settings, "prometheus_port") or None) as running:
        yield server, running


def _port(settings: Settings, name: str) -> int:
    """Return the port that was asked for; the usual one only where nobody else has it."""
    port = int(getattr(settings, name))
    return port if settings.is_given(name) or is_free(port) else free_port()


def _lines(address: str) -> Iterator[str]:
    rules = prometheus_config.rule_files()
    yield f"Prometheus: {address}"
    if rules:
        yield f"alert rules: {address}/alerts ({counted(len(rules), 'file')} in {rules[0].parent})"
    yield f"dashboards for Grafana: {_GRAFANA}"
    yield f"without Grafana: b2bench dashboards preview --prometheus {address}"
    yield "Ctrl-C ends it"
