"""Put a load beside its twin: the same load by pgbench, in turn, on the same kind of database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from b2bench.cluster.binaries import Binaries, find_binaries
from b2bench.commands._console import say, show, table
from b2bench.commands._load import Order, Outcome, environment_of, subject_of
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.figures.notation import milliseconds, number, significant
from b2bench.progress import Progress
from b2bench.queries import by_name
from b2bench.queryids import SET_CONFIG
from b2bench.records import write_record
from b2bench.runs import LoadResult, PlannedQuery, RunPlan
from b2bench.target import Target
from loadgen.driver.program import Program
from loadgen.driver.statements import Counters, Snapshot, planned_queries, take_snapshot
from loadgen.driver.supervise import run_load
from loadgen.driver.twin.form import FormPrice, measure_form
from loadgen.driver.twin.pgbench import PgbenchResult, run_pgbench
from loadgen.driver.twin.rendering import left_out
from loadgen.driver.twin.scripts import Process, require_plain, write_scripts
from reports.twin import (
    TWIN_FILE,
    LeftOut,
    Spread,
    TwinQuery,
    TwinRecord,
    TwinRound,
    TwinSide,
    is_time,
    twin_rows,
)
from scenarios.frequencies import FREQUENCY_WEIGHTS
from scenarios.workloads import VISITOR, scenario_weights

TWIN_FOLDER = "twin"
_US_PER_MS = 1_000
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
    """Write the scripts, run both sides in turn, and write twin.json into the run's folder.

    Raises:
        BadInput: a plan that pgbench cannot follow, or it can run none of the query classes.
        RunFailed: a side could not run to its end.
    """
    left = [
        LeftOut(query=query.name, reason=reason)
        for query in order.queries
        if (reason := left_out(query)) is not None
    ]
    twin = _prepare(order, outcome, target, left, binaries, progress)
    with _databases(twin, target) as give:
        with give() as subject:
            progress("what the scripts' form costs")
            form = measure_form(twin.pgbench, subject, folder=twin.folder / "form")
        pairs = tuple(_round(twin, give, place + 1, rounds) for place in range(rounds))
    record = _record(twin, form, left, pairs)
    write_record(outcome.folder / TWIN_FILE, record)
    return record


def _prepare(
    order: Order,
    outcome: Outcome,
    target: Target,
    left: Sequence[LeftOut],
    binaries: Binaries,
    progress: Progress,
) -> _Twin:
    require_plain(outcome.record.plan)
    out = {each.query for each in left}
    queries = tuple(query for query in order.queries if query.name not in out)
    plan = outcome.record.plan
    kept = tuple(query for query in plan.queries if query.name not in out)
    names = {query.name for query in kept}

    def weigh(scenario: str) -> Mapping[str, float]:
        if scenario == VISITOR:
            return {query.name: FREQUENCY_WEIGHTS[query.frequency] for query in queries}
        return scenario_weights(scenario)

    scenarios = tuple(each for each in plan.scenarios if names & set(weigh(each.scenario)))
    if not scenarios:
        raise BadInput(f"pgbench can run none of the query classes: {left[0].reason}")
    plan = replace(plan, queries=kept, scenarios=scenarios)
    folder = outcome.folder / TWIN_FOLDER
    progress("writing pgbench's scripts")
    source = argument_source(order.settings, target)
    return _Twin(
        order=replace(order, queries=queries),
        plan=plan,
        binaries=binaries,
        processes=write_scripts(folder, plan, queries, source, weigh),
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
            subject, plan, folder, twin.progress, environment=environment_of(twin.order)
        )
        after = take_snapshot(connection)
    if result.phase == "interrupted":
        raise KeyboardInterrupt
    return _our_side(result, _Served(plan.queries, before, after))


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
    return _their_side(twin, result, _Served(plan.queries, before, after))


def _numbered(twin: _Twin, subject: Target) -> RunPlan:
    """Return the plan with this database's numbers for the statements."""
    source = argument_source(twin.order.settings, subject)
    with connect(subject) as connection:
        return replace(twin.plan, queries=planned_queries(connection, twin.order.queries, source))


class _Served:
    """What the server counted meanwhile for the statements of the plan."""

    def __init__(
        self, queries: Sequence[PlannedQuery], before: Snapshot, after: Snapshot
    ) -> None:
        self._queries = by_planned_name(queries)
        self._before, self._after = before, after
        self.calls = sum(self._since(queryid).calls for queryid in self._all())
        self.time_ms = sum(self._since(queryid).time_ms for queryid in self._all())

    def _all(self) -> set[int]:
        return {
            step.queryid
            for query in self._queries.values()
            for step in query.steps
            if step.queryid is not None
        }

    def _since(self, queryid: int) -> Counters:
        none = Counters(queryid=queryid)
        before = self._before.counters.get(queryid, none)
        return self._after.counters.get(queryid, none).since(before)

    def pass_us(self, name: str) -> float | None:
        """Return the server's time for one pass through the steps of a query class."""
        served = [
            self._since(step.queryid)
            for step in self._queries[name].steps
            if step.queryid is not None and step.name != SET_CONFIG
        ]
        calls = max((each.calls for each in served), default=0)
        return sum(each.time_ms for each in served) * _US_PER_MS / calls if calls else None

    def numbers_of(self, name: str) -> set[str]:
        """Return the statements of a query class that the server numbers."""
        return {step.name for step in self._queries[name].steps if step.queryid is not None}


def by_planned_name(queries: Sequence[PlannedQuery]) -> dict[str, PlannedQuery]:
    """Return planned query classes keyed by their names."""
    return {query.name: query for query in queries}


def _our_side(result: LoadResult, served: _Served) -> TwinSide:
    sent = sum(
        step.executions
        for query in result.queries
        for step in query.steps
        if step.step in served.numbers_of(query.name)
    )
    passes = sum(max((step.executions for step in query.steps), default=0) for query in result.queries)
    return TwinSide(
        completed=result.completed,
        failed=result.failed,
        retries=sum(query.restarts for query in result.queries),
        per_s=result.completed / result.measured_s if result.measured_s else 0.0,
        client_cpu_s=result.client_cpu_s,
        mean_us=result.response.mean_us,
        p50_us=result.response.p50_us,
        p95_us=result.response.p95_us,
        p99_us=result.response.p99_us,
        server_us=served.time_ms * _US_PER_MS / passes if passes else 0.0,
        sent=sent,
        counted=served.calls,
        queries=tuple(
            TwinQuery(
                name=query.name,
                completed=query.completed,
                mean_us=query.response.mean_us,
                p50_us=query.response.p50_us,
                p95_us=query.response.p95_us,
                server_us=served.pass_us(query.name),
            )
            for query in result.queries
        ),
    )


def _their_side(twin: _Twin, result: PgbenchResult, served: _Served) -> TwinSide:
    statements = {
        query.name: len(Program(query).statements) for query in twin.order.queries
    }
    passes = sum(query.all_completed + query.all_failed for query in result.queries)
    return TwinSide(
        completed=result.completed,
        failed=result.failed,
        retries=sum(query.all_retries for query in result.queries),
        per_s=result.completed / result.measured_s,
        client_cpu_s=result.client_cpu_s,
        mean_us=result.response.mean_us,
        p50_us=result.response.p50_us,
        p95_us=result.response.p95_us,
        p99_us=result.response.p99_us,
        server_us=served.time_ms * _US_PER_MS / passes if passes else 0.0,
        sent=sum(query.all_completed * statements[query.name] for query in result.queries),
        counted=served.calls,
        queries=tuple(
            TwinQuery(
                name=query.name,
                completed=query.completed,
                mean_us=query.response.mean_us,
                p50_us=query.response.p50_us,
                p95_us=query.response.p95_us,
                server_us=served.pass_us(query.name),
            )
            for query in result.queries
        ),
    )


def _record(
    twin: _Twin, form: FormPrice, left: Sequence[LeftOut], rounds: tuple[TwinRound, ...]
) -> TwinRecord:
    return TwinRecord(
        run=twin.plan.run,
        workload=twin.plan.workload,
        users=twin.plan.users,
        rate=twin.plan.rate,
        version=twin.binaries.version,
        sets=sum(script.sets for process in twin.processes for script in process.scripts),
        form_client_us=form.client_us,
        form_response_us=form.response_us,
        left_out=tuple(left),
        rounds=rounds,
    )


def say_twin(record: TwinRecord, folder: Path) -> None:
    """Show both sides, the ratios, and where the scripts are."""
    show(twin_table(record))
    form = record.form_client_us, record.form_response_us
    say(
        "",
        "the scripts' form (EXECUTE, choosing arguments) costs pgbench "
        f"{significant(form[0])} µs of client CPU and {significant(form[1])} µs of response "
        "a request, measured beside -M prepared",
    )
    used = max(side.completed for each in record.rounds for side in (each.pgbench,))
    say(f"arguments: {number(record.sets)} sets in the scripts, {number(used)} requests in a round")
    if not record.counts_agree:
        say("the server did not count what the clients say they sent: see twin.json")
    for each in record.left_out:
        say(f"left out on both sides: {each.query}, because {each.reason}")
    say(f"scripts: {folder / TWIN_FOLDER / 'run.sh'}")


def twin_table(record: TwinRecord) -> Table:
    """Return one line for each figure: ours, pgbench's, the ratio with its range."""
    return table(
        "figure",
        ">b2bench",
        ">pgbench",
        ">b2bench / pgbench",
        rows=(
            (
                row.name,
                _shown(row.name, row.ours),
                _shown(row.name, row.pgbench),
                _ratio(row.ratio),
            )
            for row in twin_rows(record)
        ),
        title=f"{record.workload} and its twin, pgbench {record.version}, {len(record.rounds)} rounds in turn",
    )


def _shown(name: str, spread: Spread) -> str:
    value = milliseconds(spread.median / _US_PER_MS) if is_time(name) else significant(spread.median)
    return f"{value} ±{spread.percent:.0f} % (n={spread.count})"


def _ratio(ratio: Spread | None) -> str:
    if ratio is None:
        return "–"
    if ratio.count == 1:
        return f"{ratio.median:.2f}"
    return f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
