"""The run under way: live.json as metrics, so that they outlive the load's process."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric as Family

from b2bench.errors import BadInput
from b2bench.queryids import StatementId
from b2bench.records import read_record
from b2bench.runs import LIVE_FILE, LiveBuckets, LiveQuery, LiveSnapshot
from exporters.families import family, histogram
from exporters.metric import Metric

REQUEST_QUERY = Metric(
    name="bench_request_query_info",
    kind="info",
    help="Which statement a request's step is to the server, 1",
    labels=("request", "step", "queryid"),
    source="EXPLAIN (VERBOSE) of the query file",
)
RUN_INFO = Metric(
    name="bench_run_info",
    kind="info",
    help="The run that is under way or has just ended, 1",
    labels=("run", "workload", "phase"),
    source="live.json",
)
RUN_USERS = Metric(
    name="bench_run_users", kind="gauge", help="Users of the run", source="live.json users"
)
RUN_AGE = Metric(
    name="bench_run_elapsed_seconds",
    kind="gauge",
    help="How long the run has been going",
    unit="seconds",
    source="live.json elapsed_s",
)
REQUESTS = Metric(
    name="bench_requests_total",
    kind="counter",
    help="Requests that ended, warm-up excluded",
    labels=("request", "outcome"),
    source="live.json completed, failed",
)
REQUEST_DURATION = Metric(
    name="bench_request_duration_seconds",
    kind="histogram",
    help="Response time from the intended start, warm-up excluded",
    labels=("request",),
    unit="seconds",
    source="live.json response",
)
REQUEST_TARGET = Metric(
    name="bench_request_target_seconds",
    kind="gauge",
    help="95th percentile that a request should stay under",
    labels=("request",),
    unit="seconds",
    source="slo_ms of the query file",
)
METRICS = (
    REQUEST_QUERY,
    RUN_INFO,
    RUN_USERS,
    RUN_AGE,
    REQUESTS,
    REQUEST_DURATION,
    REQUEST_TARGET,
)

_SHOWN_FOR_S = 300.0
_SEVERAL = "several"


class RunCollector:
    """Exports the newest run, and which statements its requests are.

    A run that knows its statements' numbers says them: the exporter's role need not be one that
    can plan them.

    Args:
        runs: the folder of runs.
        statements: the join between query classes and the server's queryids, as far as known.
    """

    name = "bench_run"
    metrics = METRICS

    def __init__(self, runs: Path, statements: Sequence[StatementId]) -> None:
        self._runs = runs
        self._statements = {(each.query, each.step): each for each in statements}

    def queryids(self) -> set[int]:
        """Return the numbers of all statements that requests are known to be."""
        self._learn(newest_snapshot(self._runs))
        return {each.queryid for each in list(self._statements.values())}

    def _learn(self, snapshot: LiveSnapshot | None) -> None:
        for query in snapshot.queries if snapshot else ():
            for step in query.steps:
                if step.queryid is not None:
                    self._statements[query.name, step.name] = StatementId(
                        query=query.name, step=step.name, queryid=step.queryid
                    )

    def collect(self) -> Iterator[Family]:
        """Yield the join always, the run's families while there is one or it has just ended."""
        snapshot = newest_snapshot(self._runs)
        self._learn(snapshot)
        joined = _one_row_per_queryid(list(self._statements.values()))
        yield family(REQUEST_QUERY, [(labels, 1.0) for labels in joined])
        if snapshot is None:
            return
        info = (snapshot.run, snapshot.workload, snapshot.phase)
        yield family(RUN_INFO, [(info, 1.0)])
        yield family(RUN_USERS, [((), float(snapshot.users))])
        yield family(RUN_AGE, [((), snapshot.elapsed_s)])
        yield family(REQUESTS, list(_outcomes(snapshot.queries)))
        yield histogram(
            REQUEST_DURATION,
            [((q.name,), _buckets(q.response), q.response.sum_s) for q in snapshot.queries],
        )
        yield family(
            REQUEST_TARGET,
            [((q.name,), q.slo_ms / 1000) for q in snapshot.queries if q.slo_ms is not None],
        )


def newest_snapshot(runs: Path) -> LiveSnapshot | None:
    """Return the newest run's snapshot; `None` when there is none, it is old, or it is damaged."""
    files = sorted(runs.glob(f"*/{LIVE_FILE}"), key=lambda path: path.parent.name)
    if not files:
        return None
    try:
        snapshot = read_record(files[-1], LiveSnapshot)
    except BadInput:
        return None
    return snapshot if time.time() - snapshot.at_unix_s < _SHOWN_FOR_S else None


def _one_row_per_queryid(statements: Sequence[StatementId]) -> list[tuple[str, str, str]]:
    """Return (request, step, queryid), each queryid once, since PromQL joins many to one."""
    rows: dict[int, tuple[str, str, str]] = {}
    for statement in statements:
        queryid = statement.queryid
        shared = queryid in rows and rows[queryid][0] != statement.query
        request = _SEVERAL if shared else statement.query
        rows[queryid] = (request, statement.step, str(queryid))
    return list(rows.values())


def _outcomes(queries: Sequence[LiveQuery]) -> Iterator[tuple[tuple[str, str], float]]:
    for query in queries:
        yield (query.name, "completed"), float(query.completed)
        yield (query.name, "failed"), float(query.failed)


def _buckets(buckets: LiveBuckets) -> list[tuple[str, float]]:
    edges = [str(edge) for edge in buckets.edges_s]
    pairs = list(zip(edges, map(float, buckets.cumulative), strict=False))
    return [*pairs, ("+Inf", float(buckets.count))]
