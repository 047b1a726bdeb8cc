"""Pairs of runs with samples: alike, or one slower; one after the other, or in turn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from b2bench.runs import LoadResult, QueryResult, RunRecord, Span, Stage
from tests.reports.sample_run import load_result, query, run_record

CLASSES = {"find_sku": 420, "price_cart": 9_800, "search_text": 31_000}
SPAN_S = 6.0
START_UNIX_S = 1_748_779_200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How figures vary that nothing but chance moves: there is one for all who run meanwhile.

    Args:
        spread: standard deviation of the logarithm of a part's figures.
        memory: how alike neighbouring parts are.
        parts: of each run.
    """

    spread: float = 0.04
    memory: float = 0.3
    parts: int = 10


def run_of(
    rng: np.random.Generator,
    *,
    name: str,
    slower: Mapping[str, float] = {},
    weather: Weather = Weather(),
    every_s: float = SPAN_S,
    after_s: float = 0.0,
    requests: int = 200,
    factors: Mapping[str, Sequence[float]] | None = None,
) -> RunRecord:
    """Return a run whose classes vary by chance, and are slower by these factors.

    Args:
        rng: where chance comes from.
        name: of the run.
        slower: by query class.
        weather: how much chance there is.
        every_s: from the begin of a part to that of the next.
        after_s: when the first part begins.
        requests: of each part of each class.
        factors: the weather of each class, drawn if it is not given.
    """
    queries = tuple(
        _query(
            rng,
            each,
            p50_us * slower.get(each, 1.0),
            factors=(factors or weathers(rng, weather))[each],
            weather=weather,
            every_s=every_s,
            requests=requests,
        )
        for each, p50_us in CLASSES.items()
    )
    result = replace(
        load_result(queries),
        started_unix_s=START_UNIX_S + after_s,
        stages=_sum_of(queries),
    )
    return _named(run_record(result), name, weather.parts)


def _query(
    rng: np.random.Generator,
    name: str,
    p50_us: float,
    *,
    factors: Sequence[float],
    weather: Weather,
    every_s: float,
    requests: int,
) -> QueryResult:
    spans = tuple(
        _span(place * every_s, p50_us * factor * math.exp(rng.normal(0, weather.spread / 3)),
              requests)
        for place, factor in enumerate(factors)
    )  # fmt: skip
    made = query(name, requests * weather.parts, int(np.mean([each.p50_us for each in spans])))
    return replace(made, spans=spans, stages=spans)


def weathers(rng: np.random.Generator, weather: Weather) -> dict[str, list[float]]:
    """Draw for each query class the factors of its parts, an autoregressive series."""
    return {name: [math.exp(weather.spread * x) for x in _series(rng, weather)] for name in CLASSES}


def _series(rng: np.random.Generator, weather: Weather) -> list[float]:
    values = [float(rng.normal())]
    for _ in range(weather.parts - 1):
        step = rng.normal(0, math.sqrt(1 - weather.memory**2))
        values.append(weather.memory * values[-1] + float(step))
    return values


def _span(begin_s: float, p50_us: float, requests: int) -> Span:
    return Span(
        begin_s=begin_s,
        duration_s=SPAN_S,
        completed=requests,
        failed=0,
        mean_us=1.1 * p50_us,
        p50_us=int(p50_us),
        p95_us=int(2 * p50_us),
        p99_us=int(3 * p50_us),
    )


def _sum_of(queries: tuple[QueryResult, ...]) -> tuple[Span, ...]:
    """Return all query classes together; percentiles are those of the slowest."""
    return tuple(
        replace(
            max(parts, key=lambda part: part.p95_us),
            completed=sum(part.completed for part in parts),
            mean_us=float(np.mean([part.mean_us for part in parts])),
        )
        for parts in zip(*(each.stages for each in queries), strict=True)
    )


def _named(record: RunRecord, name: str, stages: int) -> RunRecord:
    return replace(
        record,
        plan=replace(
            record.plan,
            run=name,
            stages=(Stage(duration_s=SPAN_S, users=40),) * stages,
            rounds=stages,
        ),
    )


def in_turn(
    seed: int,
    *,
    slower: Mapping[str, float] = {},
    weather: Weather = Weather(parts=6),
) -> tuple[RunRecord, RunRecord]:
    """Return two runs that took turns."""
    rng = np.random.default_rng(seed)
    every_s = 2 * SPAN_S + 2
    both = weathers(rng, replace(weather, parts=2 * weather.parts))
    baseline = run_of(
        rng,
        name="before",
        weather=weather,
        every_s=every_s,
        factors={name: factors[::2] for name, factors in both.items()},
    )
    candidate = run_of(
        rng,
        name="after",
        weather=weather,
        slower=slower,
        every_s=every_s,
        after_s=SPAN_S + 1,
        factors={name: factors[1::2] for name, factors in both.items()},
    )
    return baseline, candidate


def one_after_the_other(
    seed: int,
    *,
    slower: Mapping[str, float] = {},
    weather: Weather = Weather(),
) -> tuple[RunRecord, RunRecord]:
    """Return two runs of which one began when the other had ended, each of one stage."""
    rng = np.random.default_rng(seed)
    sides = (
        run_of(rng, name="before", weather=weather),
        run_of(rng, name="after", weather=weather, slower=slower, after_s=600),
    )
    before, after = (_as_one_stage(side) for side in sides)
    return before, after


def _as_one_stage(record: RunRecord) -> RunRecord:
    result: LoadResult = record.result
    plan = replace(record.plan, stages=(Stage(duration_s=60, users=40),), rounds=1)
    return replace(record, plan=plan, result=replace(result, stages=result.stages[:1]))
