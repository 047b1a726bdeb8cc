"""Put a database under load, and make a run's folder out of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from b2bench.clones import clone
from b2bench.commands._observe import observe, places_of, planned
from b2bench.commands._order import Order, environment_of, plan_of, stages_of
from b2bench.commands._output import write_text
from b2bench.commands._queries import argument_source
from b2bench.commands._recording import recording
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.commands._way import Way, way_to
from b2bench.database import connect
from b2bench.errors import BadInput, NotOurDatabase
from b2bench.findings import ExitCode, exit_code
from b2bench.marker import note_run, require_marked
from b2bench.progress import Progress
from b2bench.records import write_record
from b2bench.runs import RECORD_FILE, REPORT_FILE, RunRecord
from b2bench.target import Target
from loadgen.driver.supervise import require_address, run_worker
from reports.run_page import render_run_page


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


def perform(order: Order, target: Target, progress: Progress) -> Outcome:
    """Run the load and write run.json and report.html.

    Raises:
        NotOurDatabase: the load needs a clone, or writes, and b2bench did not make the database.
        BadInput: there is no data, or the folder cannot be made.
        RunFailed: the load's process died.
    """
    source = argument_source(order.settings, target)
    with subject_of(order, target, progress) as subject:
        places = places_of(order, subject, progress)
        folder = make_folder(order)
        plan = plan_of(order, subject, folder.name)
        plan = replace(plan, queries=planned(places, source))
        if order.in_place and order.writes:
            with connect(subject) as connection:
                note_run(connection, plan.run)
        with way_of(order, subject, folder) as way, recording(order, subject, folder) as recorded:
            plan = replace(plan, via=way.target.via, is_prepared=way.is_prepared)
            record = observe(order, plan, places, folder=folder, progress=progress, way=way)
    record = replace(record, metrics=recorded())
    write_record(folder / RECORD_FILE, record)
    progress("writing the report")
    write_text(folder / REPORT_FILE, render_run_page(record))
    return Outcome(record=record, folder=folder)


def way_of(order: Order, subject: Target, folder: Path) -> AbstractContextManager[Way]:
    """Return the load's way to the database that it is put on."""
    settings = order.settings
    return way_to(
        subject,
        order.pgbouncer,
        pool_size=settings.pool_size,
        users=max(stage.users for stage in stages_of(order)),
        folder=folder,
    )


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


def make_folder(order: Order, *, suffix: str = "") -> Path:
    """Make the folder of a run that begins now.

    Args:
        order: the run.
        suffix: the end of the folder's name.

    Raises:
        BadInput: it cannot be made.
    """
    at = datetime.now(UTC)
    name = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z-{order.workload.name}{suffix}"
    folder = order.settings.runs / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error
    return folder
