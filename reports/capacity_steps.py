"""What a run says as one step of a capacity: throughput of sessions, or whether a rate held."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from b2bench.figures.notation import counted, milliseconds, number, share, significant, target
from b2bench.findings import Finding, Severity
from b2bench.runs import LoadResult, QueryResult, RunPlan, RunRecord
from reports.capacity import ClassAtStep, Outcome, RateStep, SweepStep
from reports.usl import CONFIDENCE, HeldOut, Law, Point, hold_out
from reports.verdicts import FEW_REQUESTS, RUN_INVALID, TARGET_MISSED

_US_PER_MS = 1_000
_US_PER_S = 1_000_000
# a queue that grew by less may be requests that were under way at the end
_BEHIND_SHARE = 0.05
_NAMED_MOST = 3


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
    broken.sort(key=lambda each: (each.count < FEW_REQUESTS, -each.excess))
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
    return finding.code == TARGET_MISSED and finding.severity is Severity.ERROR


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
