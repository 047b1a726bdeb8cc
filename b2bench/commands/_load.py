"""Put a database under load, and make a run's folder out of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from b2bench.arguments import ArgumentSource
from b2bench.clones import clone
from b2bench.commands._output import require_folder_place, write_text
from b2bench.commands._queries import argument_source, chosen_queries, query_folder
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import connect, wait_for
from b2bench.errors import BadInput, NotOurDatabase, ServerUnreachable, StatementFailed
from b2bench.findings import ExitCode, Finding, Severity, exit_code
from b2bench.marker import note_run, read_data_set, require_marked
from b2bench.progress import Progress
from b2bench.provenance import provenance
from b2bench.queries import Frequency, QueryClass
from b2bench.records import write_record
from b2bench.runs import (
    RECORD_FILE,
    REPORT_FILE,
    LoadResult,
    PlannedQuery,
    RunPlan,
    RunRecord,
    ScenarioShare,
    Stage,
    StatementAccount,
)
from b2bench.target import Target
from loadgen.driver.allotment import allot
from loadgen.driver.observer import observing
from loadgen.driver.statements import (
    ServerAccount,
    Snapshot,
    account,
    planned_queries,
    take_snapshot,
    together,
)
from loadgen.driver.supervise import require_address, run_load, run_worker
from reports.run_page import render_run_page
from reports.verdicts import judge_run
from scenarios.workloads import FOLDER_WORKLOAD, Workload, load_workload

_NAME = "b2bench (run)"
_DIFFERENCES_MOST = 3
_REPLICATION_S = 60
_COMING_BACK_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A load that can be run, as far as that is known without a server.

    Args:
        listen: `host:port` at which processes of other machines are waited for.
    """

    settings: Settings
    workload: Workload
    queries: tuple[QueryClass, ...]
    in_place: bool
    listen: str | None = None

    @property
    def writes(self) -> bool:
        """Whether any of the query classes changes data."""
        return any(query.writes for query in self.queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished run and where it is kept."""

    record: RunRecord
    folder: Path

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.folder / REPORT_FILE

    @property
    def interrupted(self) -> bool:
        """Whether somebody ended it early."""
        return self.record.result.phase == "interrupted"

    @property
    def exit_code(self) -> ExitCode:
        """What the verdict is worth."""
        return exit_code(self.record.findings)


def make_order(settings: Settings, *, in_place: bool = False, listen: str | None = None) -> Order:
    """Return what is to be run, checked as far as it can be without a server.

    Raises:
        BadInput: unknown workload or query class, malformed file, too few users, or no place
            for the run's folder.
    """
    workload = FOLDER_WORKLOAD if settings.queries else load_workload(settings.workload)
    queries = chosen_queries(settings, workload.queries)
    if listen is not None:
        require_address(listen)
    order = Order(
        settings=settings, workload=workload, queries=queries, in_place=in_place, listen=listen
    )
    for stage in stages_of(order):
        allot(stage.users, workload.scenarios)
    require_folder_place(settings.runs)
    return order


def perform(order: Order, target: Target, progress: Progress) -> Outcome:
    """Run the load and write run.json and report.html.

    Raises:
        NotOurDatabase: the load needs a clone, or writes, and b2bench did not make the database.
        BadInput: there is no data, or the folder cannot be made.
        RunFailed: the load's process died.
    """
    source = argument_source(order.settings, target)
    with subject_of(order, target, progress) as subject:
        places = _places(order, subject, progress)
        folder = make_folder(order)
        planned = _planned(places, source)
        plan = replace(plan_of(order, subject, folder.name), queries=planned)
        if order.in_place and order.writes:
            with connect(subject) as connection:
                note_run(connection, plan.run)
        record = _observe(order, plan, places, folder=folder, progress=progress)
    write_record(folder / RECORD_FILE, record)
    progress("writing the report")
    write_text(folder / REPORT_FILE, render_run_page(record))
    return Outcome(record=record, folder=folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A server that takes a part of the load, and the query classes that it takes."""

    target: Target
    queries: tuple[QueryClass, ...]


def _places(order: Order, subject: Target, progress: Progress) -> tuple[_Place, ...]:
    """Return the database under load, and its copy on the replica where there is one.

    Raises:
        ServerUnreachable: the copy does not arrive there.
    """
    if order.settings.replica is None:
        return (_Place(target=subject, queries=order.queries),)
    replica = Target.parse(order.settings.replica).for_database(subject.database)
    progress("waiting for the replica")
    wait_for(replica, _REPLICATION_S)
    writing = tuple(query for query in order.queries if query.writes)
    reading = tuple(query for query in order.queries if not query.writes)
    return _Place(target=subject, queries=writing), _Place(target=replica, queries=reading)


def _planned(places: Sequence[_Place], source: ArgumentSource) -> tuple[PlannedQuery, ...]:
    planned = list[PlannedQuery]()
    for place in places:
        with connect(place.target, application_name=_NAME) as connection:
            planned += planned_queries(connection, place.queries, source)
    return tuple(planned)


def join(settings: Settings, address: str, progress: Progress) -> None:
    """Make a part of the load that a master on another machine conducts, until it is over.

    Raises:
        BadInput: the address is none, or no server is named.
        RunFailed: the master is not there, or the process died.
    """
    require_address(address)
    if settings.dsn is None:
        raise BadInput("--worker needs --dsn: the server under load, as this machine reaches it")
    target = Target.parse(settings.dsn)
    replica = Target.parse(settings.replica) if settings.replica else None
    environment = environment_of(settings)
    run_worker(target, address, progress, environment=environment, replica=replica)


@contextmanager
def subject_of(order: Order, target: Target, progress: Progress) -> Iterator[Target]:
    """Give the database that the load is put on: a copy, or with --in-place the target itself.

    Raises:
        NotOurDatabase: the load needs a clone, or writes, and b2bench did not make the database.
    """
    if order.in_place:
        if order.writes:
            with connect(target) as connection:
                require_marked(connection, target)
        yield target
        return
    if not is_ours(target):
        raise NotOurDatabase(
            f"b2bench did not make the database {target.database!r}, so it is not copied: "
            "--in-place loads the database itself, with queries that only read"
        )
    progress("copying the database")
    with clone(target, "run") as copy:
        yield copy


def make_folder(order: Order) -> Path:
    """Make the folder of a run that begins now.

    Raises:
        BadInput: it cannot be made.
    """
    at = datetime.now(UTC)
    name = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z-{order.workload.name}"
    folder = order.settings.runs / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error
    return folder


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


def _observe(
    order: Order, plan: RunPlan, places: Sequence[_Place], *, folder: Path, progress: Progress
) -> RunRecord:
    before = list(map(_snapshot, places))
    with connect(places[0].target, application_name=_NAME) as connection:
        origin, data_set = provenance(connection), read_data_set(connection)
    with observing(places[0].target, is_shared=order.in_place) as observer:
        result = run_load(
            places[0].target,
            plan,
            folder,
            progress,
            environment=environment_of(order.settings),
            replica=places[1].target if len(places) > 1 else None,
            listen=order.listen,
        )
    served = _account(places, before, plan=plan, result=result)
    batch = {query.name for query in order.queries if query.frequency is Frequency.BATCH}
    return RunRecord(
        plan=plan,
        provenance=origin,
        data_set=data_set,
        result=result,
        statements=served.statements if served else (),
        findings=(*judge_run(result, batch=batch), *_counts(plan, result, served)),
        is_account_complete=served is not None and served.is_complete,
        observation=observer.observation(plan, result),
    )


def _snapshot(place: _Place) -> Snapshot:
    with connect(place.target, application_name=_NAME) as connection:
        return take_snapshot(connection)


def _account(
    places: Sequence[_Place], before: Sequence[Snapshot], *, plan: RunPlan, result: LoadResult
) -> ServerAccount | None:
    """Return what all servers counted, `None` where one is gone and does not come back."""
    accounts = list[ServerAccount]()
    try:
        for place, snapshot in zip(places, before, strict=True):
            wait_for(place.target, _COMING_BACK_S)
            with connect(place.target, application_name=_NAME) as connection:
                accounts.append(
                    account(connection, place.queries, plan=plan, result=result, before=snapshot)
                )
    except (ServerUnreachable, StatementFailed):
        return None
    return together(accounts)


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what the load's process is told beside its plan; it inherits our environment."""
    if settings.queries is None:
        return {"B2BENCH_QUERIES": "", "B2BENCH_ARGUMENTS": ""}
    folder = query_folder(settings).resolve()
    return {"B2BENCH_QUERIES": str(folder), "B2BENCH_ARGUMENTS": "example"}


def _counts(plan: RunPlan, result: LoadResult, served: ServerAccount | None) -> Iterator[Finding]:
    """Yield what is to be said where the client's counts are not the server's."""
    if served is None:
        yield _account_invalid("the server could not be asked after the run", "start the server")
    elif not served.is_complete:
        yield _account_invalid(served.broken_by, served.mend)
    elif served.mismatches and result.phase != "interrupted":
        yield _counts_differ(plan, result, served.mismatches)


def _account_invalid(reason: str, mend: str) -> Finding:
    return Finding(
        code="account-invalid",
        severity=Severity.WARNING,
        subject="the run",
        message=f"the server's count of statements is no account of this run: {reason}",
        mend=mend,
    )


def _counts_differ(
    plan: RunPlan, result: LoadResult, differing: Sequence[StatementAccount]
) -> Finding:
    shown = ", ".join(
        f"{each.query}/{each.step} {each.client_calls:,} sent, {each.server_calls:,} counted"
        for each in differing[:_DIFFERENCES_MOST]
    )
    # somebody else may work in the database, cancelled statements are not counted by the server
    certain = not plan.in_place and not result.unfinished and not result.failed
    return Finding(
        code="counts-differ",
        severity=Severity.ERROR if certain else Severity.WARNING,
        subject="the run",
        message=f"client and server disagree on {len(differing)} statements: {shown}",
    )
