"""Put a database under load, and make a run's folder out of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from b2bench.clones import clone
from b2bench.commands._output import require_folder_place, write_text
from b2bench.commands._queries import argument_source, chosen_queries, query_folder
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import connect
from b2bench.errors import BadInput, NotOurDatabase
from b2bench.findings import ExitCode, Finding, Severity, exit_code
from b2bench.marker import note_run, read_data_set, require_marked
from b2bench.progress import Progress
from b2bench.provenance import provenance
from b2bench.queries import Frequency, QueryClass
from b2bench.records import write_record
from b2bench.runs import RECORD_FILE, REPORT_FILE, LoadResult, RunPlan, RunRecord, Stage
from b2bench.target import Target
from loadgen.driver.allotment import allot
from loadgen.driver.statements import (
    ServerAccount,
    Snapshot,
    account,
    planned_queries,
    take_snapshot,
)
from loadgen.driver.supervise import run_load
from reports.run_page import render_run_page
from reports.verdicts import judge_run
from scenarios.workloads import FOLDER_WORKLOAD, Workload, load_workload

_DIFFERENCES_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A load that can be run, as far as that is known without a server."""

    settings: Settings
    workload: Workload
    queries: tuple[QueryClass, ...]
    in_place: bool

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


def make_order(settings: Settings, *, in_place: bool = False) -> Order:
    """Return what is to be run, checked as far as it can be without a server.

    Raises:
        BadInput: unknown workload or query class, malformed file, too few users, or no place
            for the run's folder.
    """
    workload = FOLDER_WORKLOAD if settings.queries else load_workload(settings.workload)
    queries = chosen_queries(settings, workload.queries)
    allot(settings.users, workload.scenarios)
    require_folder_place(settings.runs)
    return Order(settings=settings, workload=workload, queries=queries, in_place=in_place)


def perform(order: Order, target: Target, progress: Progress) -> Outcome:
    """Run the load and write run.json and report.html.

    Raises:
        NotOurDatabase: the load needs a clone, or writes, and b2bench did not make the database.
        BadInput: there is no data, or the folder cannot be made.
        RunFailed: the load's process died.
    """
    source = argument_source(order.settings, target)
    with subject_of(order, target, progress) as subject:
        folder = make_folder(order)
        with connect(subject, application_name="b2bench (run)") as connection:
            planned = planned_queries(connection, order.queries, source)
            plan = replace(plan_of(order, subject, folder.name), queries=planned)
            if order.in_place and order.writes:
                note_run(connection, plan.run)
            record = _observe(connection, order, plan, subject, folder=folder, progress=progress)
    write_record(folder / RECORD_FILE, record)
    progress("writing the report")
    write_text(folder / REPORT_FILE, render_run_page(record))
    return Outcome(record=record, folder=folder)


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


def make_folder(order: Order, side: str = "") -> Path:
    """Make the folder of a run that begins now.

    Args:
        order: the run.
        side: what it is in a comparison, for the end of the folder's name.

    Raises:
        BadInput: it cannot be made.
    """
    at = datetime.now(UTC)
    moment = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"
    name = "-".join(filter(None, (moment, order.workload.name, side)))
    folder = order.settings.runs / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error
    return folder


def plan_of(order: Order, subject: Target, run: str) -> RunPlan:
    """Return what is to be done, as yet without the server's numbers for the statements."""
    settings = order.settings
    return RunPlan(
        run=run,
        workload=order.workload.name,
        target=subject.shown,
        stages=(Stage(duration_s=settings.duration_s, users=settings.users, rate=settings.rate),),
        warmup_s=settings.warmup_s,
        seed=settings.seed,
        scenarios=tuple(
            replace(share, think_s=settings.think_s) for share in order.workload.scenarios
        ),
        queries=(),
        in_place=order.in_place,
    )


def _observe(
    connection: psycopg.Connection,
    order: Order,
    plan: RunPlan,
    subject: Target,
    *,
    folder: Path,
    progress: Progress,
) -> RunRecord:
    before = take_snapshot(connection)
    result = run_load(subject, plan, folder, progress, environment=environment_of(order))
    return record_of(connection, order, plan, result=result, before=before)


def record_of(
    connection: psycopg.Connection,
    order: Order,
    plan: RunPlan,
    *,
    result: LoadResult,
    before: Snapshot,
) -> RunRecord:
    """Return the record of a load that has ended, judged as the settings say."""
    served = account(connection, order.queries, plan=plan, result=result, before=before)
    batch = {query.name for query in order.queries if query.frequency is Frequency.BATCH}
    return RunRecord(
        plan=plan,
        provenance=provenance(connection),
        data_set=read_data_set(connection),
        result=result,
        statements=served.statements,
        findings=order.settings.fail_on.graded(
            (*judge_run(plan, result, batch=batch), *_counts(plan, result, served)), result
        ),
    )


def environment_of(order: Order) -> dict[str, str]:
    """Return what the load's process is told beside its plan; it inherits our environment."""
    if order.settings.queries is None:
        return {"B2BENCH_QUERIES": "", "B2BENCH_ARGUMENTS": ""}
    folder = query_folder(order.settings).resolve()
    return {"B2BENCH_QUERIES": str(folder), "B2BENCH_ARGUMENTS": "example"}


def _counts(plan: RunPlan, result: LoadResult, served: ServerAccount) -> Sequence[Finding]:
    """Return what is to be said where the client's counts are not the server's."""
    differing = served.mismatches
    if not differing or result.phase == "interrupted":
        return ()
    shown = ", ".join(
        f"{each.query}/{each.step} {each.client_calls:,} sent, {each.server_calls:,} counted"
        for each in differing[:_DIFFERENCES_MOST]
    )
    # somebody else may work in the database, cancelled statements are not counted by the server
    certain = served.is_complete and not plan.in_place and not result.unfinished
    finding = Finding(
        code="counts-differ",
        severity=Severity.ERROR if certain and not result.failed else Severity.WARNING,
        subject="the run",
        message=f"client and server disagree on {len(differing)} statements: {shown}",
        mend="" if served.is_complete else "raise pg_stat_statements.max",
    )
    return (finding,)
