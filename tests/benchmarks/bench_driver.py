"""Requests per second of the client's processor: our driver beside pgbench, in turn."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from b2bench.arguments import ExampleSource
from b2bench.cluster.binaries import find_binaries
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.runs import RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.statements import planned_queries
from loadgen.driver.supervise import run_load

QUERIES = Path(__file__).parent / "queries"
ENVIRONMENT = {"B2BENCH_QUERIES": str(QUERIES), "B2BENCH_ARGUMENTS": "example"}
USERS = 10
ROUNDS = 3
DURATION_S = 4


def bench_requests_per_client_second(
    shop: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = list[float](), list[float]()
    for number in range(ROUNDS):
        theirs.append(_pgbench(shop, tmp_path))
        ours.append(_driver(shop, tmp_path / str(number)))
    with capsys.disabled():
        sys.stdout.write(
            f"\nrequests per client CPU-second, median of {ROUNDS} in turn, {USERS} users:"
            f" b2bench {median(ours):,.0f}, pgbench -M prepared {median(theirs):,.0f},"
            f" ratio {median(ours) / median(theirs):.2f}\n"
        )


def _driver(target: Target, folder: Path) -> float:
    queries = load_queries(QUERIES)
    with connect(target) as connection:
        planned = planned_queries(connection, queries, ExampleSource(datetime.now(UTC)))
    plan = RunPlan(
        run="bench",
        workload="folder",
        target=target.shown,
        stages=(Stage(duration_s=DURATION_S, users=USERS),),
        warmup_s=1,
        seed=1,
        scenarios=(ScenarioShare(scenario="Visitor", weight=1),),
        queries=planned,
    )
    result = run_load(target, plan, folder, silent, environment=ENVIRONMENT)
    return result.completed / result.client_cpu_s


def _pgbench(target: Target, folder: Path) -> float:
    script = folder / "key.sql"
    script.write_text("SELECT sku FROM products WHERE id = 17;\n")
    pgbench = find_binaries(None).program("pgbench")
    command = [pgbench, "-n", "-M", "prepared", "-c", str(USERS), "-T", str(DURATION_S)]
    with _child_cpu_s() as used_s:
        done = subprocess.run(
            [*command, "-f", script, target.conninfo],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PGAPPNAME": "pgbench"},
        )
    (processed,) = (
        line for line in done.stdout.splitlines() if "transactions actually processed" in line
    )
    return int(processed.rpartition(":")[2].partition("/")[0]) / used_s[0]


@contextmanager
def _child_cpu_s() -> Iterator[list[float]]:
    """Yield a list that holds, afterwards, the processor time of the children that ended."""
    used_s: list[float] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield used_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
