"""What failed or had to be begun anew in a run, by kind over all query classes."""

from dataclasses import dataclass

from b2bench.runs import LoadResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One SQLSTATE: requests that failed with it, transactions begun anew, and where."""

    sqlstate: str
    meaning: str
    failed: int
    retried: int
    queries: tuple[str, ...]


def failure_rows(result: LoadResult) -> list[FailureRow]:
    """Return the kinds, the most frequent first."""
    meanings = {
        each.sqlstate: each.meaning
        for query in result.queries
        for each in (*query.errors, *query.retries)
    }
    rows = [_row(result, sqlstate, meaning) for sqlstate, meaning in meanings.items()]
    return sorted(rows, key=lambda row: (-row.failed, -row.retried, row.sqlstate))


def _row(result: LoadResult, sqlstate: str, meaning: str) -> FailureRow:
    failed = [
        (query.name, each.count)
        for query in result.queries
        for each in query.errors
        if each.sqlstate == sqlstate
    ]
    retried = [
        (query.name, each.count)
        for query in result.queries
        for each in query.retries
        if each.sqlstate == sqlstate
    ]
    return FailureRow(
        sqlstate=sqlstate,
        meaning=meaning,
        failed=sum(count for _, count in failed),
        retried=sum(count for _, count in retried),
        queries=tuple(dict.fromkeys(name for name, _ in (*failed, *retried))),
    )
