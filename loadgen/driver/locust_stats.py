"""Locust's own statistics, fed by the batch so that its web page works; never reported from."""

import time
from collections import Counter

import numpy as np
from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time

from loadgen.driver.harvest import Harvest, QueryHarvest
from loadgen.driver.histogram import Microseconds
from loadgen.driver.meanings import meaning_of

_KIND = "SQL"
_NS_PER_MS = 1_000_000


def feed(stats: RequestStats, harvest: Harvest) -> None:
    """Add what came to an end since the last time, warm-up included."""
    for query in harvest.queries:
        intended, _, done = query.instants()
        if done.size or query.failures:
            added = _entry(stats, query, (done - intended) // _NS_PER_MS)
            stats.entries[(query.query, _KIND)].extend(added)
            stats.total.extend(added)
        for sqlstate, count in Counter(each.sqlstate for each in query.failures).items():
            _count_error(stats, query.query, f"{sqlstate} {meaning_of(sqlstate)}", count)


def _entry(stats: RequestStats, query: QueryHarvest, response_ms: Microseconds) -> StatsEntry:
    """Return a batch as an entry of its own, as a Locust worker would send it."""
    now_s = int(time.time())
    failed = len(query.failures)
    entry = StatsEntry(stats, query.query, _KIND)
    entry.num_requests = len(response_ms) + failed
    entry.num_none_requests = failed
    entry.num_failures = failed
    entry.last_request_timestamp = time.time()
    entry.num_reqs_per_sec[now_s] = entry.num_requests
    if failed:
        entry.num_fail_per_sec[now_s] = failed
    if response_ms.size:
        _add_times(entry, response_ms)
    return entry


def _add_times(entry: StatsEntry, response_ms: Microseconds) -> None:
    entry.total_response_time = int(response_ms.sum())
    entry.min_response_time = int(response_ms.min())
    entry.max_response_time = int(response_ms.max())
    for value, count in zip(*np.unique(response_ms, return_counts=True), strict=True):
        entry.response_times[bucket_response_time(int(value))] += int(count)


def _count_error(stats: RequestStats, query: str, error: str, count: int) -> None:
    key = StatsError.create_key(_KIND, query, error)
    known = stats.errors.setdefault(key, StatsError(_KIND, query, error))
    for _ in range(count):
        known.occurred()
