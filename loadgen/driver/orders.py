"""What the command's process tells the load's process: environment variables and a plan."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from b2bench.errors import BadInput
from b2bench.records import read_record
from b2bench.runs import RunPlan
from b2bench.target import Target

PLAN = "B2BENCH_PLAN"
DSN = "B2BENCH_DSN"
DATA_DSN = "B2BENCH_DATA_DSN"
REPLICA = "B2BENCH_REPLICA"
ROLE = "B2BENCH_ROLE"
QUERIES = "B2BENCH_QUERIES"
ARGUMENTS = "B2BENCH_ARGUMENTS"
EXAMPLE = "example"
LIFELINE = "B2BENCH_LIFELINE"
# a line that starts so is the load's process saying why it cannot go on
FATAL = "b2bench: "
_FALLBACK_DSN = "DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the load's process is to do.

    Args:
        data: the same database for a session of one's own, where `target` is a pooler.
        replica: where query classes that only read go, if anywhere else.
        plan: `None` when a person started Locust and steers from its page, or a master has it.
        folder: where live.json, histograms.hlog and load.json are written.
        queries: a folder of query files other than ours.
        arguments: `example` draws as the files say: an `-- example:`, or a script's own draws.
        lifeline: a file descriptor that ends when whoever gave the orders is gone.
    """

    target: Target
    data: Target | None = None
    replica: Target | None = None
    plan: RunPlan | None = None
    folder: Path | None = None
    queries: Path | None = None
    arguments: str = ""
    lifeline: int | None = None


def read_orders(environment: Mapping[str, str]) -> Orders:
    """Read the orders from environment variables.

    Raises:
        BadInput: no database is named, or the plan cannot be read.
    """
    dsn = environment.get(DSN) or environment.get(_FALLBACK_DSN)
    if not dsn:
        raise BadInput(f"no database is named: set {DSN}, e.g. postgresql://user@host/database")
    arguments = environment.get(ARGUMENTS, "")
    if arguments not in ("", EXAMPLE):
        raise BadInput(f"{ARGUMENTS}={arguments}: write {EXAMPLE}, or nothing for the shop's own")
    plan = environment.get(PLAN)
    replica = environment.get(REPLICA)
    queries = environment.get(QUERIES)
    lifeline = environment.get(LIFELINE)
    data_dsn = environment.get(DATA_DSN)
    return Orders(
        target=Target(conninfo=Target.parse(dsn).conninfo, role=environment.get(ROLE) or None),
        data=Target(conninfo=data_dsn) if data_dsn else None,
        replica=Target.parse(replica) if replica else None,
        plan=read_record(Path(plan), RunPlan) if plan else None,
        folder=Path(plan).parent if plan else None,
        queries=Path(queries) if queries else None,
        arguments=arguments,
        lifeline=int(lifeline) if lifeline else None,
    )


def as_environment(
    target: Target, lifeline: int, *, replica: Target | None = None
) -> dict[str, str]:
    """Return this process's environment with the orders in it, but for the plan.

    Locust's own variables are left out: they would change a run that the plan describes.
    """
    inherited = {name: value for name, value in os.environ.items() if not _is_locusts(name)}
    given = {
        DSN: target.conninfo,
        LIFELINE: str(lifeline),
        REPLICA: replica.conninfo if replica else "",
        ROLE: target.role or "",
    }
    return inherited | {name: value for name, value in given.items() if value}


def _is_locusts(name: str) -> bool:
    return name.startswith("LOCUST_") or name in (PLAN, DATA_DSN, REPLICA, ROLE)
