"""A Prometheus that scrapes an exporter, and keeps rules, every second."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from dashboards.prometheus import Prometheus
from dashboards.prometheus_config import configuration
from dashboards.prometheus_server import PrometheusServer
from tests.components import require


@contextmanager
def scraping(folder: Path, exporter: str, rules: Sequence[Path] = ()) -> Iterator[Prometheus]:
    """Start a Prometheus in a folder, and end it afterwards; `exporter` is the URL to scrape."""
    server = PrometheusServer(
        program=require("prometheus"),
        configuration=configuration(urlsplit(exporter).netloc, rules, interval_s=1),
        data=folder / "data",
        log=folder / "prometheus.log",
        retention="1d",
    )
    with server.running() as running:
        yield Prometheus(running.address)
