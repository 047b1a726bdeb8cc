"""What a load leaves: its figures, and its histograms for whoever wants to merge them."""

import io
from collections.abc import Iterable
from pathlib import Path

from hdrh.log import HistogramLogWriter
from psycopg import errors

from b2bench.errors import RunFailed
from b2bench.records import write_atomically
from b2bench.runs import ClientProcess, ErrorCount, Latency, LoadResult, QueryResult, StepCount
from loadgen.driver.connection import CONNECTION_FAILURE
from loadgen.driver.histogram import Histogram
from loadgen.driver.load import Load
from loadgen.driver.recorder import QueryRecorder

_US_PER_MS = 1_000.0


def load_result(load: Load) -> LoadResult:
    """Return the figures of a load that has ended.

    Raises:
        RunFailed: a request was lost from the books.
    """
    recorders = load.recorder.queries.values()
    queries = tuple(map(_query_result, recorders))
    skipped = load.skipped
    result = LoadResult(
        phase=load.phase,
        started_unix_s=load.began_unix_s,
        measured_s=load.window.measured_s,
        offered=load.recorder.begun + skipped,
        completed=sum(query.completed for query in queries),
        failed=sum(query.failed for query in queries),
        skipped=skipped,
        unfinished=load.recorder.unfinished,
        late=0,
        reconnects=0,
        response=_together(seen.response for seen in recorders),
        lag=_together(seen.lag for seen in recorders),
        queries=queries,
        seconds=load.recorder.timeline.seconds(),
        stages=(),
        clients=(
            ClientProcess(cpu_share=load.client_cpu_share, cpu_seconds=(), loop_lag=_together([])),
        ),
    )
    _require_balance(result)
    return result


def _require_balance(result: LoadResult) -> None:
    accounted = result.completed + result.failed + result.skipped + result.unfinished
    if result.offered != accounted:
        raise RunFailed(
            f"{result.offered} requests were offered and {accounted} accounted for: a bug in"
            " b2bench, please report it"
        )


def _together(histograms: Iterable[Histogram]) -> Latency:
    total = Histogram()
    for histogram in histograms:
        total.add(histogram)
    return total.summary()


def _query_result(seen: QueryRecorder) -> QueryResult:
    return QueryResult(
        name=seen.program.query.name,
        slo_ms=seen.program.query.slo_ms,
        completed=seen.response.count,
        failed=seen.failures.total(),
        retries=(),
        response=seen.response.summary(),
        service=seen.service.summary(),
        lag=seen.lag.summary(),
        steps=tuple(
            StepCount(step=step, executions=executions)
            for step, executions in seen.program.executions.items()
        ),
        errors=tuple(
            ErrorCount(sqlstate=sqlstate, meaning=meaning_of(sqlstate), count=count)
            for sqlstate, count in seen.failures.most_common()
        ),
    )


def meaning_of(sqlstate: str) -> str:
    """Return PostgreSQL's name for an SQLSTATE.

    >>> meaning_of("40001")
    'serialization failure'
    """
    if sqlstate == CONNECTION_FAILURE:
        return "connection lost"
    try:
        name = errors.lookup(sqlstate).__name__
    except KeyError:
        return "unknown"
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def write_histograms(path: Path, load: Load) -> None:
    """Write all histograms in HdrHistogram's log format, tagged `<query class>/<kind>`.

    The kinds are response, service and lag, in microseconds.
    """
    text = io.StringIO()
    writer = HistogramLogWriter(text)
    writer.output_log_format_version()
    writer.output_comment(f"[StartTime: {load.began_unix_s:.3f} (seconds since epoch)]")
    writer.output_legend()
    begin_s = load.began_unix_s + load.plan.warmup_s
    for name, seen in load.recorder.queries.items():
        for kind in ("response", "service", "lag"):
            text.write(f"Tag={name}/{kind},")
            writer.output_interval_histogram(
                getattr(seen, kind).hdr, begin_s, begin_s + load.window.measured_s, _US_PER_MS
            )
    write_atomically(path, text.getvalue().encode())
