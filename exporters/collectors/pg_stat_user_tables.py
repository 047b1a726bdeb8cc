"""Tables: scans, changes, dead rows, vacuum and analyze, blocks, size, and an estimate of bloat."""

from typing import Unpack

from exporters.collector import ViewCollector
from exporters.membership import Membership
from exporters.metric import Metric, More, counter, gauge

_LABELS = ("datname", "schemaname", "relname")


def _counter(name: str, text: str, column: str, since: int = 15) -> Metric:
    return counter(
        f"pg_stat_user_tables_{name}_total",
        text,
        column,
        labels=_LABELS,
        since=since,
        source=f"pg_stat_user_tables.{column}",
        postgres_exporter=f"pg_stat_user_tables_{column}",
    )


def _gauge(name: str, text: str, column: str, **more: Unpack[More]) -> Metric:
    if "source" not in more:
        more["source"] = f"pg_stat_user_tables.{column}"
        more["postgres_exporter"] = f"pg_stat_user_tables_{column}"
    more["labels"] = _LABELS
    return gauge(f"pg_stat_user_tables_{name}", text, column, **more)


def _blocks(name: str, text: str, column: str) -> Metric:
    return counter(
        f"pg_statio_user_tables_{name}_total",
        text,
        column,
        labels=_LABELS,
        source=f"pg_statio_user_tables.{column}",
        postgres_exporter=f"pg_statio_user_tables_{column}",
    )


SEQ_SCANS = _counter("seq_scans", "Sequential scans", "seq_scan")
SEQ_ROWS = _counter("seq_rows_read", "Rows read by sequential scans", "seq_tup_read")
INDEX_SCANS = _counter("index_scans", "Index scans", "idx_scan")
INDEX_ROWS = _counter("index_rows_fetched", "Rows fetched by index scans", "idx_tup_fetch")
INSERTED = _counter("rows_inserted", "Rows inserted", "n_tup_ins")
UPDATED = _counter("rows_updated", "Rows updated", "n_tup_upd")
HOT_UPDATED = _counter(
    "rows_hot_updated", "Rows updated without touching an index", "n_tup_hot_upd"
)
DELETED = _counter("rows_deleted", "Rows deleted", "n_tup_del")
VACUUMS = _counter("vacuums", "Vacuums by command", "vacuum_count")
AUTOVACUUMS = _counter("autovacuums", "Vacuums by autovacuum", "autovacuum_count")
ANALYZES = _counter("analyzes", "Analyzes by command", "analyze_count")
AUTOANALYZES = _counter("autoanalyzes", "Analyzes by autovacuum", "autoanalyze_count")
LIVE_ROWS = _gauge("live_rows", "Rows that are alive, as the server estimates", "n_live_tup")
DEAD_ROWS = _gauge(
    "dead_rows", "Rows that are dead and not vacuumed, as the server estimates", "n_dead_tup"
)
CHANGED_ROWS = _gauge(
    "rows_since_analyze", "Rows changed since the last analyze", "n_mod_since_analyze"
)
DEAD_LIMIT = _gauge(
    "dead_rows_limit",
    "Dead rows at which autovacuum begins",
    "dead_limit",
    source="autovacuum_vacuum_threshold + scale factor × pg_class.reltuples; the table's own first",
    reason="only where autovacuum comes to a table",
)
LAST_VACUUM = _gauge(
    "last_vacuum_timestamp_seconds",
    "When the table was vacuumed last, by whomever",
    "last_vacuum_s",
    unit="seconds",
    merge="max",
    source="greatest(last_vacuum, last_autovacuum)",
    reason="only once a table has been vacuumed",
)
LAST_ANALYZE = _gauge(
    "last_analyze_timestamp_seconds",
    "When the table was analyzed last, by whomever",
    "last_analyze_s",
    unit="seconds",
    merge="max",
    source="greatest(last_analyze, last_autoanalyze)",
    reason="only once a table has been analyzed",
)
SIZE = _gauge(
    "size_bytes",
    "Disk space of a table with what is stored out of line, without indexes",
    "size_bytes",
    unit="bytes",
    source="pg_table_size()",
)
INDEXES_SIZE = _gauge(
    "indexes_size_bytes",
    "Disk space of a table's indexes",
    "indexes_bytes",
    unit="bytes",
    source="pg_indexes_size()",
)
BLOAT = _gauge(
    "bloat_estimate_ratio",
    "Share of a table that is more than its rows need, estimated from statistics",
    "bloat_ratio",
    merge="max",
    source="pg_class, pg_stats",
    reason="only where the role may read the table's statistics, and after an analyze",
)
TRANSACTION_AGE = _gauge(
    "transaction_id_age",
    "Transactions since the table's oldest id that is not frozen",
    "xid_age",
    merge="max",
    source="age(pg_class.relfrozenxid)",
)
HEAP_HIT = _blocks("heap_blocks_hit", "Blocks of a table found in shared buffers", "heap_blks_hit")
HEAP_READ = _blocks("heap_blocks_read", "Blocks of a table read", "heap_blks_read")
INDEX_HIT = _blocks(
    "index_blocks_hit", "Blocks of a table's indexes found in shared buffers", "idx_blks_hit"
)
INDEX_READ = _blocks("index_blocks_read", "Blocks of a table's indexes read", "idx_blks_read")
METRICS = (
    SEQ_SCANS,
    SEQ_ROWS,
    INDEX_SCANS,
    INDEX_ROWS,
    INSERTED,
    UPDATED,
    HOT_UPDATED,
    DELETED,
    VACUUMS,
    AUTOVACUUMS,
    ANALYZES,
    AUTOANALYZES,
    LIVE_ROWS,
    DEAD_ROWS,
    CHANGED_ROWS,
    DEAD_LIMIT,
    LAST_VACUUM,
    LAST_ANALYZE,
    SIZE,
    INDEXES_SIZE,
    BLOAT,
    TRANSACTION_AGE,
    HEAP_HIT,
    HEAP_READ,
    INDEX_HIT,
    INDEX_READ,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector(
        "pg_stat_user_tables",
        METRICS,
        every_s=30.0,
        members=Membership(("schemaname", "relname"), ("size_bytes", "seq_tup_read", "n_tup_upd")),
    )
