"""Replication slots: whether somebody uses them, and how much log they keep."""

from exporters.collector import ViewCollector
from exporters.metric import gauge

_LABELS = ("slot_name", "slot_type", "wal_status")
_NO_SLOT = "only with a replication slot"
ACTIVE = gauge(
    "pg_replication_slot_active",
    "1 while somebody streams from a slot",
    "active",
    labels=_LABELS,
    source="pg_replication_slots.active",
    reason=_NO_SLOT,
    postgres_exporter="pg_replication_slot_slot_is_active",
)
RETAINED_BYTES = gauge(
    "pg_replication_slot_retained_bytes",
    "Log that the server keeps for a slot",
    "retained_bytes",
    labels=_LABELS,
    unit="bytes",
    source="pg_replication_slots.restart_lsn",
    reason=_NO_SLOT,
    postgres_exporter="pg_replication_slot_slot_current_wal_lsn",
)
SAFE_BYTES = gauge(
    "pg_replication_slot_safe_wal_bytes",
    "Log that may still be made before a slot is lost",
    "safe_wal_size",
    labels=_LABELS,
    unit="bytes",
    source="pg_replication_slots.safe_wal_size",
    reason="only with a slot and max_slot_wal_keep_size",
    postgres_exporter="pg_replication_slot_safe_wal_size_bytes",
)
USED = gauge(
    "pg_replication_slots_used",
    "Slots that exist; max_replication_slots may",
    "slots",
    source="count of pg_replication_slots",
)
METRICS = (
    ACTIVE,
    RETAINED_BYTES,
    SAFE_BYTES,
    USED,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_replication_slots", METRICS)
