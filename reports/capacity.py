"""How much a server carries within its targets: the steps, what broke first, the verdict."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from b2bench.figures.notation import counted, milliseconds, number, share, significant, target
from b2bench.findings import Finding, Severity
from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from b2bench.runs import LoadResult, QueryResult, RunPlan, RunRecord
from reports.usl import CONFIDENCE, HeldOut, Law, Point, hold_out
from reports.verdicts import RUN_INVALID

CAPACITY_FILE = "capacity.json"
CAPACITY_PAGE = "capacity.html"
RECORD_VERSION = 1
_TARGET_MISSED = "target-missed"
_US_PER_MS = 1_000
_US_PER_S = 1_000_000
# a queue that grew by less may be requests that were under way at the end
_BEHIND_SHARE = 0.05
_SESSIONS_BUSY = 0.9
_NAMED_MOST = 3
# from so many requests on, a run's verdict takes a p95 for certain
_FEW = 100

Outcome = Literal["held", "missed", "failed", "behind", "client", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStep:
    """A number of sessions that were always at work (closed model, no pause), and what they did.

    Args:
        run: its folder, in that of the capacity.
        spread: half of the 95 % interval of `per_s`, from whole seconds, as a share of it; `None`
            where there are fewer than two.
        seconds: how many these are.
        doubt: why the law does not use it; empty where it does.
    """

    run: str
    sessions: int
    completed: int
    per_s: float
    spread: float | None
    seconds: int
    mean_ms: float
    client_cpu_share: float
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAtStep:
    """One query class in a step: its 95th percentile beside its target.

    Args:
        p95_ms: of the response, from the instant at which a request was due.
        service_p95_ms: from sending to the answer.
    """

    query: str
    count: int
    p95_ms: float
    service_p95_ms: float
    target_ms: float | None

    @property
    def excess(self) -> float:
        """How far the 95th percentile is above its target, as a share of it; below, negative."""
        return self.p95_ms / self.target_ms - 1 if self.target_ms else -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStep:
    """A rate that was offered (open model), and how the server kept up.

    Args:
        run: its folder, in that of the capacity.
        per_s: completed in the measurement, not after it.
        concurrency: requests under way on average, by Little's law: rate × mean response time.
        busy: share of the sessions' time spent waiting for answers.
        broken: query classes over their targets for certain; those with many requests first, and
            then the worst.
        says: why it did not hold, in a sentence.
    """

    run: str
    rate: float
    sessions: int
    offered: int
    completed: int
    per_s: float
    concurrency: float
    busy: float
    client_cpu_share: float
    outcome: Outcome
    classes: tuple[ClassAtStep, ...]
    broken: tuple[ClassAtStep, ...] = ()
    says: str = ""

    @property
    def worst(self) -> ClassAtStep | None:
        """The query class that broke first, else the one that is nearest to its target."""
        if self.broken:
            return self.broken[0]
        aimed = [each for each in self.classes if each.target_ms is not None and each.count]
        return max(aimed, key=lambda each: each.excess, default=None)

    @property
    def short_of_sessions(self) -> bool:
        """Whether requests waited for a session, while the server kept the targets."""
        served = all(each.service_p95_ms <= (each.target_ms or 0.0) for each in self.broken)
        return bool(self.broken) and served and self.busy >= _SESSIONS_BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What was measured, and what follows from it.

    Args:
        slo_ms: one target for all query classes; `None` leaves each its own.
        step_s: how long each step was measured.
        sweep: sessions rising, for the law.
        steps: rates in the order in which they were tried; one that breaks is tried again.
        law: fitted to the sweep without `held_out`.
    """

    run: str
    workload: str
    target: str
    slo_ms: float | None
    sessions: int
    step_s: float
    warmup_s: float
    in_place: bool
    provenance: Provenance
    data_set: DataSet | None
    sweep: tuple[SweepStep, ...]
    steps: tuple[RateStep, ...]
    law: Law | None
    held_out: HeldOut | None
    interrupted: bool = False
    record_version: int = RECORD_VERSION

    @property
    def decisive(self) -> tuple[RateStep, ...]:
        """The last attempt at each rate, rates rising; what was interrupted decides nothing."""
        ended = [each for each in self.steps if each.outcome != "interrupted"]
        last = {each.rate: each for each in ended}
        return tuple(last[rate] for rate in sorted(last))

    @property
    def broke(self) -> RateStep | None:
        """The lowest rate that did not hold."""
        return next((each for each in self.decisive if each.outcome != "held"), None)

    @property
    def held(self) -> RateStep | None:
        """The highest rate that held, below the one that did not."""
        most = self.broke.rate if self.broke else math.inf
        below = [each for each in self.decisive if each.rate < most]
        return below[-1] if below else None

    @property
    def found(self) -> bool:
        """Whether the server's capacity is known: a rate holds, and a higher one does not."""
        broke = self.broke
        return self.held is not None and broke is not None and broke.outcome != "client"

    @property
    def per_s(self) -> float | None:
        """The capacity, or what it is at least; `None` where no rate held."""
        return self.held.rate if self.held else None

    @property
    def verdict(self) -> str:
        """What a reader in a hurry takes away."""
        held, broke = self.held, self.broke
        if held is None:
            return _nothing_held(self)
        capacity = f"{significant(held.rate)} requests/s"
        if broke is None:
            return f"Capacity at least {capacity}: no rate that was tried broke"
        above = f"at {significant(broke.rate)}/s"
        if broke.outcome == "client":
            return (
                f"Capacity at least {capacity}; {above} the client was the limit, so the server's"
                " is not known"
            )
        return f"Capacity {capacity}{_within(self)}; {above} {broke.says}"


def _nothing_held(capacity: Capacity) -> str:
    broke = capacity.broke
    if broke is None:
        return "No capacity: no rate was measured to its end"
    return f"No capacity: already the first rate, {significant(broke.rate)}/s, broke: {broke.says}"


def _within(capacity: Capacity) -> str:
    return f" within {target(capacity.slo_ms)}" if capacity.slo_ms else " within every target"


def sweep_step(record: RunRecord) -> SweepStep:
    """Return what a run without pauses says of its sessions' throughput."""
    result = record.result
    per_second = [each.completed for each in result.seconds[: int(result.measured_s)]]
    return SweepStep(
        run=record.plan.run.rpartition("/")[2],
        sessions=record.plan.users,
        completed=result.completed,
        per_s=result.completed / result.measured_s if result.measured_s else 0.0,
        spread=_spread(per_second),
        seconds=len(per_second),
        mean_ms=result.response.mean_us / _US_PER_MS,
        client_cpu_share=_busiest(result),
        doubt=_doubt(record),
    )


def _spread(per_second: Sequence[int]) -> float | None:
    """Return half of the mean's 95 % interval as a share of the mean."""
    count = len(per_second)
    if count <= 1 or not any(per_second):
        return None
    error = float(np.std(per_second, ddof=1)) / math.sqrt(count)
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return quantile * error / float(np.mean(per_second))


def _doubt(record: RunRecord) -> str:
    result = record.result
    if result.phase == "interrupted":
        return "interrupted"
    if not result.completed:
        return "no request was completed"
    if _invalid(record):
        return "the client was the limit"
    if result.failed:
        return f"{number(result.failed)} requests failed"
    return ""


def _invalid(record: RunRecord) -> Finding | None:
    return next((each for each in record.findings if each.code == RUN_INVALID), None)


def _busiest(result: LoadResult) -> float:
    return max((client.cpu_share for client in result.clients), default=0.0)


def rate_step(record: RunRecord) -> RateStep:
    """Return whether a rate held; which targets are missed for certain, the run's verdict says."""
    plan, result = record.plan, record.result
    classes = tuple(_class_at_step(query) for query in result.queries if query.response.count)
    missed = {each.subject for each in record.findings if _is_missed_for_certain(each)}
    broken = [each for each in classes if each.query in missed]
    # of a few requests nobody can say how far they are above a target
    broken.sort(key=lambda each: (each.count < _FEW, -each.excess))
    outcome, says = _outcome(record, broken)
    if outcome == "client":
        broken = []
    per_s = _ended_in_time(result) / result.measured_s if result.measured_s else 0.0
    return RateStep(
        run=plan.run.rpartition("/")[2],
        rate=plan.rate or 0.0,
        sessions=plan.users,
        offered=result.offered,
        completed=result.completed,
        per_s=per_s,
        concurrency=per_s * result.response.mean_us / _US_PER_S,
        busy=_busy(plan, result),
        client_cpu_share=_busiest(result),
        outcome=outcome,
        classes=classes,
        broken=tuple(broken),
        says=says,
    )


def _class_at_step(query: QueryResult) -> ClassAtStep:
    return ClassAtStep(
        query=query.name,
        count=query.response.count,
        p95_ms=query.response.p95_us / _US_PER_MS,
        service_p95_ms=query.service.p95_us / _US_PER_MS,
        target_ms=query.slo_ms,
    )


def _is_missed_for_certain(finding: Finding) -> bool:
    return finding.code == _TARGET_MISSED and finding.severity is Severity.ERROR


def _outcome(record: RunRecord, broken: Sequence[ClassAtStep]) -> tuple[Outcome, str]:
    result = record.result
    if result.phase == "interrupted":
        return "interrupted", "it was interrupted"
    # a client that was the bottleneck says nothing about the server
    if result.completed and (invalid := _invalid(record)):
        return "client", invalid.message
    if result.failed:
        return "failed", _failures(result)
    if broken:
        return "missed", missed_sentence(broken)
    if behind := _behind(record.plan, result):
        return "behind", behind
    return "held", ""


def _failures(result: LoadResult) -> str:
    failed = [query for query in result.queries if query.failed]
    worst = max(failed, key=lambda query: query.failed)
    kinds = ", ".join(f"{error.sqlstate} {error.meaning}" for error in worst.errors[:_NAMED_MOST])
    return (
        f"{number(result.failed)} of {number(result.offered)} requests failed, most of them"
        f" {worst.name}{f' ({kinds})' if kinds else ''}"
    )


def missed_sentence(broken: Sequence[ClassAtStep]) -> str:
    """Return which class broke first and by how much, and how many did so with it."""
    worst = broken[0]
    others = f", with {counted(len(broken) - 1, 'other class')}" if len(broken) > 1 else ""
    return (
        f"{worst.query} broke first: p95 {milliseconds(worst.p95_ms)}, target"
        f" {target(worst.target_ms)}, {_over(worst.excess)} (n={number(worst.count)}){others}"
    )


def _over(excess: float) -> str:
    """Return how far something is above its target.

    >>> _over(0.24), _over(11.9)
    ('24 % over', '12.9 times as much')
    """
    return f"{share(excess)} over" if excess < 1 else f"{significant(excess + 1)} times as much"


def _behind(plan: RunPlan, result: LoadResult) -> str:
    """Return how the server did not keep up, nothing where it did."""
    left = result.skipped + result.unfinished
    if left or not result.completed:
        return f"{number(left)} of {number(result.offered)} requests were never sent or answered"
    late = result.offered - _ended_in_time(result)
    if late > plan.users + _BEHIND_SHARE * result.offered:
        return (
            f"the server did not keep up: {number(late)} of {number(result.offered)} requests were"
            " answered only after the step's end"
        )
    return ""


def _ended_in_time(result: LoadResult) -> int:
    """Return how many requests were completed before the measurement's end."""
    if result.measured_s < 1:
        return result.completed
    # the second in which it ended counts in full: it is the server's favour
    return sum(
        second.completed for second in result.seconds if second.elapsed_s < result.measured_s
    )


def _busy(plan: RunPlan, result: LoadResult) -> float:
    waited_us = sum(query.service.mean_us * query.service.count for query in result.queries)
    # answers that came after the end were waited for, too
    return min(1.0, waited_us / max(1.0, plan.users * result.measured_s * _US_PER_S))


def fit_sweep(sweep: Sequence[SweepStep]) -> tuple[Law | None, HeldOut | None]:
    """Fit the law to the steps that are beyond doubt, the last one held out."""
    return hold_out(
        [Point(sessions=step.sessions, per_s=step.per_s) for step in sweep if not step.doubt]
    )


def judge_capacity(capacity: Capacity) -> tuple[Finding, ...]:
    """Return what is to be said of a capacity; an error says that there is none."""
    return (
        *_no_capacity(capacity),
        *_sessions_short(capacity),
        *_rare(capacity),
        *_law(capacity),
    )


def _no_capacity(capacity: Capacity) -> Iterator[Finding]:
    if capacity.interrupted:
        yield _finding(
            Severity.WARNING,
            "capacity-interrupted",
            "interrupted: what was measured until then is kept",
            "run it to its end",
        )
        return
    broke = capacity.broke
    if broke is not None and broke.outcome == "client":
        yield _finding(
            Severity.ERROR,
            "client-limit",
            f"at {significant(broke.rate)}/s {broke.says}",
            "take more or faster processors for the client",
        )
    elif broke is None:
        yield _finding(
            Severity.ERROR,
            "capacity-unknown",
            "no rate that was tried broke" if capacity.steps else "no rate could be tried",
            "begin higher with --from" if capacity.steps else "look at the sweep's runs",
        )
    elif capacity.held is None:
        yield _finding(
            Severity.ERROR,
            "first-step-broke",
            f"already at {significant(broke.rate)}/s {broke.says}",
            "begin lower with --from, or look at the plan with `b2bench explain`",
        )


def _sessions_short(capacity: Capacity) -> Iterator[Finding]:
    broke = capacity.broke
    if broke is not None and broke.short_of_sessions:
        worst = broke.broken[0]
        yield _finding(
            Severity.WARNING,
            "short-of-sessions",
            f"at {significant(broke.rate)}/s all {broke.sessions} sessions were busy"
            f" ({share(broke.busy)}), while {worst.query} itself took"
            f" {milliseconds(worst.service_p95_ms)} (p95): this is what so many sessions carry",
            "more --users may carry more",
        )


def _rare(capacity: Capacity) -> Iterator[Finding]:
    """Say which classes could not break for certain, having been asked too seldom."""
    few = [
        each.query for each in (capacity.held.classes if capacity.held else ()) if _is_rare(each)
    ]
    if few:
        shown = ", ".join(few[:_NAMED_MOST]) + (", …" if len(few) > _NAMED_MOST else "")
        yield _finding(
            Severity.NOTE,
            "few-samples",
            f"{counted(len(few), 'query class')} had fewer than {_FEW} requests in the step that"
            f" held, so a missed target of theirs need not show: {shown}",
            "give longer steps with --step",
        )


def _is_rare(each: ClassAtStep) -> bool:
    return each.target_ms is not None and each.count < _FEW


def _law(capacity: Capacity) -> Iterator[Finding]:
    if capacity.law is None:
        used = sum(not step.doubt for step in capacity.sweep)
        yield _finding(
            Severity.NOTE,
            "no-law",
            f"{counted(used, 'step')} of the sweep can be used, too few to fit the law",
            "let --users be 8 or more",
        )
        return
    for doubt in capacity.law.doubts():
        yield _finding(Severity.NOTE, "law-uncertain", doubt, "", subject="the law")


def _finding(
    severity: Severity, code: str, message: str, mend: str, *, subject: str = "the capacity"
) -> Finding:
    return Finding(code=code, severity=severity, subject=subject, message=message, mend=mend)


def law_sentence(law: Law) -> str:
    """Return the fitted law in one line, `~` before what cannot be told from 0."""
    rate, contention, coherence = law.rate, law.contention, law.coherence
    return (
        f"λ {significant(rate.value)}/s ({significant(rate.low)} to {significant(rate.high)}), "
        + ", ".join(
            f"{name} {'~ ' if each.spans_zero else ''}{each.value:.2g}"
            f" ({each.low:.2g} to {each.high:.2g})"
            for name, each in (("σ", contention), ("κ", coherence))
        )
        + f" (95 %, n={law.points})"
    )


def peak_sentence(law: Law) -> str:
    """Return where the law has its peak."""
    peak = law.peak
    if peak is None:
        return "none within reach of what was measured (~)"
    weak = "~ " if law.coherence.spans_zero else ""
    return (
        f"{weak}{significant(peak.per_s.value)}/s ({significant(peak.per_s.low)} to"
        f" {significant(peak.per_s.high)}) at {significant(peak.sessions)} sessions"
    )


def held_out_sentence(held_out: HeldOut) -> str:
    """Return what the law said of the step that it had not seen, and what came."""
    predicted, inside = held_out.predicted, "inside" if held_out.inside else "outside"
    proves = (
        "~ the interval is too wide to prove anything"
        if predicted.is_vague
        else f"{inside} the interval"
    )
    return (
        f"{counted(held_out.measured.sessions, 'session')}: predicted"
        f" {significant(predicted.value)}/s ({significant(predicted.low)} to"
        f" {significant(predicted.high)}), measured {significant(held_out.measured.per_s)}/s:"
        f" {share(abs(held_out.off))} off, {proves}"
    )
