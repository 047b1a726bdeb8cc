"""The one entrance of the load, for the command line, Locust's page and its workers.

It is steered by B2BENCH_DSN (or DATABASE_URL), and further by B2BENCH_PLAN, B2BENCH_QUERIES and
B2BENCH_ARGUMENTS; see loadgen/driver/orders.py.
"""

# locust comes first: it patches the standard library before psycopg chooses how to wait
from locust import events  # isort: split

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from locust.env import Environment

from b2bench.arguments import ArgumentSource
from b2bench.database import connect, reading
from b2bench.errors import B2benchError
from b2bench.marker import note_run
from b2bench.queries import QueryClass, load_queries
from b2bench.runs import PlannedQuery, RunPlan, Stage
from b2bench.script_arguments import FolderSource, read_scale
from b2bench.target import Target
from loadgen.driver.acting import acting
from loadgen.driver.environment import listen, say_fatal, take_over
from loadgen.driver.equipment import Equipment
from loadgen.driver.orders import EXAMPLE, Orders, read_orders
from scenarios.users import (
    Anybody,
    BackOffice,
    Buyer,
    Housekeeping,
    PricingDesk,
    Representative,
    Synchronisation,
    Visitor,
)
from scenarios.workloads import FOLDER_WORKLOAD, Workload, load_workload

__all__ = [
    "Anybody",
    "BackOffice",
    "Buyer",
    "Housekeeping",
    "PricingDesk",
    "Representative",
    "Synchronisation",
    "Visitor",
]

_OUR_QUERIES = Path(__file__).resolve().parent / "queries"


def _orders() -> Orders:
    try:
        return read_orders(os.environ)
    except B2benchError as error:
        say_fatal(error)
        raise SystemExit(2) from None


_ORDERS = _orders()


def _begin(environment: Environment, **_: object) -> None:
    try:
        _steer(environment, _ORDERS)
    except B2benchError as error:
        say_fatal(error)
        raise SystemExit(2) from None


listen(events.init, _begin)


def _steer(environment: Environment, orders: Orders) -> None:
    def equip(plan: RunPlan) -> Equipment:
        return _equipment(plan, orders)

    def page_plan() -> RunPlan:
        workload = FOLDER_WORKLOAD if orders.queries else load_workload("mixed")
        if any(query.writes for query in _queries(orders, workload.queries)):
            listen(environment.events.test_start, lambda **_: _note_run(orders.target))
        return _page_plan(workload, orders)

    take_over(environment, orders, equip=equip, page_plan=page_plan)


def _equipment(plan: RunPlan, orders: Orders) -> Equipment:
    # whoever has the plan from a master of another machine does not know its copy's name
    is_told = orders.plan is None and plan.database
    target = orders.target.for_database(plan.database) if is_told else orders.target
    queries = acting(plan, _queries(orders, [query.name for query in plan.queries]))
    return Equipment(
        queries=queries,
        source=_source(orders, orders.data or target, queries),
        target=target,
        replica=orders.replica,
    )


def _queries(orders: Orders, names: Sequence[str]) -> tuple[QueryClass, ...]:
    return load_queries(orders.queries or _OUR_QUERIES, names)


def _note_run(target: Target) -> None:
    """Write down that the data are no longer as generated: the page works on no copy."""
    with connect(target) as connection:
        note_run(connection, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-page")


def _source(orders: Orders, target: Target, queries: Sequence[QueryClass]) -> ArgumentSource:
    if orders.arguments == EXAMPLE:
        is_asked = any(query.is_script for query in queries)
        return FolderSource(datetime.now(UTC), scale=_scale(target) if is_asked else None)
    # only the shop's own arguments need its data set
    from scenarios.samplers import shop_source  # noqa: PLC0415

    return shop_source(target)


def _scale(target: Target) -> int | None:
    with reading(target) as connection:
        return read_scale(connection)


def _page_plan(workload: Workload, orders: Orders) -> RunPlan:
    """Return a plan for as long, and with as many users, as Locust's page says."""
    return RunPlan(
        run="page",
        workload=workload.name,
        target=orders.target.shown,
        stages=(Stage(duration_s=math.inf, users=0),),
        warmup_s=0.0,
        seed=1,
        scenarios=tuple(replace(share, think_s=1.0) for share in workload.scenarios),
        queries=tuple(
            PlannedQuery(name=query.name, slo_ms=query.slo_ms, steps=())
            for query in _queries(orders, workload.queries)
        ),
    )
