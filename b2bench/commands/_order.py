"""What load is to be put on a database, as far as that is known without a server."""

from dataclasses import dataclass, replace

from b2bench.cluster.pgbouncer import PgBouncer, find_pgbouncer
from b2bench.commands._output import require_folder_place
from b2bench.commands._queries import chosen_queries, query_folder
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput
from b2bench.queries import QueryClass
from b2bench.runs import RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.allotment import allot
from loadgen.driver.supervise import require_address
from scenarios.workloads import FOLDER_WORKLOAD, Workload, load_workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A load that can be run, as far as that is known without a server.

    Args:
        listen: `host:port` at which processes of other machines are waited for.
        pgbouncer: the pooler that the load goes through, if it does.
        records_metrics: whether the exporter's metrics are recorded beside the run.
    """

    settings: Settings
    workload: Workload
    queries: tuple[QueryClass, ...]
    in_place: bool
    listen: str | None = None
    pgbouncer: PgBouncer | None = None
    records_metrics: bool = False

    @property
    def writes(self) -> bool:
        """Whether any of the query classes changes data."""
        return any(query.writes for query in self.queries)


def make_order(
    settings: Settings,
    *,
    in_place: bool = False,
    listen: str | None = None,
    records_metrics: bool = False,
) -> Order:
    """Return what is to be run, checked as far as it can be without a server.

    Raises:
        BadInput: unknown workload or query class, malformed file, too few users, or no place
            for the run's folder, or no PgBouncer.
    """
    workload = FOLDER_WORKLOAD if settings.queries else load_workload(settings.workload)
    queries = chosen_queries(settings, workload.queries)
    if listen is not None:
        require_address(listen)
    order = Order(
        settings=settings,
        workload=workload,
        queries=queries,
        in_place=in_place,
        listen=listen,
        pgbouncer=_pgbouncer(settings, listen),
        records_metrics=records_metrics,
    )
    stages = stages_of(order)
    for stage in stages:
        allot(stage.users, workload.scenarios)
    users = max(stage.users for stage in stages)
    if settings.workers > users:
        raise BadInput(
            f"{settings.workers} workers cannot share {users} users: each needs one of its own"
        )
    require_folder_place(settings.runs)
    return order


def _pgbouncer(settings: Settings, listen: str | None) -> PgBouncer | None:
    if settings.via == "direct":
        return None
    if settings.replica is not None or listen is not None:
        raise BadInput(
            "--via pgbouncer leads from this machine to one server: leave out --replica and "
            "--master, or go --via direct"
        )
    return find_pgbouncer(settings.pgbouncer)


def plan_of(order: Order, subject: Target, run: str) -> RunPlan:
    """Return what is to be done, as yet without the server's numbers for the statements."""
    settings = order.settings
    replica = Target.parse(settings.replica) if settings.replica else None
    return RunPlan(
        run=run,
        workload=order.workload.name,
        target=subject.shown,
        stages=stages_of(order),
        warmup_s=settings.warmup_s,
        seed=settings.seed,
        scenarios=_scenarios(order),
        queries=(),
        arrivals=settings.arrivals,
        max_lag_s=settings.max_lag_s,
        processes=settings.workers,
        replica=replica.shown if replica else None,
        database=subject.database,
        in_place=order.in_place,
    )


def stages_of(order: Order) -> tuple[Stage, ...]:
    """Return the workload's stages, as high and as long as the settings say; else a single one."""
    settings, stages = order.settings, order.workload.stages
    if not stages:
        stage = Stage(duration_s=settings.duration_s, users=settings.users, rate=settings.rate)
        return (stage,)
    longer = settings.duration_s / sum(stage.duration_s for stage in stages)
    larger = settings.users / max(stage.users for stage in stages)
    highest = max(stage.rate or stage.users for stage in stages)
    return tuple(
        replace(
            stage,
            duration_s=stage.duration_s * (longer if settings.is_given("duration_s") else 1),
            users=max(1, round(stage.users * (larger if settings.is_given("users") else 1))),
            rate=(stage.rate or stage.users) / highest * settings.rate
            if settings.rate
            else stage.rate,
        )
        for stage in stages
    )


def _scenarios(order: Order) -> tuple[ScenarioShare, ...]:
    """Return the scenarios with their pauses, the workload's own unless others are asked for."""
    settings, workload = order.settings, order.workload
    if workload.has_pauses and not settings.is_given("think_s"):
        return workload.scenarios
    return tuple(replace(share, think_s=settings.think_s) for share in workload.scenarios)


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what the load's process is told beside its plan; it inherits our environment."""
    if settings.queries is None:
        return {"B2BENCH_QUERIES": "", "B2BENCH_ARGUMENTS": ""}
    folder = query_folder(settings).resolve()
    return {"B2BENCH_QUERIES": str(folder), "B2BENCH_ARGUMENTS": "example"}
