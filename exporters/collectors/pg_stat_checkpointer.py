"""Checkpoints and the background writer, under one name on every version."""

from exporters.collector import ViewCollector
from exporters.metric import MILLISECONDS, counter

TIMED = counter(
    "pg_checkpoints_timed_total",
    "Checkpoints begun because checkpoint_timeout had passed",
    "num_timed",
    source="pg_stat_checkpointer.num_timed; before 17 pg_stat_bgwriter.checkpoints_timed",
    postgres_exporter="pg_stat_bgwriter_checkpoints_timed_total",
)
REQUESTED = counter(
    "pg_checkpoints_requested_total",
    "Checkpoints begun because max_wal_size was reached, or by command",
    "num_requested",
    source="pg_stat_checkpointer.num_requested; before 17 pg_stat_bgwriter.checkpoints_req",
    postgres_exporter="pg_stat_bgwriter_checkpoints_req_total",
)
WRITE_SECONDS = counter(
    "pg_checkpoint_write_seconds_total",
    "Time that checkpoints spent writing files",
    "write_time",
    unit="seconds",
    factor=MILLISECONDS,
    source="pg_stat_checkpointer.write_time; before 17 pg_stat_bgwriter.checkpoint_write_time",
    postgres_exporter="pg_stat_bgwriter_checkpoint_write_time_total",
)
SYNC_SECONDS = counter(
    "pg_checkpoint_sync_seconds_total",
    "Time that checkpoints spent synchronising files",
    "sync_time",
    unit="seconds",
    factor=MILLISECONDS,
    source="pg_stat_checkpointer.sync_time; before 17 pg_stat_bgwriter.checkpoint_sync_time",
    postgres_exporter="pg_stat_bgwriter_checkpoint_sync_time_total",
)
CHECKPOINT_BUFFERS = counter(
    "pg_checkpoint_buffers_written_total",
    "Buffers that checkpoints wrote",
    "buffers_written",
    source="pg_stat_checkpointer.buffers_written; before 17 pg_stat_bgwriter.buffers_checkpoint",
    postgres_exporter="pg_stat_bgwriter_buffers_checkpoint_total",
)
RESTARTPOINTS = counter(
    "pg_restartpoints_total",
    "Restartpoints that a standby did",
    "restartpoints_done",
    since=17,
    source="pg_stat_checkpointer.restartpoints_done",
)
BACKGROUND_BUFFERS = counter(
    "pg_background_writer_buffers_total",
    "Buffers that the background writer wrote",
    "buffers_clean",
    source="pg_stat_bgwriter.buffers_clean",
    postgres_exporter="pg_stat_bgwriter_buffers_clean_total",
)
BACKGROUND_STOPS = counter(
    "pg_background_writer_stops_total",
    "Times that it stopped at bgwriter_lru_maxpages",
    "maxwritten_clean",
    source="pg_stat_bgwriter.maxwritten_clean",
    postgres_exporter="pg_stat_bgwriter_maxwritten_clean_total",
)
BUFFERS_ALLOCATED = counter(
    "pg_buffers_allocated_total",
    "Shared buffers allocated",
    "buffers_alloc",
    source="pg_stat_bgwriter.buffers_alloc",
    postgres_exporter="pg_stat_bgwriter_buffers_alloc_total",
)
BACKEND_BUFFERS = counter(
    "pg_backend_buffers_written_total",
    "Buffers that sessions had to write themselves",
    "buffers_backend",
    source="pg_stat_io.writes of client backends; before 16 pg_stat_bgwriter.buffers_backend",
    postgres_exporter="pg_stat_bgwriter_buffers_backend_total",
)
METRICS = (
    TIMED,
    REQUESTED,
    WRITE_SECONDS,
    SYNC_SECONDS,
    CHECKPOINT_BUFFERS,
    RESTARTPOINTS,
    BACKGROUND_BUFFERS,
    BACKGROUND_STOPS,
    BUFFERS_ALLOCATED,
    BACKEND_BUFFERS,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_checkpointer", METRICS)
