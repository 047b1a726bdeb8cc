"""Vacuum: how many are under way, and how far they are."""

from exporters.collector import ViewCollector
from exporters.metric import gauge

_LABELS = ("datname", "relname", "phase")
_IDLE = "only while a table is vacuumed"
RUNNING = gauge(
    "pg_vacuum_running",
    "Vacuums under way, automatic ones among them",
    "running",
    source="count of pg_stat_progress_vacuum",
)
WORKERS = gauge(
    "pg_autovacuum_workers",
    "Workers of autovacuum at work; autovacuum_max_workers may be",
    "workers",
    source="pg_stat_activity.backend_type",
)
SCANNED = gauge(
    "pg_vacuum_scanned_ratio",
    "Share of a table's blocks that its vacuum has scanned",
    "scanned",
    labels=_LABELS,
    source="pg_stat_progress_vacuum.heap_blks_scanned ÷ heap_blks_total",
    reason=_IDLE,
)
INDEX_ROUNDS = gauge(
    "pg_vacuum_index_rounds",
    "How often a vacuum went through the indexes; more than one: too little memory",
    "index_vacuum_count",
    labels=_LABELS,
    source="pg_stat_progress_vacuum.index_vacuum_count",
    reason=_IDLE,
)
METRICS = (
    RUNNING,
    WORKERS,
    SCANNED,
    INDEX_ROUNDS,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_progress_vacuum", METRICS)
