"""One side of a twin in one round: what its client saw, and what the server counted meanwhile."""

from collections.abc import Sequence

from b2bench.queries import QueryClass
from b2bench.queryids import SET_CONFIG
from b2bench.runs import LoadResult, PlannedQuery, QueryResult
from loadgen.driver.program import Program
from loadgen.driver.statements import Counters, Snapshot
from loadgen.driver.twin.pgbench import PgbenchQuery, PgbenchResult
from reports.twin import TwinQuery, TwinSide

_US_PER_MS = 1_000


class Served:
    """What the server counted between two snapshots for the statements of a plan."""

    def __init__(self, queries: Sequence[PlannedQuery], before: Snapshot, after: Snapshot) -> None:
        self._queries = {query.name: query for query in queries}
        self._before, self._after = before, after
        numbers = {
            step.queryid for query in queries for step in query.steps if step.queryid is not None
        }
        # statements that share a number are counted once
        self.calls = sum(self._since(queryid).calls for queryid in numbers)
        self.time_us = sum(self._since(queryid).time_ms for queryid in numbers) * _US_PER_MS

        self.blocks = sum(self._since(queryid).shared_blocks for queryid in numbers)

    def _since(self, queryid: int) -> Counters:
        none = Counters(queryid=queryid)
        before = self._before.counters.get(queryid, none)
        return self._after.counters.get(queryid, none).since(before)

    def pass_us(self, name: str) -> float | None:
        """Return the server's time for one pass through the steps of a query class."""
        served = [
            self._since(step.queryid)
            for step in self._queries[name].steps
            # the settings of all query classes may have one number
            if step.queryid is not None and step.name != SET_CONFIG
        ]
        calls = max((each.calls for each in served), default=0)
        return sum(each.time_ms for each in served) * _US_PER_MS / calls if calls else None

    def numbered(self, name: str) -> set[str]:
        """Return the names of a query class's statements that the server numbers."""
        return {step.name for step in self._queries[name].steps if step.queryid is not None}


def our_side(result: LoadResult, served: Served) -> TwinSide:
    """Return what our load did in a round."""
    sent = sum(
        step.executions
        for query in result.queries
        for step in query.steps
        if step.step in served.numbered(query.name)
    )
    passes = sum(
        max((step.executions for step in query.steps), default=0) for query in result.queries
    )
    return TwinSide(
        completed=result.completed,
        failed=result.failed,
        skipped=result.skipped,
        retries=sum(query.restarts for query in result.queries),
        per_s=result.completed / result.measured_s if result.measured_s else 0.0,
        client_cpu_s=result.client_cpu_s,
        cpu_requests=result.completed,
        mean_us=result.response.mean_us,
        p50_us=result.response.p50_us,
        p95_us=result.response.p95_us,
        p99_us=result.response.p99_us,
        server_us=served.time_us / passes if passes else 0.0,
        server_blocks=served.blocks / passes if passes else 0.0,
        sent=sent,
        counted=served.calls,
        queries=_queries(result.queries, served),
    )


def pgbench_side(result: PgbenchResult, queries: Sequence[QueryClass], served: Served) -> TwinSide:
    """Return what pgbench did in a round."""
    statements = {query.name: len(Program(query).statements) for query in queries}
    passes = sum(query.all_completed + query.all_retries for query in result.queries)
    return TwinSide(
        completed=result.completed,
        failed=result.failed,
        skipped=result.skipped,
        retries=sum(query.all_retries for query in result.queries),
        per_s=result.completed / result.measured_s,
        client_cpu_s=result.client_cpu_s,
        cpu_requests=result.cpu_requests,
        mean_us=result.response.mean_us,
        p50_us=result.response.p50_us,
        p95_us=result.response.p95_us,
        p99_us=result.response.p99_us,
        server_us=served.time_us / passes if passes else 0.0,
        server_blocks=served.blocks / passes if passes else 0.0,
        sent=sum(query.all_completed * statements[query.name] for query in result.queries),
        counted=served.calls,
        queries=_queries(result.queries, served),
    )


def _queries(
    queries: Sequence[QueryResult] | Sequence[PgbenchQuery], served: Served
) -> tuple[TwinQuery, ...]:
    return tuple(
        TwinQuery(
            name=query.name,
            completed=query.completed,
            mean_us=query.response.mean_us,
            p50_us=query.response.p50_us,
            p95_us=query.response.p95_us,
            server_us=served.pass_us(query.name),
        )
        for query in queries
    )
