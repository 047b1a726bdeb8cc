"""A small database to run loads against, and the shortest way to run one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from b2bench.arguments import ExampleSource
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.records import to_json
from b2bench.runs import LoadResult, QueryResult, RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.statements import ServerAccount, account, planned_queries, take_snapshot
from loadgen.driver.supervise import run_load

T = TypeVar("T")
QUERIES = Path(__file__).parent / "queries"
# a locustfile one of whose scenarios computes where it should only ask
BUSY = Path(__file__).parent / "busy_locustfile.py"
ENVIRONMENT = {"B2BENCH_QUERIES": str(QUERIES), "B2BENCH_ARGUMENTS": "example"}
SCHEMA = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE item (id bigint PRIMARY KEY, quantity int NOT NULL);
CREATE TABLE pointer (
    item_id bigint REFERENCES item DEFERRABLE INITIALLY DEFERRED,
    note text
);
INSERT INTO item SELECT id, 0 FROM generate_series(1, 1000) AS id;
INSERT INTO item VALUES (424242, 0);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    result: LoadResult
    server: ServerAccount
    folder: Path

    def of(self, query: str) -> QueryResult:
        return next(seen for seen in self.result.queries if seen.name == query)


def plan_for(
    lab: Target,
    *queries: str,
    users: int = 5,
    rate: float | None = None,
    think_s: float = 0.01,
    warmup_s: float = 0.3,
    duration_s: float = 1.5,
    grace_s: float = 5.0,
) -> RunPlan:
    with connect(lab) as connection:
        planned = planned_queries(
            connection, load_queries(QUERIES, queries), ExampleSource(datetime.now(UTC))
        )
    return RunPlan(
        run="test",
        workload="folder",
        target=lab.shown,
        stages=(Stage(duration_s=duration_s, users=users, rate=rate),),
        warmup_s=warmup_s,
        grace_s=grace_s,
        seed=1,
        scenarios=(ScenarioShare(scenario="Visitor", weight=1, think_s=think_s),),
        queries=planned,
    )


def run(lab: Target, plan: RunPlan, folder: Path) -> Outcome:
    queries = load_queries(QUERIES, [query.name for query in plan.queries])
    with connect(lab) as connection:
        before = take_snapshot(connection)
        result = run_load(lab, plan, folder, silent, environment=ENVIRONMENT)
        server = account(connection, queries, plan=plan, result=result, before=before)
    return Outcome(result=result, server=server, folder=folder)


def accounted(result: LoadResult) -> int:
    return result.completed + result.failed + result.skipped + result.unfinished


def start_command(lab: Target, plan: RunPlan, folder: Path) -> "subprocess.Popen[bytes]":
    """Start a process that runs the plan, as the command does."""
    order = folder.with_suffix(".plan")
    order.write_bytes(to_json(plan))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.loadgen.driver.command", str(order), str(folder)],
        env=os.environ | ENVIRONMENT | {"LAB_DSN": lab.conninfo},
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def until(found: Callable[[], T | None], timeout_s: float = 15) -> T:
    """Return what is found, as soon as it is."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if (value := found()) is not None:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {timeout_s} s")


def phase_of(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / "live.json").read_bytes())["phase"])
    except FileNotFoundError:
        return None


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that a failed test left, with what it started."""
    for pid in (*children_of(process.pid), process.pid) if process.poll() is None else ():
        os.kill(pid, signal.SIGKILL)
    process.communicate()
