"""What a load leaves in figures."""

from collections import Counter
from collections.abc import Iterable

from b2bench.errors import RunFailed
from b2bench.runs import ErrorCount, Latency, LoadResult, QueryResult, StepCount
from loadgen.driver.books import Books
from loadgen.driver.histogram import Histogram
from loadgen.driver.ledger import QueryLedger
from loadgen.driver.meanings import meaning_of


def load_result(books: Books) -> LoadResult:
    """Return the figures of a load that has ended.

    Raises:
        RunFailed: a request was lost from the books.
    """
    ledger = books.ledger
    seen = ledger.queries.values()
    queries = tuple(_query_result(each, books) for each in seen)
    result = LoadResult(
        phase=books.phase,
        started_unix_s=books.began_unix_s,
        measured_s=books.measured_s,
        offered=ledger.begun + ledger.skipped,
        completed=sum(query.completed for query in queries),
        failed=sum(query.failed for query in queries),
        skipped=ledger.skipped,
        unfinished=ledger.unfinished,
        late=ledger.late,
        reconnects=ledger.reconnects,
        response=_together(each.response for each in seen),
        lag=_together(each.lag for each in seen),
        queries=queries,
        seconds=ledger.timeline.seconds(),
        stages=ledger.stages(books.measured_s),
        clients=tuple(process.client() for process in ledger.processes.values()),
        faults=ledger.timeline.faults(),
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


def _query_result(seen: QueryLedger, books: Books) -> QueryResult:
    return QueryResult(
        name=seen.query.name,
        slo_ms=seen.query.slo_ms,
        completed=seen.response.count,
        failed=seen.failures.total(),
        retries=_by_kind(seen.restarts),
        response=seen.response.summary(),
        service=seen.service.summary(),
        lag=seen.lag.summary(),
        steps=tuple(
            StepCount(step=step, executions=executions)
            for step, executions in seen.executions.items()
        ),
        errors=_by_kind(seen.failures),
        distribution=seen.response.distribution(),
        stages=tuple(seen.stages.spans(books.measured_s)),
        spans=tuple(seen.spans.spans(books.measured_s)),
    )


def _by_kind(counts: Counter[str]) -> tuple[ErrorCount, ...]:
    return tuple(
        ErrorCount(sqlstate=sqlstate, meaning=meaning_of(sqlstate), count=count)
        for sqlstate, count in counts.most_common()
        if count
    )
