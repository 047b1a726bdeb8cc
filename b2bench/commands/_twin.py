"""Put a load beside its twin: the same load by pgbench, in turn, on the same kind of database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from b2bench.cluster.binaries import Binaries, find_binaries
from b2bench.commands._load import Outcome, subject_of
from b2bench.commands._order import Order, environment_of, plan_of
from b2bench.commands._output import write_text
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.commands._twin_sides import Served, our_side, pgbench_side
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import Progress
from b2bench.records import write_record
from b2bench.runs import RunPlan
from b2bench.target import Target
from loadgen.driver.statements import planned_queries, take_snapshot
from loadgen.driver.supervise import run_load
from loadgen.driver.twin.form import FormPair, measure_form
from loadgen.driver.twin.pgbench import run_pgbench
from loadgen.driver.twin.rendering import left_out
from loadgen.driver.twin.scripts import Process, require_plain, write_scripts
from reports.run_page import render_run_page
from reports.twin import (
    TWIN_FILE,
    FormRun,
    LeftOut,
    TwinRecord,
    TwinRound,
    TwinSide,
)
from reports.twin_page import twin_section
from scenarios.frequencies import FREQUENCY_WEIGHTS
from scenarios.workloads import VISITOR, scenario_weights

TWIN_FOLDER = "twin"
_MOST_ROUNDS = 50

Give = Callable[[], AbstractContextManager[Target]]


def require_twin(settings: Settings, rounds: int) -> Binaries:
    """Return the programs among which pgbench is, before anything is done.

    Raises:
        BadInput: no pgbench, or no number of rounds.
    """
    if not 1 <= rounds <= _MOST_ROUNDS:
        raise BadInput(f"twin-rounds {rounds}: write a whole number from 1 to {_MOST_ROUNDS}")
    binaries = find_binaries(settings.pg_bin)
    if not binaries.program("pgbench").is_file():
        raise BadInput(
            f"{binaries.folder} has no program pgbench: install PostgreSQL's contrib programs, or "
            "leave out --pg-bin and take the embedded server's"
        )
    return binaries


def require_same_plan(order: Order, target: Target) -> None:
    """Check, before the load, that pgbench can follow the plan.

    Raises:
        BadInput: it cannot.
    """
    plan = plan_of(order, target, "")
    require_plain(plan if order.pgbouncer is None else replace(plan, via="pgbouncer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twin:
    """What every round needs."""

    order: Order
    plan: RunPlan
    binaries: Binaries
    processes: tuple[Process, ...]
    folder: Path
    progress: Progress

    @property
    def pgbench(self) -> Path:
        return self.binaries.program("pgbench")


def perform_twin(
    order: Order,
    outcome: Outcome,
    target: Target,
    *,
    binaries: Binaries,
    rounds: int,
    progress: Progress,
) -> TwinRecord:
    """Write the scripts, run both sides in turn, write twin.json and the report with it anew.

    Raises:
        BadInput: a plan that pgbench cannot follow, or it can run none of the query classes.
        RunFailed: a side could not run to its end.
    """
    left = tuple(
        LeftOut(query=query.name, reason=reason)
        for query in order.queries
        if (reason := left_out(query)) is not None
    )
    kept = without(order, {each.query for each in left})
    progress("writing pgbench's scripts")
    twin = _prepare(kept, outcome, target, binaries=binaries, progress=progress)
    with _databases(twin, target) as give:
        with give() as subject:
            progress("what the scripts' form costs")
            form = measure_form(twin.pgbench, subject, folder=twin.folder / "form")
        pairs = tuple(_round(twin, give, place + 1, rounds) for place in range(rounds))
    record = _record(twin, form, left, pairs)
    write_record(outcome.folder / TWIN_FILE, record)
    write_text(outcome.report, render_run_page(outcome.record, twin_section(record)))
    return record


def without(order: Order, names: set[str]) -> Order:
    """Return an order that lacks some query classes.

    Raises:
        BadInput: nothing is left.
    """
    queries = tuple(query for query in order.queries if query.name not in names)
    if not queries:
        raise BadInput("pgbench can run none of the query classes: leave out --pgbench-twin")
    return replace(order, queries=queries)


def _prepare(
    order: Order, outcome: Outcome, target: Target, *, binaries: Binaries, progress: Progress
) -> _Twin:
    names = {query.name for query in order.queries}

    def weigh(scenario: str) -> Mapping[str, float]:
        if scenario == VISITOR:
            return {query.name: FREQUENCY_WEIGHTS[query.frequency] for query in order.queries}
        return scenario_weights(scenario)

    plan = outcome.record.plan
    plan = replace(
        plan,
        queries=tuple(query for query in plan.queries if query.name in names),
        scenarios=tuple(each for each in plan.scenarios if names & set(weigh(each.scenario))),
    )
    folder = outcome.folder / TWIN_FOLDER
    source = argument_source(order.settings, target)
    return _Twin(
        order=order,
        plan=plan,
        binaries=binaries,
        processes=write_scripts(folder, plan, order.queries, source, weigh),
        folder=folder,
        progress=progress,
    )


@contextmanager
def _databases(twin: _Twin, target: Target) -> Iterator[Give]:
    """Give what gives each side its database: a copy of its own where the load writes."""

    def fresh() -> AbstractContextManager[Target]:
        return subject_of(twin.order, target, twin.progress)

    if twin.order.writes:
        yield fresh
        return
    with fresh() as subject:
        yield lambda: nullcontext(subject)


def _round(twin: _Twin, give: Give, place: int, rounds: int) -> TwinRound:
    folder = twin.folder / f"round-{place}"
    with give() as subject:
        ours = _ours(twin, subject, folder / "b2bench")
    twin.progress(f"pgbench, round {place} of {rounds}")
    with give() as subject:
        theirs = _theirs(twin, subject, folder / "pgbench")
    return TwinRound(ours=ours, pgbench=theirs)


def _ours(twin: _Twin, subject: Target, folder: Path) -> TwinSide:
    folder.mkdir(parents=True)
    with connect(subject) as connection:
        plan = _numbered(twin, subject)
        before = take_snapshot(connection)
        result = run_load(
            subject, plan, folder, twin.progress, environment=environment_of(twin.order.settings)
        )
        after = take_snapshot(connection)
    if result.phase == "interrupted":
        raise KeyboardInterrupt
    return our_side(result, Served(plan.queries, before, after))


def _theirs(twin: _Twin, subject: Target, folder: Path) -> TwinSide:
    with connect(subject) as connection:
        plan = _numbered(twin, subject)
        before = take_snapshot(connection)
        result = run_pgbench(
            twin.pgbench,
            subject,
            twin.processes,
            scripts=twin.folder,
            folder=folder,
            warmup_s=plan.warmup_s,
            duration_s=plan.duration_s,
        )
        after = take_snapshot(connection)
    return pgbench_side(result, twin.order.queries, Served(plan.queries, before, after))


def _numbered(twin: _Twin, subject: Target) -> RunPlan:
    """Return the plan with this database's numbers for the statements."""
    source = argument_source(twin.order.settings, subject)
    with connect(subject) as connection:
        return replace(twin.plan, queries=planned_queries(connection, twin.order.queries, source))


def _record(
    twin: _Twin, form: Sequence[FormPair], left: tuple[LeftOut, ...], rounds: tuple[TwinRound, ...]
) -> TwinRecord:
    return TwinRecord(
        run=twin.plan.run,
        workload=twin.plan.workload,
        users=twin.plan.users,
        rate=twin.plan.rate,
        version=twin.binaries.version,
        sets=sum(script.sets for process in twin.processes for script in process.scripts),
        form=tuple(
            FormRun(
                plain_client_us=each.plain_client_us,
                plain_response_us=each.plain_response_us,
                form_client_us=each.form_client_us,
                form_response_us=each.form_response_us,
            )
            for each in form
        ),
        left_out=left,
        rounds=rounds,
    )
