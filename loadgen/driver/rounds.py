"""Several short loads of one plan as one result: counts added, histograms merged, time kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from b2bench.errors import RunFailed
from b2bench.runs import (
    ClientProcess,
    ErrorCount,
    Latency,
    LoadResult,
    QueryResult,
    RunPlan,
    Span,
    StepCount,
)
from loadgen.driver.histogram import Histogram
from loadgen.driver.histogram_log import KINDS, read_histograms, write_histograms

Histograms = Mapping[str, Histogram]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One of the loads; the histograms are those of its file, by `<query class>/<kind>`."""

    result: LoadResult
    histograms: Histograms


def read_round(result: LoadResult, histograms: Path) -> Round:
    """Return a load that has ended, with its histograms.

    Raises:
        RunFailed: the file cannot be read, or lacks a histogram.
    """
    found = read_histograms(histograms)
    wanted = {f"{query.name}/{kind}" for query in result.queries for kind in KINDS}
    if missing := wanted - found.keys():
        raise RunFailed(f"{histograms} lacks {', '.join(sorted(missing))}")
    return Round(result=result, histograms=found)


def one_round(plan: RunPlan, rounds: int) -> RunPlan:
    """Return the plan of one round: as the whole, each stage shorter."""
    return replace(
        plan,
        stages=tuple(replace(stage, duration_s=stage.duration_s / rounds) for stage in plan.stages),
    )


def repeated(one: RunPlan, rounds: int) -> RunPlan:
    """Return the plan of all rounds together, whose stages are those of each round in turn."""
    return replace(one, stages=one.stages * rounds, rounds=rounds)


def merge_rounds(rounds: Sequence[Round]) -> LoadResult:
    """Return one result for all rounds.

    Everything counts from the first round's start, so that the clock tells when each part was:
    between two rounds nothing was measured. Counts, means and histograms are exact; of the
    client's loop lag, whose histogram is not kept, percentiles are those of the worst round.

    Args:
        rounds: at least one, in the order of time.
    """
    first = rounds[0].result
    results = [each.result for each in rounds]
    queries = tuple(_query(query.name, rounds) for query in first.queries)
    return LoadResult(
        phase="finished" if all(each.phase == "finished" for each in results) else "interrupted",
        started_unix_s=first.started_unix_s,
        measured_s=sum(each.measured_s for each in results),
        offered=sum(each.offered for each in results),
        completed=sum(each.completed for each in results),
        failed=sum(each.failed for each in results),
        skipped=sum(each.skipped for each in results),
        unfinished=sum(each.unfinished for each in results),
        late=sum(each.late for each in results),
        reconnects=sum(each.reconnects for each in results),
        response=_together(queries, rounds, "response"),
        lag=_together(queries, rounds, "lag"),
        queries=queries,
        seconds=tuple(
            replace(second, elapsed_s=second.elapsed_s + int(after_s))
            for after_s, result in _placed(results)
            for second in result.seconds
        ),
        stages=_stages(results, results),
        clients=_clients(results),
        faults=tuple(
            replace(fault, elapsed_s=fault.elapsed_s + int(after_s))
            for after_s, result in _placed(results)
            for fault in result.faults
        ),
    )


def write_merged(path: Path, rounds: Sequence[Round]) -> None:
    """Write the histograms of all rounds as one log, in the form of a single load's.

    Raises:
        BadInput: the file cannot be written.
    """
    first, last = rounds[0].result, rounds[-1].result
    end_s = last.started_unix_s + last.measured_s
    write_histograms(
        path,
        ((tag, _sum_of(each.histograms[tag] for each in rounds)) for tag in rounds[0].histograms),
        start_unix_s=first.started_unix_s,
        begin_unix_s=first.started_unix_s,
        end_unix_s=end_s,
    )


def _placed(results: Sequence[LoadResult]) -> list[tuple[float, LoadResult]]:
    """Return each result with the seconds from the first one's start to its own."""
    start = results[0].started_unix_s
    return [(result.started_unix_s - start, result) for result in results]


def _query(name: str, rounds: Sequence[Round]) -> QueryResult:
    results = [each.result for each in rounds]
    mine = [query for result in results for query in result.queries if query.name == name]
    merged = {kind: _merged(rounds, mine, kind) for kind in KINDS}
    quantiles = next((query.distribution for query in mine if query.distribution), ())
    return QueryResult(
        name=name,
        slo_ms=mine[0].slo_ms,
        completed=sum(query.completed for query in mine),
        failed=sum(query.failed for query in mine),
        retries=_kinds(kind for query in mine for kind in query.retries),
        response=_exact(merged["response"], [query.response for query in mine]),
        service=_exact(merged["service"], [query.service for query in mine]),
        lag=_exact(merged["lag"], [query.lag for query in mine]),
        steps=_steps(step for query in mine for step in query.steps),
        errors=_kinds(kind for query in mine for kind in query.errors),
        distribution=tuple(
            (quantile, merged["response"].percentile_us(100 * quantile))
            for quantile, _ in quantiles
        ),
        stages=_stages(results, mine),
        spans=tuple(
            replace(part, begin_s=part.begin_s + after_s)
            for (after_s, _), query in zip(_placed(results), mine, strict=True)
            for part in query.spans
        ),
    )


def _merged(rounds: Sequence[Round], queries: Sequence[QueryResult], kind: str) -> Histogram:
    """Return all values of one kind of a query class."""
    total = _sum_of(each.histograms[f"{queries[0].name}/{kind}"] for each in rounds)
    # the file keeps it to three digits
    total.hdr.max_value = max(getattr(query, kind).max_us for query in queries)
    return total


def _sum_of(histograms: Iterable[Histogram]) -> Histogram:
    total = Histogram()
    for histogram in histograms:
        total.hdr.add(histogram.hdr)
    return total


def _together(queries: Sequence[QueryResult], rounds: Sequence[Round], kind: str) -> Latency:
    parts = [getattr(query, kind) for query in queries]
    tags = [f"{query.name}/{kind}" for query in queries]
    total = _sum_of(each.histograms[tag] for each in rounds for tag in tags)
    total.hdr.max_value = max((part.max_us for part in parts), default=0)
    return _exact(total, parts)


def _exact(merged: Histogram, parts: Sequence[Latency]) -> Latency:
    """Return a histogram's figures with the exact mean: its file does not keep the sum."""
    return replace(merged.summary(), mean_us=_mean_us(parts))


def _mean_us(parts: Sequence[Latency]) -> float:
    count = sum(part.count for part in parts)
    return sum(part.mean_us * part.count for part in parts) / count if count else 0.0


def _stages(
    results: Sequence[LoadResult], parts: Sequence[LoadResult | QueryResult]
) -> tuple[Span, ...]:
    """Return the stages of all rounds; a round that names none is one itself."""
    return tuple(
        replace(stage, begin_s=stage.begin_s + after_s)
        for (after_s, result), part in zip(_placed(results), parts, strict=True)
        for stage in part.stages or (_whole(part, result.measured_s),)
    )


def _whole(part: LoadResult | QueryResult, measured_s: float) -> Span:
    return Span(
        begin_s=0.0,
        duration_s=measured_s,
        completed=part.completed,
        failed=part.failed,
        mean_us=part.response.mean_us,
        p50_us=part.response.p50_us,
        p95_us=part.response.p95_us,
        p99_us=part.response.p99_us,
    )


def _kinds(kinds: Iterable[ErrorCount]) -> tuple[ErrorCount, ...]:
    found: dict[str, ErrorCount] = {}
    for kind in kinds:
        before = found.get(kind.sqlstate)
        found[kind.sqlstate] = replace(kind, count=kind.count + (before.count if before else 0))
    return tuple(sorted(found.values(), key=lambda kind: -kind.count))


def _steps(steps: Iterable[StepCount]) -> tuple[StepCount, ...]:
    executions = defaultdict[str, int](int)
    for step in steps:
        executions[step.step] += step.executions
    return tuple(StepCount(step=step, executions=count) for step, count in executions.items())


def _clients(results: Sequence[LoadResult]) -> tuple[ClientProcess, ...]:
    """Return one entry for each place among the processes, over all rounds."""
    places = max(len(result.clients) for result in results)
    return tuple(
        _client([result for result in results if len(result.clients) > place], place)
        for place in range(places)
    )


def _client(results: Sequence[LoadResult], place: int) -> ClientProcess:
    clients = [result.clients[place] for result in results]
    measured_s = sum(result.measured_s for result in results)
    used_s = sum(result.clients[place].cpu_share * result.measured_s for result in results)
    return ClientProcess(
        cpu_share=used_s / measured_s if measured_s else 0.0,
        cpu_seconds=_added([client.cpu_seconds for client in clients]),
        loop_lag=_worst([client.loop_lag for client in clients]),
    )


def _added(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    width = max(map(len, rows), default=0)
    return tuple(sum(row[place] for row in rows if place < len(row)) for place in range(width))


def _worst(latencies: Sequence[Latency]) -> Latency:
    return Latency(
        count=sum(each.count for each in latencies),
        mean_us=_mean_us(latencies),
        p50_us=max(each.p50_us for each in latencies),
        p90_us=max(each.p90_us for each in latencies),
        p95_us=max(each.p95_us for each in latencies),
        p99_us=max(each.p99_us for each in latencies),
        p999_us=max(each.p999_us for each in latencies),
        max_us=max(each.max_us for each in latencies),
    )
