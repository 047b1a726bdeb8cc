"""Put two databases under load in turn, round by round, and compare what they answered."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from b2bench.commands._comparing import PAGE_FILE
from b2bench.commands._load import Outcome, make_folder, subject_of, way_of
from b2bench.commands._observe import Opening, Place, load, opening, places_of, planned, record_of
from b2bench.commands._order import Order, plan_of
from b2bench.commands._output import write_text
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.commands._way import Way
from b2bench.database import connect, reading
from b2bench.errors import BadInput
from b2bench.findings import ExitCode, Severity
from b2bench.marker import note_run, read_data_set
from b2bench.progress import Progress, prefixed
from b2bench.records import write_record
from b2bench.runs import (
    HISTOGRAM_FILE,
    PLAN_FILE,
    RECORD_FILE,
    REPORT_FILE,
    RESULT_FILE,
    LoadResult,
    RunPlan,
)
from b2bench.target import Target
from loadgen.driver.rounds import (
    Round,
    merge_rounds,
    one_round,
    read_round,
    repeated,
    write_merged,
)
from loadgen.driver.supervise import LOG_FILE
from reports.run_comparison import RunComparison, compare_runs
from reports.run_comparison_page import render_comparison_page
from reports.run_likeness import shown_data_set
from reports.run_page import render_run_page
from reports.verdicts import RUN_INVALID

_ROUNDS = "rounds"
_USUAL_ROUNDS = 6
_KEPT = (PLAN_FILE, RESULT_FILE, HISTOGRAM_FILE, LOG_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two finished runs and their comparison, which is `None` where somebody ended them early."""

    baseline: Outcome
    candidate: Outcome
    comparison: RunComparison | None

    @property
    def page(self) -> Path:
        """The comparison's page."""
        return self.candidate.folder / PAGE_FILE

    @property
    def exit_code(self) -> ExitCode:
        """A no of the candidate's run or of the comparison; the baseline has to be valid."""
        is_baseline_invalid = any(
            found.code == RUN_INVALID and found.severity is Severity.ERROR
            for found in self.baseline.record.findings
        )
        if self.comparison is None or is_baseline_invalid:
            return ExitCode.VERDICT_NO
        return max(self.candidate.exit_code, self.comparison.exit_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two databases while it is under load."""

    name: str
    order: Order
    places: tuple[Place, ...]
    way: Way
    folder: Path
    plan: RunPlan
    before: Opening
    rounds: list[Round] = field(default_factory=list)

    def load(self, progress: Progress) -> LoadResult:
        """Run the next round and keep what it leaves."""
        number = len(self.rounds) + 1

        told = prefixed(progress, f"round {number}, {self.name}")
        # drawn again, rows would be in memory and writes done; both sides draw the same
        plan = replace(self.plan, seed=self.plan.seed + number - 1)
        result = load(
            self.order, plan, self.places, way=self.way, folder=self.folder, progress=told
        )
        kept = self.folder / _ROUNDS / str(number)
        kept.mkdir(parents=True)
        for name in _KEPT:
            (self.folder / name).rename(kept / name)
        self.rounds.append(read_round(result, kept / HISTOGRAM_FILE))
        return result

    def finish(self, *, is_ended: bool) -> Outcome:
        """Write the run's folder as if it had been one load."""
        plan, result = repeated(self.plan, len(self.rounds)), merge_rounds(self.rounds)
        if not is_ended:
            result = replace(result, phase="interrupted")
        write_record(self.folder / PLAN_FILE, plan)
        write_merged(self.folder / HISTOGRAM_FILE, self.rounds)
        write_record(self.folder / RESULT_FILE, result)
        record = record_of(self.order, plan, self.places, self.before, result=result, way=self.way)
        write_record(self.folder / RECORD_FILE, record)
        write_text(self.folder / REPORT_FILE, render_run_page(record))
        return Outcome(record=record, folder=self.folder)


def perform_beside(order: Order, baseline: Target, candidate: Target, progress: Progress) -> Beside:
    """Load both databases in alternating rounds, and write their runs and the comparison.

    The order within each pair of rounds is drawn, so that neither has the better place.

    Args:
        order: what to run; `duration_s` is shared out among the rounds, each of which has a
            warm-up of its own.
        baseline: the database that is known.
        candidate: the database to judge.
        progress: told the round and its phase.

    Raises:
        BadInput: the two hold different data.
        NotOurDatabase, RunFailed: as `perform`.
        KeyboardInterrupt: it came before both had ended a round.
    """
    _require_same_data(baseline, candidate)
    with ExitStack() as stack:
        sides = [
            stack.enter_context(_side(order, target, name, progress))
            for name, target in (("baseline", baseline), ("candidate", candidate))
        ]
        is_ended = _alternate(sides, order, progress)
        progress("writing the reports")
        before, after = (side.finish(is_ended=is_ended) for side in sides)
    if not is_ended:
        return Beside(baseline=before, candidate=after, comparison=None)
    comparison = compare_runs(
        before.record, after.record, tolerance=order.settings.tolerance, anyway=True
    )
    beside = Beside(baseline=before, candidate=after, comparison=comparison)
    write_text(beside.page, render_comparison_page(comparison, after.record.provenance))
    return beside


def rounds_of(settings: Settings) -> int:
    """Return how often each side is loaded: more often than for a table of poolers."""
    return settings.rounds if settings.is_given("rounds") else _USUAL_ROUNDS


def _require_same_data(baseline: Target, candidate: Target) -> None:
    shown = []
    for target in (baseline, candidate):
        with reading(target) as connection:
            shown.append(shown_data_set(read_data_set(connection)))
    if shown[0] != shown[1]:
        raise BadInput(
            f"not comparable: the baseline holds {shown[0]}, the candidate {shown[1]}: "
            "`b2bench data generate` makes the same data in both"
        )


def _alternate(sides: Sequence[_Side], order: Order, progress: Progress) -> bool:
    """Run the rounds; return whether nobody ended them early.

    Raises:
        KeyboardInterrupt: somebody did, and there is nothing of one side to keep.
    """
    draw = Random(order.settings.seed)  # noqa: S311 (not a secret)
    try:
        for _ in range(rounds_of(order.settings)):
            for side in draw.sample(sides, k=2):
                if side.load(progress).phase == "interrupted":
                    raise KeyboardInterrupt  # noqa: TRY301 (as if it had left nothing)
    except KeyboardInterrupt:
        if not all(side.rounds for side in sides):
            raise
        return False
    return True


@contextmanager
def _side(order: Order, target: Target, name: str, progress: Progress) -> Iterator[_Side]:
    source = argument_source(order.settings, target)
    with subject_of(order, target, progress) as subject:
        places = places_of(order, subject, progress)
        folder = make_folder(order, suffix=f"-{name}")
        whole = replace(plan_of(order, subject, folder.name), queries=planned(places, source))
        if order.in_place and order.writes:
            with connect(subject) as connection:
                note_run(connection, whole.run)
        with way_of(order, subject, folder) as way:
            whole = replace(whole, via=way.target.via, is_prepared=way.is_prepared)
            yield _Side(
                name=name,
                order=order,
                places=places,
                way=way,
                folder=folder,
                plan=one_round(whole, rounds_of(order.settings)),
                before=opening(places),
            )
