"""Locks and who waits for whom: kinds of locks, blocked sessions, the depth of the chains."""

from exporters.collector import ViewCollector
from exporters.metric import gauge

LOCKS = gauge(
    "pg_locks",
    "Locks that are held or waited for",
    "locks",
    labels=("datname", "mode", "granted"),
    source="count of pg_locks",
    reason="only while somebody holds a lock",
    postgres_exporter="pg_locks_count",
)
BLOCKED = gauge(
    "pg_blocked_sessions",
    "Sessions that wait for a lock",
    "blocked",
    labels=("datname",),
    source="pg_blocking_pids()",
)
BLOCKERS = gauge(
    "pg_blocking_sessions",
    "Sessions that others wait for and that wait for none: the roots of the chains",
    "roots",
    labels=("datname",),
    source="pg_blocking_pids()",
)
CHAIN_DEPTH = gauge(
    "pg_blocking_chain_depth",
    "Sessions one behind another in the longest chain of the fifty that waited longest",
    "depth",
    labels=("datname",),
    source="pg_blocking_pids()",
)
LONGEST_WAIT = gauge(
    "pg_blocked_longest_seconds",
    "How long the oldest waiting session has waited",
    "longest_s",
    labels=("datname",),
    unit="seconds",
    source="pg_locks.waitstart",
)
METRICS = (
    LOCKS,
    BLOCKED,
    BLOCKERS,
    CHAIN_DEPTH,
    LONGEST_WAIT,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_locks", METRICS)
