"""Find how much a database carries: sessions rising for the law, then rates until one breaks."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from b2bench.commands._load import make_folder, subject_of, way_of
from b2bench.commands._observe import Place, observe, places_of, planned
from b2bench.commands._order import Order, plan_of
from b2bench.commands._output import write_text
from b2bench.commands._queries import argument_source
from b2bench.commands._way import Way
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.findings import ExitCode, Finding, exit_code
from b2bench.marker import DataSet, note_run, read_data_set
from b2bench.progress import Progress, prefixed
from b2bench.provenance import Provenance, provenance
from b2bench.queries import Frequency
from b2bench.records import write_record
from b2bench.runs import (
    RECORD_FILE,
    REPORT_FILE,
    PlannedQuery,
    RunPlan,
    RunRecord,
    ScenarioShare,
    Stage,
)
from b2bench.target import Target
from reports.capacity import (
    CAPACITY_FILE,
    CAPACITY_PAGE,
    Capacity,
    RateStep,
    SweepStep,
    judge_capacity,
)
from reports.capacity_page import render_capacity_page
from reports.capacity_steps import fit_sweep, rate_step, sweep_step
from reports.run_page import render_run_page
from reports.run_policy import DEFAULT, read_policy
from scenarios.workloads import ANYBODY, pooled_weights

_FACTOR = 1.5
# from the first rate, this many steps reach 1,500 times as much
_RISING_MOST = 18
_BISECTIONS = 3
# of what the sessions got through at most when nothing else was asked of them
_FIRST_SHARE = 0.25
_FIGURES = 3
_SEEDS = 2**63
_GRACE_LEAST_S = 2.0
_GRACE_MOST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the capacity is to be looked for.

    Args:
        slo_ms: the target of every query class that is no batch; `None` leaves each its own.
        first_rate: requests per second; `None` takes a quarter of what the sweep got through.
        step_s: how long each step is measured.
        warmup_s: of each step.
    """

    slo_ms: float | None
    first_rate: float | None
    step_s: float
    warmup_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finished search and where it is kept."""

    capacity: Capacity
    findings: tuple[Finding, ...]
    folder: Path

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.folder / CAPACITY_PAGE

    @property
    def exit_code(self) -> ExitCode:
        """What the verdict is worth."""
        return exit_code(self.findings)


def find_capacity(order: Order, search: Search, target: Target, progress: Progress) -> Found:
    """Look for the capacity; Ctrl-C keeps what was measured until then.

    All steps share one copy of the database: a fresh one would begin each step with cold caches.

    Raises:
        NotOurDatabase: the load needs a clone, or writes, and b2bench did not make the database.
        BadInput: there is no data, or the folder cannot be made.
        RunFailed: the load's process died.
        KeyboardInterrupt: it came before there was anything to keep.
    """
    # what counts as a broken target is not for --fail-on to say
    order = replace(order, settings=replace(order.settings, fail_on=read_policy(DEFAULT)))
    source = argument_source(order.settings, target)
    with subject_of(order, target, progress) as subject:
        named = replace(order.workload, name=f"capacity-{order.workload.name}")
        folder = make_folder(replace(order, workload=named))
        places = places_of(order, subject, progress)
        plan = _plan(order, search, subject, folder.name, planned(places, source))
        with connect(subject, application_name="b2bench (capacity)") as connection:
            if order.in_place and order.writes:
                note_run(connection, plan.run)
            machine, data_set = provenance(connection), read_data_set(connection)
        with way_of(order, subject, folder) as way:
            plan = replace(plan, via=way.target.via, is_prepared=way.is_prepared)
            stand = _Stand(order, plan, places, way, folder, progress)
            interrupted = _was_interrupted(stand, search)
        capacity = _capacity(
            stand, search, machine=machine, data_set=data_set, interrupted=interrupted
        )
    findings = judge_capacity(capacity)
    write_record(folder / CAPACITY_FILE, capacity)
    progress("writing the report")
    write_text(folder / CAPACITY_PAGE, render_capacity_page(capacity, findings))
    return Found(capacity=capacity, findings=findings, folder=folder)


def require_targets(order: Order, search: Search) -> None:
    """Check that there is a target that can break.

    Raises:
        BadInput: there is none.
    """
    if search.slo_ms is None and all(query.slo_ms is None for query in order.queries):
        raise BadInput(
            f"no query class of {order.workload.name} has a target: set one with --slo 100ms"
        )


def _plan(
    order: Order, search: Search, subject: Target, run: str, queries: tuple[PlannedQuery, ...]
) -> RunPlan:
    """Return the plan that all steps share, but for their load."""
    batch = {query.name for query in order.queries if query.frequency is Frequency.BATCH}
    scenarios = order.workload.scenarios
    return replace(
        plan_of(order, subject, run),
        queries=tuple(
            query
            if search.slo_ms is None or query.name in batch
            else replace(query, slo_ms=search.slo_ms)
            for query in queries
        ),
        # sessions of a pool: a scenario of its own each would change the mix with their number
        scenarios=(
            ScenarioShare(scenario=ANYBODY, weight=1, queries=pooled_weights(order.workload))
            if len(scenarios) > 1
            else replace(scenarios[0], think_s=0.0),
        ),
        warmup_s=search.warmup_s,
        # a queue longer than the step has broken it
        grace_s=min(max(search.step_s, _GRACE_LEAST_S), _GRACE_MOST_S),
    )


@dataclass(slots=True)
class _Stand:
    """The database under test, and what was measured of it so far."""

    order: Order
    plan: RunPlan
    places: tuple[Place, ...]
    way: Way
    folder: Path
    progress: Progress
    sweep: list[SweepStep] = field(default_factory=list)
    steps: list[RateStep] = field(default_factory=list)

    def work(self, sessions: int, step_s: float) -> SweepStep:
        """Measure what so many sessions get through that never pause."""
        stage = Stage(duration_s=step_s, users=sessions)
        step = sweep_step(self._run(stage, f"sweep-{sessions}", f"{sessions:,} sessions"))
        self.sweep.append(step)
        if step.doubt == "interrupted":
            raise KeyboardInterrupt
        return step

    def holds(self, rate: float, step_s: float) -> bool:
        """Measure whether a rate holds; one that does not is offered once more.

        Something else that happened on the machine does not happen twice.
        """
        return self._offer(rate, step_s) or self._offer(rate, step_s, again="-again")

    def _offer(self, rate: float, step_s: float, *, again: str = "") -> bool:
        stage = Stage(duration_s=step_s, users=self.plan.users, rate=rate)
        step = rate_step(self._run(stage, f"rate-{rate:g}{again}", f"{rate:,g} requests/s"))
        self.steps.append(step)
        if step.outcome == "interrupted":
            raise KeyboardInterrupt
        return step.outcome == "held"

    def _run(self, stage: Stage, name: str, said: str) -> RunRecord:
        """Run one step in a folder of its own, with the records and the report of a run."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        # what is drawn again would find its rows in memory, and its writes done
        seed = (self.plan.seed + len(self.sweep) + len(self.steps)) % _SEEDS
        plan = replace(
            self.plan,
            run=f"{self.folder.name}/{name}",
            stages=(stage,),
            seed=seed,
            processes=min(self.plan.processes, stage.users),
        )
        record = observe(
            self.order,
            plan,
            self.places,
            folder=folder,
            progress=prefixed(self.progress, said),
            way=self.way,
        )
        write_record(folder / RECORD_FILE, record)
        write_text(folder / REPORT_FILE, render_run_page(record))
        return record


def _was_interrupted(stand: _Stand, search: Search) -> bool:
    """Measure all steps; return whether Ctrl-C came before the last of them."""
    try:
        _measure(stand, search)
    except KeyboardInterrupt:
        if not stand.sweep and not stand.steps:
            raise
        return True
    return False


def _measure(stand: _Stand, search: Search) -> None:
    for sessions in rising_sessions(stand.plan.users):
        # where the client is at its limit or requests fail, more sessions show nothing further
        if stand.work(sessions, search.step_s).doubt:
            break
    most = max((step.per_s for step in stand.sweep), default=0.0)
    first = search.first_rate or _rounded(most * _FIRST_SHARE)
    if first:
        narrow(first, lambda rate: stand.holds(rate, search.step_s))


def rising_sessions(most: int) -> Iterator[int]:
    """Yield numbers of sessions, each twice the one before, up to the most.

    >>> list(rising_sessions(50))
    [1, 2, 4, 8, 16, 32, 50]
    """
    sessions = 1
    while sessions < most:
        yield sessions
        sessions *= 2
    yield most


def narrow(first: float, holds: Callable[[float], bool]) -> None:
    """Raise a rate until it does not hold, then halve the gap between the two a few times.

    >>> tried = []
    >>> narrow(100, lambda rate: tried.append(rate) or rate < 200)
    >>> tried
    [100, 150.0, 225.0, 184.0, 203.0, 193.0]
    """
    held, rate = 0.0, first
    for _ in range(_RISING_MOST):
        if not holds(rate):
            break
        held, rate = rate, _rounded(rate * _FACTOR)
    else:
        return
    for _ in range(_BISECTIONS if held else 0):
        middle = _rounded(math.sqrt(held * rate))
        held, rate = (middle, rate) if holds(middle) else (held, middle)


def _rounded(rate: float) -> float:
    """Return a rate with three figures, as a person would choose it.

    >>> _rounded(1234.5), _rounded(0.12345)
    (1230.0, 0.123)
    """
    return float(f"{rate:.{_FIGURES}g}")


def _capacity(
    stand: _Stand,
    search: Search,
    *,
    machine: Provenance,
    data_set: DataSet | None,
    interrupted: bool,
) -> Capacity:
    law, held_out = fit_sweep(stand.sweep)
    return Capacity(
        run=stand.plan.run,
        workload=stand.plan.workload,
        target=stand.plan.target,
        slo_ms=search.slo_ms,
        sessions=stand.plan.users,
        step_s=search.step_s,
        warmup_s=search.warmup_s,
        in_place=stand.plan.in_place,
        provenance=machine,
        data_set=data_set,
        sweep=tuple(stand.sweep),
        steps=tuple(stand.steps),
        law=law,
        held_out=held_out,
        interrupted=interrupted,
    )
