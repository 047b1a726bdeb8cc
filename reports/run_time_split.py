"""Where a request's time went: waiting to be sent, network and driver, the server."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from b2bench.runs import QueryResult, RunRecord, StatementAccount

_US_PER_MS = 1_000
_MS_PER_S = 1_000
ALL = "all requests"

Statements = Mapping[tuple[str, str], StatementAccount]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """Mean milliseconds per completed request of one query class, or of all of them.

    Args:
        count: completed requests.
        lag_ms: from the intended start to sending.
        server_ms: execution as pg_stat_statements counts it; `None` where it is not known.
        rest_ms: what remains of the service time: network and driver, planning with the locks that
            it waits for, and a commit's flush, which pg_stat_statements does not count.
        share: of the response time of all requests together, 0 to 1.
    """

    name: str
    count: int
    lag_ms: float
    rest_ms: float
    server_ms: float | None
    share: float

    @property
    def response_ms(self) -> float:
        """All of it."""
        return self.lag_ms + self.rest_ms + (self.server_ms or 0.0)


def time_split(record: RunRecord) -> tuple[TimeSplit, ...]:
    """Return the split of each query class with an answer, that with most time in all first."""
    statements = statements_by_step(record) if record.is_account_complete else {}
    answered = [query for query in record.result.queries if query.response.count]
    whole_us = sum(map(_response_us, answered))
    splits = [_split(query, statements, whole_us) for query in answered]
    return tuple(sorted(splits, key=lambda split: -split.share))


def in_total(splits: tuple[TimeSplit, ...]) -> TimeSplit:
    """Return the split of all requests; the server's time is known if every class's is."""
    count = sum(split.count for split in splits)

    def mean(values: Iterator[float]) -> float:
        weighted = (value * split.count for value, split in zip(values, splits, strict=True))
        return sum(weighted) / max(count, 1)

    known = all(split.server_ms is not None for split in splits)
    # what is not known of the server stands in the rest
    server_ms = mean(split.server_ms or 0.0 for split in splits)
    rest_ms = mean(split.rest_ms for split in splits)
    return TimeSplit(
        name=ALL,
        count=count,
        lag_ms=mean(split.lag_ms for split in splits),
        rest_ms=rest_ms if known else rest_ms + server_ms,
        server_ms=server_ms if known else None,
        share=sum(split.share for split in splits),
    )


def busy_ms(record: RunRecord) -> float | None:
    """Return for how long a request kept one of the server's sessions busy, on average.

    It is the share of samples in which sessions were busy, so it has planning, locks and commits
    in it, which pg_stat_statements does not count; `None` where nothing was sampled.
    """
    observation, result = record.observation, record.result
    if observation is None or not observation.samples or not result.completed:
        return None
    busy = sum(wait.samples for wait in observation.waits) / observation.samples
    return busy * result.measured_s * _MS_PER_S / (result.completed + result.failed)


def _response_us(query: QueryResult) -> float:
    return (query.lag.mean_us + query.service.mean_us) * query.response.count


def _split(query: QueryResult, statements: Statements, whole_us: float) -> TimeSplit:
    service_ms = query.service.mean_us / _US_PER_MS
    server_ms = server_time_ms(query, statements)
    if server_ms is not None:
        # the server's mean has the warm-up in it, whose first executions are slower
        server_ms = min(server_ms, service_ms)
    return TimeSplit(
        name=query.name,
        count=query.response.count,
        lag_ms=query.lag.mean_us / _US_PER_MS,
        rest_ms=service_ms - (server_ms or 0.0),
        server_ms=server_ms,
        share=_response_us(query) / whole_us if whole_us else 0.0,
    )


def server_time_ms(query: QueryResult, statements: Statements) -> float | None:
    """Return the server's mean time per request, `None` where no statement was counted.

    The server's counters cover the whole load, the client's figures the measurement only. So
    the mean of one call is what counts, times the calls of one pass through the class, times
    the passes of one request: transactions that were begun anew are passes, too.
    """
    passes = max((step.executions for step in query.steps), default=0)
    counted = [
        (statement.server_time_ms / statement.server_calls) * (step.executions / passes)
        for step in query.steps
        if step.executions
        and (statement := statements.get((query.name, step.step))) is not None
        and statement.server_calls > 0
    ]
    if not counted:
        return None
    requests = query.completed + query.failed
    return sum(counted) * ((requests + query.restarts) / requests if requests else 1.0)


def statements_by_step(record: RunRecord) -> Statements:
    """Return the server's account of each query class's steps.

    Steps that share a queryid share an account, which names all of them; so do the BEGIN and
    COMMIT of all transactions, of which the plan knows no queryid.
    """
    by_queryid = {each.queryid: each for each in record.statements if each.queryid is not None}
    found = dict[tuple[str, str], StatementAccount]()
    for statement in record.statements:
        for query in statement.query.split(", "):
            for step in statement.step.split(", "):
                found.setdefault((query, step), statement)
    planned = {
        (query.name, step.name): by_queryid[step.queryid]
        for query in record.plan.queries
        for step in query.steps
        if step.queryid in by_queryid
    }
    return found | planned
