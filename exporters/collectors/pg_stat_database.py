"""Databases: transactions, blocks, rows, sessions, deadlocks, spilled files, age and size."""

from exporters.collector import ViewCollector
from exporters.metric import MILLISECONDS, Metric, counter, gauge

_LABELS = ("datname",)


def _counter(name: str, text: str, column: str) -> Metric:
    return counter(
        f"pg_stat_database_{name}_total",
        text,
        column,
        labels=_LABELS,
        source=f"pg_stat_database.{column}",
        postgres_exporter=f"pg_stat_database_{column}",
    )


def _seconds(name: str, text: str, column: str) -> Metric:
    return counter(
        f"pg_stat_database_{name}_seconds_total",
        text,
        column,
        labels=_LABELS,
        unit="seconds",
        factor=MILLISECONDS,
        source=f"pg_stat_database.{column}",
        postgres_exporter=f"pg_stat_database_{column}",
    )


BACKENDS = gauge(
    "pg_stat_database_backends",
    "Sessions of a database",
    "numbackends",
    labels=_LABELS,
    source="pg_stat_database.numbackends",
    postgres_exporter="pg_stat_database_numbackends",
)
COMMITS = _counter("commits", "Transactions committed", "xact_commit")
ROLLBACKS = _counter("rollbacks", "Transactions rolled back", "xact_rollback")
BLOCKS_HIT = _counter("blocks_hit", "Blocks found in shared buffers", "blks_hit")
BLOCKS_READ = _counter("blocks_read", "Blocks read into shared buffers", "blks_read")
ROWS_RETURNED = _counter(
    "rows_returned", "Rows read by scans of tables and indexes", "tup_returned"
)
ROWS_FETCHED = _counter("rows_fetched", "Rows fetched by index scans", "tup_fetched")
ROWS_INSERTED = _counter("rows_inserted", "Rows inserted", "tup_inserted")
ROWS_UPDATED = _counter("rows_updated", "Rows updated", "tup_updated")
ROWS_DELETED = _counter("rows_deleted", "Rows deleted", "tup_deleted")
CONFLICTS = _counter("conflicts", "Queries cancelled on a standby by recovery", "conflicts")
TEMP_FILES = _counter(
    "temp_files", "Temporary files made by sorts and hashes beyond work_mem", "temp_files"
)
TEMP_BYTES = counter(
    "pg_stat_database_temp_bytes_total",
    "Bytes written to temporary files",
    "temp_bytes",
    labels=_LABELS,
    unit="bytes",
    source="pg_stat_database.temp_bytes",
    postgres_exporter="pg_stat_database_temp_bytes",
)
DEADLOCKS = _counter("deadlocks", "Deadlocks detected", "deadlocks")
CHECKSUM_FAILURES = counter(
    "pg_stat_database_checksum_failures_total",
    "Pages whose checksum was wrong",
    "checksum_failures",
    labels=_LABELS,
    source="pg_stat_database.checksum_failures",
    reason="only with data checksums (initdb --data-checksums)",
)
READ_SECONDS = _seconds(
    "block_read", "Time spent reading blocks, with track_io_timing", "blk_read_time"
)
WRITE_SECONDS = _seconds(
    "block_write", "Time spent writing blocks, with track_io_timing", "blk_write_time"
)
SESSION_SECONDS = _seconds("session", "Time that sessions were connected", "session_time")
ACTIVE_SECONDS = _seconds("active", "Time spent executing statements", "active_time")
IDLE_IN_TRANSACTION_SECONDS = _seconds(
    "idle_in_transaction", "Time spent idle in a transaction", "idle_in_transaction_time"
)
SESSIONS = _counter("sessions", "Sessions opened", "sessions")
SESSIONS_ABANDONED = _counter(
    "sessions_abandoned", "Sessions whose client went away", "sessions_abandoned"
)
SESSIONS_FATAL = _counter("sessions_fatal", "Sessions ended by a fatal error", "sessions_fatal")
SESSIONS_KILLED = _counter("sessions_killed", "Sessions ended by an operator", "sessions_killed")
RESET = gauge(
    "pg_stat_database_reset_timestamp_seconds",
    "When a database's statistics were reset",
    "reset_s",
    merge="max",
    labels=_LABELS,
    unit="seconds",
    source="pg_stat_database.stats_reset",
    reason="only after a reset",
    postgres_exporter="pg_stat_database_stats_reset",
)
TRANSACTION_AGE = gauge(
    "pg_database_transaction_id_age",
    "Transactions since the oldest id that is not frozen",
    "xid_age",
    merge="max",
    labels=_LABELS,
    source="age(pg_database.datfrozenxid)",
)
MULTIXACT_AGE = gauge(
    "pg_database_multixact_id_age",
    "Multixacts since the oldest id that is not frozen",
    "mxid_age",
    merge="max",
    labels=_LABELS,
    source="mxid_age(pg_database.datminmxid)",
)
CONNECTION_LIMIT = gauge(
    "pg_database_connection_limit",
    "Sessions that a database allows",
    "connection_limit",
    merge="max",
    labels=_LABELS,
    source="pg_database.datconnlimit",
    reason="only where a database has a limit",
    postgres_exporter="pg_database_connection_limit",
)
METRICS = (
    BACKENDS,
    COMMITS,
    ROLLBACKS,
    BLOCKS_HIT,
    BLOCKS_READ,
    ROWS_RETURNED,
    ROWS_FETCHED,
    ROWS_INSERTED,
    ROWS_UPDATED,
    ROWS_DELETED,
    CONFLICTS,
    TEMP_FILES,
    TEMP_BYTES,
    DEADLOCKS,
    CHECKSUM_FAILURES,
    READ_SECONDS,
    WRITE_SECONDS,
    SESSION_SECONDS,
    ACTIVE_SECONDS,
    IDLE_IN_TRANSACTION_SECONDS,
    SESSIONS,
    SESSIONS_ABANDONED,
    SESSIONS_FATAL,
    SESSIONS_KILLED,
    RESET,
    TRANSACTION_AGE,
    MULTIXACT_AGE,
    CONNECTION_LIMIT,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_database", METRICS)
