"""The run as it looks now, for exporters and whoever waits for it."""

import time

from b2bench.runs import LiveQuery, LiveSnapshot
from loadgen.driver.books import Books


def snapshot(books: Books) -> LiveSnapshot:
    """Return what the load did so far."""
    planned = {query.name: query for query in books.plan.queries}
    return LiveSnapshot(
        run=books.plan.run,
        workload=books.plan.workload,
        phase=books.phase,
        at_unix_s=time.time(),
        elapsed_s=books.elapsed_s,
        users=books.ledger.users,
        queries=tuple(
            LiveQuery(
                name=name,
                slo_ms=seen.query.slo_ms,
                completed=seen.response.count,
                failed=seen.failures.total(),
                response=seen.buckets(),
                steps=planned[name].steps if name in planned else (),
            )
            for name, seen in books.ledger.queries.items()
        ),
    )
