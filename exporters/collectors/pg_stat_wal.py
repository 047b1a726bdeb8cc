"""Write-ahead log: how much is made, how often it is written and synchronised, where it stands."""

from exporters.collector import ViewCollector
from exporters.metric import MILLISECONDS, counter, gauge

RECORDS = counter(
    "pg_wal_records_total",
    "Records of write-ahead log made",
    "wal_records",
    source="pg_stat_wal.wal_records",
    postgres_exporter="pg_stat_wal_records",
)
FULL_PAGES = counter(
    "pg_wal_full_page_images_total",
    "Whole pages written to the log, the first time after a checkpoint",
    "wal_fpi",
    source="pg_stat_wal.wal_fpi",
    postgres_exporter="pg_stat_wal_fpi",
)
BYTES = counter(
    "pg_wal_bytes_total",
    "Write-ahead log made",
    "wal_bytes",
    unit="bytes",
    source="pg_stat_wal.wal_bytes",
    postgres_exporter="pg_stat_wal_bytes",
)
BUFFERS_FULL = counter(
    "pg_wal_buffers_full_total",
    "Writes because the log's buffers were full: wal_buffers is small",
    "wal_buffers_full",
    source="pg_stat_wal.wal_buffers_full",
    postgres_exporter="pg_stat_wal_buffers_full",
)
WRITES = counter(
    "pg_wal_writes_total",
    "Writes of the log to disk",
    "wal_write",
    source="pg_stat_wal.wal_write; 18: pg_stat_io of object wal",
    postgres_exporter="pg_stat_wal_write",
)
SYNCS = counter(
    "pg_wal_syncs_total",
    "Times that the log was synchronised to disk",
    "wal_sync",
    source="pg_stat_wal.wal_sync; 18: pg_stat_io of object wal",
    postgres_exporter="pg_stat_wal_sync",
)
WRITE_SECONDS = counter(
    "pg_wal_write_seconds_total",
    "Time spent writing the log, with track_wal_io_timing",
    "wal_write_time",
    unit="seconds",
    factor=MILLISECONDS,
    source="pg_stat_wal.wal_write_time; 18: pg_stat_io of object wal",
    postgres_exporter="pg_stat_wal_write_time",
)
SYNC_SECONDS = counter(
    "pg_wal_sync_seconds_total",
    "Time spent synchronising the log, with track_wal_io_timing",
    "wal_sync_time",
    unit="seconds",
    factor=MILLISECONDS,
    source="pg_stat_wal.wal_sync_time; 18: pg_stat_io of object wal",
    postgres_exporter="pg_stat_wal_sync_time",
)
POSITION = gauge(
    "pg_wal_position_bytes",
    "Where the log ends, counted from its beginning",
    "position_bytes",
    unit="bytes",
    source="pg_current_wal_lsn(), on a standby pg_last_wal_replay_lsn()",
)
METRICS = (
    RECORDS,
    FULL_PAGES,
    BYTES,
    BUFFERS_FULL,
    WRITES,
    SYNCS,
    WRITE_SECONDS,
    SYNC_SECONDS,
    POSITION,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_wal", METRICS)
