"""Replication: how far standbys are behind, and how far this server is when it is one."""

from exporters.collector import ViewCollector
from exporters.metric import Metric, gauge

_LABELS = ("standby", "state", "sync_state")
_NO_STANDBY = "only with a standby"


def _lag(name: str, text: str, column: str, unit: str) -> Metric:
    return gauge(
        f"pg_replication_{name}",
        text,
        column,
        labels=_LABELS,
        unit=unit,
        reason=_NO_STANDBY,
        source=f"pg_stat_replication.{column.removesuffix('_s').removesuffix('_bytes')}",
        postgres_exporter="pg_stat_replication_pg_wal_lsn_diff" if unit == "bytes" else "",
    )


SENT_LAG_BYTES = _lag(
    "sent_lag_bytes", "Log that was not sent to a standby yet", "sent_lsn_bytes", "bytes"
)
REPLAY_LAG_BYTES = _lag(
    "replay_lag_bytes", "Log that a standby did not replay yet", "replay_lsn_bytes", "bytes"
)
WRITE_LAG_SECONDS = _lag(
    "write_lag_seconds", "Delay until a standby wrote", "write_lag_s", "seconds"
)
FLUSH_LAG_SECONDS = _lag(
    "flush_lag_seconds", "Delay until a standby flushed", "flush_lag_s", "seconds"
)
REPLAY_LAG_SECONDS = _lag(
    "replay_lag_seconds", "Delay until a standby replayed", "replay_lag_s", "seconds"
)
STANDBYS = gauge(
    "pg_replication_standbys",
    "Standbys that stream from this server",
    "standbys",
    source="count of pg_stat_replication",
)
IN_RECOVERY = gauge(
    "pg_replication_is_replica",
    "1 where the server is a standby",
    "in_recovery",
    source="pg_is_in_recovery()",
    postgres_exporter="pg_replication_is_replica",
)
OWN_LAG_SECONDS = gauge(
    "pg_replication_own_lag_seconds",
    "On a standby: time since the last transaction that it replayed, 0 when it has all",
    "own_lag_s",
    unit="seconds",
    source="pg_last_xact_replay_timestamp()",
    reason="only on a standby",
    postgres_exporter="pg_replication_lag_seconds",
)
METRICS = (
    SENT_LAG_BYTES,
    REPLAY_LAG_BYTES,
    WRITE_LAG_SECONDS,
    FLUSH_LAG_SECONDS,
    REPLAY_LAG_SECONDS,
    STANDBYS,
    IN_RECOVERY,
    OWN_LAG_SECONDS,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_replication", METRICS)
