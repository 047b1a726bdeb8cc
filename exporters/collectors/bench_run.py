"""The run under way: live.json as metrics, so that they outlive the load's process."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric as Family

from b2bench.errors import BadInput
from b2bench.queryids import StatementId
from b2bench.records import read_record
from b2bench.runs import LIVE_FILE, LiveBuckets, LiveQuery, LiveSnapshot
from exporters import metrics
from exporters.families import family, histogram

_SHOWN_FOR_S = 300.0
_SEVERAL = "several"


class RunCollector:
    """Exports the newest run, and which statements its requests are.

    Args:
        runs: the folder of runs.
        statements: the join between query classes and the server's queryids.
    """

    name = "bench_run"

    def __init__(self, runs: Path, statements: Sequence[StatementId]) -> None:
        self._runs = runs
        self._joined = _one_row_per_queryid(statements)

    def collect(self) -> Iterator[Family]:
        """Yield the join always, the run's families while there is one or it has just ended."""
        yield family(metrics.REQUEST_QUERY, [(labels, 1.0) for labels in self._joined])
        snapshot = newest_snapshot(self._runs)
        if snapshot is None:
            return
        info = (snapshot.run, snapshot.workload, snapshot.phase)
        yield family(metrics.RUN_INFO, [(info, 1.0)])
        yield family(metrics.RUN_USERS, [((), float(snapshot.users))])
        yield family(metrics.RUN_AGE, [((), snapshot.elapsed_s)])
        yield family(metrics.REQUESTS, list(_outcomes(snapshot.queries)))
        yield histogram(
            metrics.REQUEST_DURATION,
            [((q.name,), _buckets(q.response), q.response.sum_s) for q in snapshot.queries],
        )
        yield family(
            metrics.REQUEST_TARGET,
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
