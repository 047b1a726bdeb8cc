"""The exporter on a database that is not ours: pgbench's, while pgbench works on it."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from urllib.request import urlopen

from b2bench.database import capabilities, connect
from exporters.metrics import METRICS
from tests.benchmarks.exporter.running import Running, ours, roles
from tests.benchmarks.laboratory import Laboratory, Line
from tests.exporters.exporters import names
from tests.pgbench_database import run_pgbench
from tests.postgres import new_database

_SCALE = 10
_DURATION_S = 10


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield what is missing, and what promtool says."""
    program = laboratory.binaries.program("pgbench")
    with roles(laboratory.server), new_database(laboratory.server) as target:
        run_pgbench(program, target, "-i", "-q", "-s", str(_SCALE))
        with connect(target) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            major = capabilities(connection).major
        with ours(target) as running:
            time.sleep(1)
            run_pgbench(program, target, "-n", "-c", "4", "-T", str(_DURATION_S))
            missing = _missing(running, major)
            yield Line(
                what=f"metrics of PostgreSQL {major} without series and without a reason for it",
                measured=f"{len(missing)} {' '.join(sorted(missing))}".strip(),
                wanted="none",
                met=not missing,
            )
            said = _said_by_promtool(running)
            yield Line(
                what="promtool check metrics", measured=said, wanted="clean", met=said == "clean"
            )


def _missing(running: Running, major: int) -> set[str]:
    there = names(running.scrape().series)
    return {
        metric.name
        for metric in METRICS
        if not metric.name.startswith("bench_")
        and metric.since <= major <= (metric.until or major)
        and not metric.reason
        and metric.name not in there
    }


def _said_by_promtool(running: Running) -> str:
    promtool = shutil.which("promtool")
    if promtool is None:
        return "not here: apt-get install prometheus"
    with urlopen(running.url) as response:  # noqa: S310 (loopback)
        text = response.read()
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, check=False
    )
    return (done.stdout + done.stderr).decode().strip() or "clean"
