"""Thousand requests per second of the client's processor: ours, pgbench, Locust's own, in turn."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from b2bench.database import connect
from b2bench.progress import silent
from b2bench.runs import PlannedQuery, RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.supervise import run_load
from tests.benchmarks.laboratory import Laboratory, Line, spread
from tests.postgres import new_database

_QUERIES = Path(__file__).parent / "queries"
_LOCUSTFILE = Path(__file__).parent / "contrib_locustfile.py"
_TOLD = {"B2BENCH_QUERIES": str(_QUERIES), "B2BENCH_ARGUMENTS": "example"}
_SCRIPT = r"""\set id 17
SELECT sku FROM products WHERE id = :id;
"""
_CREATE = (
    "CREATE TABLE products (id bigint PRIMARY KEY, sku text NOT NULL)",
    "INSERT INTO products SELECT id, 'SKU-' || id FROM generate_series(1, 10000) AS id",
    "VACUUM ANALYZE products",
)
_USERS = 10
_ROUNDS = 5
_DURATION_S = 4
_LEAST = 0.4
_AIM = 0.6
_UNIT = "thousand requests/CPU-s"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Where the clients of one round run."""

    target: Target
    pgbench: Path
    folder: Path


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield requests per client CPU-second of the three, and how ours compares."""
    clients: dict[str, Callable[[_Bench], float]] = {
        "pgbench -M prepared": _pgbench,
        "b2bench": _ours,
        "locust.contrib.postgres": _contrib,
    }
    found: dict[str, list[float]] = {name: [] for name in clients}
    with new_database(laboratory.server) as target:
        _fill(target)
        for _ in range(_ROUNDS):
            for name, client in clients.items():
                with TemporaryDirectory(prefix="b2bench-") as folder:
                    pgbench = laboratory.binaries.program("pgbench")
                    bench = _Bench(target=target, pgbench=pgbench, folder=Path(folder))
                    found[name].append(client(bench))
    for name, values in found.items():
        yield Line(what=f"{name}, one row by key, {_USERS} users", measured=spread(values, _UNIT))
    yield from _ratios(*found.values())


def _fill(target: Target) -> None:
    with connect(target) as connection:
        for statement in _CREATE:
            connection.execute(statement)


def _ratios(peers: list[float], ours: list[float], contribs: list[float]) -> Iterator[Line]:
    ratio = median(ours) / median(peers)
    each = [mine / theirs for mine, theirs in zip(ours, peers, strict=True)]
    yield Line(
        what="ours ÷ pgbench",
        measured=f"{ratio:.2f} (rounds {min(each):.2f} to {max(each):.2f})",
        wanted=f"at least {_LEAST}, the aim is {_AIM}",
        met=ratio >= _LEAST,
    )
    yield Line(
        what="ours ÷ locust.contrib.postgres",
        measured=f"{median(ours) / median(contribs):.1f}",
    )


def _ours(bench: _Bench) -> float:
    plan = RunPlan(
        run="bench",
        workload="folder",
        target=bench.target.shown,
        stages=(Stage(duration_s=_DURATION_S, users=_USERS),),
        warmup_s=1,
        seed=1,
        scenarios=(ScenarioShare(scenario="Visitor", weight=1),),
        queries=(PlannedQuery(name="product_by_key", slo_ms=None, steps=()),),
    )
    result = run_load(bench.target, plan, bench.folder, silent, environment=_TOLD)
    return result.completed / result.client_cpu_s / 1000


def _pgbench(bench: _Bench) -> float:
    script = bench.folder / "by_key.pgbench"
    script.write_text(_SCRIPT)
    options = ["-n", "-M", "prepared", "-c", str(_USERS), "-T", str(_DURATION_S), "-f", script]
    before_s = _children_cpu_s()
    said = _finished([bench.pgbench, *options, bench.target.conninfo], {"PGAPPNAME": "pgbench"})
    (processed,) = (line for line in said if "transactions actually processed" in line)
    requests = int(processed.rpartition(":")[2].partition("/")[0])
    return requests / (_children_cpu_s() - before_s) / 1000


def _contrib(bench: _Bench) -> float:
    users = ["--users", str(_USERS), "--spawn-rate", str(_USERS), "--run-time", f"{_DURATION_S}s"]
    command = [sys.executable, "-m", "locust", "-f", _LOCUSTFILE, "--headless", "--only-summary"]
    (said,) = _finished([*command, *users], {"B2BENCH_DSN": bench.target.conninfo})[:1]
    requests, cpu_s = said.split()
    return int(requests) / float(cpu_s) / 1000


def _finished(command: list[str | Path], environment: dict[str, str]) -> list[str]:
    """Run a command to its end and return what it printed."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return done.stdout.splitlines()


def _children_cpu_s() -> float:
    """Return the processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
