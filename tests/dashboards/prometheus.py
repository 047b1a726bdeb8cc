"""A Prometheus on loopback for one test, with an exporter to scrape and rules to judge."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.components import free_port, require


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where it answers."""

    address: str

    def ask(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 (JSON)
        """Return what the HTTP interface gives as data."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.address}/api/v1/{path}?{query}") as response:  # noqa: S310
            return json.load(response)["data"]

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire now."""
        alerts = self.ask("alerts")["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}


@contextmanager
def scraping(folder: Path, metrics_url: str, *, rules: bytes | None = None) -> Iterator[Prometheus]:
    """Start a Prometheus that scrapes an exporter, and judges, every second."""
    host = metrics_url.removeprefix("http://").removesuffix("/metrics")
    (folder / "rules.yml").write_bytes(rules or b"groups: []\n")
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        "rule_files: [rules.yml]\n"
        f"scrape_configs: [{{job_name: b2bench, static_configs: [{{targets: ['{host}']}}]}}]\n"
    )
    port = free_port()
    process = subprocess.Popen(
        [
            require("prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = Prometheus(f"http://127.0.0.1:{port}")
    try:
        _wait_until_ready(found)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(prometheus: Prometheus) -> None:
    for _ in range(200):
        try:
            if prometheus.ask("query", query="up")["result"]:
                return
        except OSError:
            pass  # it is not listening yet
        time.sleep(0.1)
    raise TimeoutError(prometheus.address)
