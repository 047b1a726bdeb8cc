"""A run over its time: seconds and faults as a chart shows them, and a row for each stage."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures.timeline import Band, Interval, Mark, timeline
from b2bench.runs import Fault, LoadResult, RunPlan, RunRecord, Second, Span, Stage

_US_PER_MS = 1_000
# more points than these make a page large and no clearer
_POINTS_MOST = 600
_WHOLE = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """What a stage of the plan offered, and what came of it."""

    number: int
    stage: Stage
    span: Span

    @property
    def name(self) -> str:
        """What the stage is called."""
        return _name(self.number, self.stage)


def _name(number: int, stage: Stage) -> str:
    return stage.name or f"stage {number}"


def stage_rows(record: RunRecord) -> list[StageRow]:
    """Return the stages of a run that has several and got as far as the figures of each."""
    stages, spans = record.plan.stages, record.result.stages
    if len(stages) == 1:
        return []
    return [
        StageRow(number=number, stage=stage, span=span)
        for number, (stage, span) in enumerate(zip(stages, spans, strict=False), start=1)
    ]


def seconds_per_point(result: LoadResult) -> int:
    """Return how many seconds one point of the chart stands for."""
    return max(1, math.ceil(len(result.seconds) / _POINTS_MOST))


def time_chart(record: RunRecord) -> Markup:
    """Return throughput, response times, stages and faults over the measurement."""
    result = record.result
    step = seconds_per_point(result)
    chunks = [result.seconds[at : at + step] for at in range(0, len(result.seconds), step)]
    return timeline(
        [_interval(chunk, result.stages) for chunk in chunks],
        bands=list(_bands(record.plan, result)),
        marks=[_mark(fault, step) for fault in result.faults],
    )


def _interval(seconds: Sequence[Second], stages: Sequence[Span]) -> Interval:
    """Return seconds as one point: the mean of their throughput, the worst of their percentiles.

    After the end, and between rounds, only what had begun before is answered, which is no
    throughput.
    """
    whole = [second.completed for second in seconds if _is_measured(second, stages)]
    return Interval(
        elapsed_s=seconds[0].elapsed_s + len(seconds) / 2,
        requests_per_s=sum(whole) / len(whole) if whole else math.nan,
        failed_per_s=sum(second.failed for second in seconds) / len(seconds),
        p50_ms=max(second.p50_us for second in seconds) / _US_PER_MS,
        p95_ms=max(second.p95_us for second in seconds) / _US_PER_MS,
        p99_ms=max(second.p99_us for second in seconds) / _US_PER_MS,
    )


def _is_measured(second: Second, stages: Sequence[Span]) -> bool:
    """Return whether the load went on through the whole second, from stage to stage at most."""
    end_s = second.elapsed_s + 1
    covered_s = sum(
        max(0.0, min(end_s, span.begin_s + span.duration_s) - max(second.elapsed_s, span.begin_s))
        for span in stages
    )
    return covered_s >= _WHOLE


def _mark(fault: Fault, step: int) -> Mark:
    return Mark(
        kind=fault.meaning or fault.sqlstate,
        elapsed_s=fault.elapsed_s // step * step + step / 2,
        count=fault.count,
    )


def _bands(plan: RunPlan, result: LoadResult) -> Iterator[Band]:
    """Yield the stages that the run came to, if the plan has several.

    Where they were depends on the run: rounds beside another database have gaps between them.
    """
    if len(plan.stages) == 1:
        return
    for number, (stage, span) in enumerate(zip(plan.stages, result.stages, strict=False), start=1):
        yield Band(
            name=_name(number, stage),
            begin_s=span.begin_s,
            end_s=span.begin_s + span.duration_s,
        )
