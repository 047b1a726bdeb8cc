"""Run scripts of the twin as a person would: a number of requests, then the end."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from b2bench.cluster.binaries import find_binaries
from b2bench.queries import QueryClass, read_query_class
from b2bench.runs import PlannedQuery, RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.twin.pgbench import connection
from loadgen.driver.twin.scripts import Process


def plan_of(
    queries: Sequence[QueryClass],
    *,
    users: int = 1,
    rate: float | None = None,
    think_s: float = 0.0,
    scenarios: Sequence[ScenarioShare] = (),
) -> RunPlan:
    shares = scenarios or [ScenarioShare(scenario="Visitor", weight=1, think_s=think_s)]
    return RunPlan(
        run="test",
        workload="test",
        target="",
        stages=(Stage(duration_s=1, users=users, rate=rate),),
        warmup_s=0.0,
        seed=1,
        scenarios=tuple(shares),
        queries=tuple(PlannedQuery(name=each.name, slo_ms=None, steps=()) for each in queries),
    )


def written(folder: Path, name: str, text: str) -> QueryClass:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.sql"
    path.write_text(text)
    return read_query_class(path)


def run_by_hand(
    process: Process, target: Target, folder: Path, pg_bin: Path | None, *, each: int = 1
) -> str:
    """Let every session do some requests; return what pgbench says."""
    pgbench = find_binaries(pg_bin).program("pgbench")
    command = process.command(str(pgbench), seconds=1)
    place = command.index("-T")
    command[place : place + 2] = ["-t", str(each)]
    conninfo, secrets = connection(target)
    done = subprocess.run(
        [*command, "--log", f"--log-prefix={folder / 'log'}", conninfo],
        cwd=folder,
        env=os.environ | secrets,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout
