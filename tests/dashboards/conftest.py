"""A real Prometheus that scrapes a real exporter, one for all tests of the dashboards."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from b2bench.cluster.processes import wait_until
from b2bench.database import connect
from b2bench.target import Target
from dashboards.prometheus import Prometheus
from dashboards.prometheus_config import configuration
from dashboards.prometheus_server import PrometheusServer
from dashboards.window import Window
from exporters.exporter import Exporter, Watch
from exporters.web import serving
from tests.components import require

_SCRAPES = 6


@pytest.fixture(scope="session")
def exporter_address(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of an exporter that watches the server."""
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    runs = tmp_path_factory.mktemp("no-runs")
    watch = Watch(server=server, database=server, statements=[], runs=runs)
    with Exporter(watch) as exporter, serving(exporter.render, "127.0.0.1", 0) as address:
        yield address


@pytest.fixture(scope="session")
def prometheus(
    exporter_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """Give a Prometheus that has scraped every second for some seconds."""
    folder = tmp_path_factory.mktemp("prometheus")
    server = PrometheusServer(
        program=require("prometheus"),
        configuration=configuration(urlsplit(exporter_address).netloc, interval_s=1),
        data=folder / "data",
        log=folder / "prometheus.log",
        retention="1d",
    )
    with server.running() as running:
        prometheus = Prometheus(running.address)
        assert wait_until(lambda: _scrapes(prometheus) >= _SCRAPES, 60)
        yield prometheus


def _scrapes(prometheus: Prometheus) -> float:
    found = prometheus.query("count_over_time(pg_up[1m])", at_s=time.time())
    return found[0].last if found else 0


@pytest.fixture
def window(prometheus: Prometheus) -> Window:
    """Give the last seconds."""
    now_s = time.time()
    return Window(begin_s=now_s - 6, end_s=now_s, interval_s=prometheus.interval_s())
