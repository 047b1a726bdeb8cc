"""Reads, writes and evictions by kind of process and of access (PostgreSQL 16 and newer)."""

from exporters.collector import ViewCollector
from exporters.metric import MILLISECONDS, Metric, counter

_LABELS = ("backend_type", "object", "context")


def _io(name: str, text: str, column: str) -> Metric:
    return counter(
        f"pg_stat_io_{name}_total",
        text,
        column,
        labels=_LABELS,
        since=16,
        source=f"pg_stat_io.{column}",
    )


def _seconds(name: str, text: str, column: str) -> Metric:
    return counter(
        f"pg_stat_io_{name}_seconds_total",
        f"{text}, with track_io_timing",
        column,
        labels=_LABELS,
        unit="seconds",
        factor=MILLISECONDS,
        since=16,
        source=f"pg_stat_io.{column}",
    )


def _bytes(name: str, text: str, column: str, operations: str) -> Metric:
    return counter(
        f"pg_stat_io_{name}_bytes_total",
        text,
        column,
        labels=_LABELS,
        unit="bytes",
        since=16,
        source=f"pg_stat_io.{column}; before 18 {operations} × op_bytes",
    )


READS = _io("reads", "Read operations", "reads")
WRITES = _io("writes", "Write operations", "writes")
EXTENDS = _io("extends", "Operations that made a file longer", "extends")
HITS = _io("hits", "Blocks found in a buffer", "hits")
EVICTIONS = _io("evictions", "Blocks thrown out of a buffer to make room", "evictions")
REUSES = _io("reuses", "Buffers of a ring used again", "reuses")
SYNCS = _io("syncs", "Synchronisations to disk", "fsyncs")
READ_BYTES = _bytes("read", "Bytes read", "read_bytes", "reads")
WRITE_BYTES = _bytes("write", "Bytes written", "write_bytes", "writes")
READ_SECONDS = _seconds("read", "Time spent reading", "read_time")
WRITE_SECONDS = _seconds("write", "Time spent writing", "write_time")
SYNC_SECONDS = _seconds("sync", "Time spent synchronising", "fsync_time")
METRICS = (
    READS,
    WRITES,
    EXTENDS,
    HITS,
    EVICTIONS,
    REUSES,
    SYNCS,
    READ_BYTES,
    WRITE_BYTES,
    READ_SECONDS,
    WRITE_SECONDS,
    SYNC_SECONDS,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_stat_io", METRICS)
