"""Indexes: scans, rows, blocks, size, whether they are valid, and an estimate of bloat."""

from exporters.collector import ViewCollector
from exporters.membership import Membership
from exporters.metric import counter, gauge

_LABELS = ("datname", "schemaname", "relname", "indexrelname")
SCANS = counter(
    "pg_stat_user_indexes_scans_total",
    "Scans of an index",
    "idx_scan",
    labels=_LABELS,
    source="pg_stat_user_indexes.idx_scan",
    postgres_exporter="pg_stat_user_indexes_idx_scan",
)
ENTRIES_READ = counter(
    "pg_stat_user_indexes_entries_read_total",
    "Entries that scans of an index returned",
    "idx_tup_read",
    labels=_LABELS,
    source="pg_stat_user_indexes.idx_tup_read",
    postgres_exporter="pg_stat_user_indexes_idx_tup_read",
)
ROWS_FETCHED = counter(
    "pg_stat_user_indexes_rows_fetched_total",
    "Live rows that plain scans of an index fetched",
    "idx_tup_fetch",
    labels=_LABELS,
    source="pg_stat_user_indexes.idx_tup_fetch",
    postgres_exporter="pg_stat_user_indexes_idx_tup_fetch",
)
BLOCKS_HIT = counter(
    "pg_statio_user_indexes_blocks_hit_total",
    "Blocks of an index found in shared buffers",
    "idx_blks_hit",
    labels=_LABELS,
    source="pg_statio_user_indexes.idx_blks_hit",
    postgres_exporter="pg_statio_user_indexes_idx_blks_hit_total",
)
BLOCKS_READ = counter(
    "pg_statio_user_indexes_blocks_read_total",
    "Blocks of an index read",
    "idx_blks_read",
    labels=_LABELS,
    source="pg_statio_user_indexes.idx_blks_read",
    postgres_exporter="pg_statio_user_indexes_idx_blks_read_total",
)
SIZE = gauge(
    "pg_stat_user_indexes_size_bytes",
    "Disk space of an index",
    "size_bytes",
    labels=_LABELS,
    unit="bytes",
    source="pg_relation_size()",
)
INVALID = gauge(
    "pg_stat_user_indexes_invalid",
    "1 for an index that the planner may not use",
    "invalid",
    labels=_LABELS,
    source="pg_index.indisvalid",
)
UNUSED_SIZE = gauge(
    "pg_stat_user_indexes_unused_bytes",
    "Disk space of an index that no scan used since statistics began and no constraint needs",
    "unused_bytes",
    labels=_LABELS,
    unit="bytes",
    source="pg_stat_user_indexes.idx_scan, pg_index",
)
BLOAT = gauge(
    "pg_stat_user_indexes_bloat_estimate_ratio",
    "Share of a B-tree that is more than its entries need, estimated from statistics",
    "bloat_ratio",
    merge="max",
    labels=_LABELS,
    source="pg_class, pg_stats",
    reason="only where the role may read the table's statistics, and after an analyze",
)
METRICS = (
    SCANS,
    ENTRIES_READ,
    ROWS_FETCHED,
    BLOCKS_HIT,
    BLOCKS_READ,
    SIZE,
    INVALID,
    UNUSED_SIZE,
    BLOAT,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector(
        "pg_stat_user_indexes",
        METRICS,
        every_s=30.0,
        members=Membership(("schemaname", "relname", "indexrelname"), ("size_bytes", "idx_scan")),
    )
