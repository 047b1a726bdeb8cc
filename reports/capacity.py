"""How much a server carries within its targets: the steps, what broke first, the verdict."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from b2bench.figures.notation import counted, milliseconds, share, significant, target
from b2bench.findings import Finding, Severity
from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from reports.usl import HeldOut, Law
from reports.verdicts import FEW_REQUESTS

CAPACITY_FILE = "capacity.json"
CAPACITY_PAGE = "capacity.html"
RECORD_VERSION = 1
_SESSIONS_BUSY = 0.9
_NAMED_MOST = 3

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
            f"{counted(len(few), 'query class')} had fewer than {FEW_REQUESTS} requests in the step"
            f" that held, so a missed target of theirs need not show: {shown}",
            "give longer steps with --step",
        )


def _is_rare(each: ClassAtStep) -> bool:
    return each.target_ms is not None and each.count < FEW_REQUESTS


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
