"""A Prometheus of our own: it ends with us, and says why it does not start."""

import socket
from pathlib import Path

import pytest

from b2bench.cluster.processes import alive
from b2bench.errors import BadInput, MonitoringFailed
from dashboards.prometheus import Prometheus
from dashboards.prometheus_config import configuration
from dashboards.prometheus_server import PrometheusServer, require_program
from tests.components import require


def _server(folder: Path, text: str = "") -> PrometheusServer:
    return PrometheusServer(
        program=require("prometheus"),
        configuration=text or configuration(),
        data=folder / "data",
        log=folder / "prometheus.log",
        retention="1d",
    )


def test_it_runs_as_long_as_the_block(tmp_path: Path) -> None:
    with _server(tmp_path).running() as running:
        assert Prometheus(running.address).is_ready()
    assert not alive(running.pid)
    assert "exiting gracefully" in (tmp_path / "prometheus.log").read_text()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"{port} is taken: choose another"):
            _server(tmp_path).running(port).__enter__()


def test_what_prometheus_complains_of_is_told(tmp_path: Path) -> None:
    with pytest.raises(MonitoringFailed, match=r"did not start: .*unmarshal errors"):
        _server(tmp_path, "nonsense: 1\n").running().__enter__()


def test_a_missing_program_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadInput, match="apt-get install prometheus"):
        require_program("prometheus")
