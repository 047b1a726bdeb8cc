"""How large databases are; the folders are walked, so it is asked once a minute."""

from exporters.collector import ViewCollector
from exporters.metric import gauge

SIZE = gauge(
    "pg_database_size_bytes",
    "Disk space of a database",
    "size_bytes",
    labels=("datname",),
    unit="bytes",
    source="pg_database_size()",
    postgres_exporter="pg_database_size_bytes",
)
METRICS = (SIZE,)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_database_size", METRICS, every_s=60.0)
