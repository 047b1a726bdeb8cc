"""The server's version, start and settings: what panels and alerts measure against."""

from exporters.collector import ViewCollector
from exporters.metric import Metric, gauge

SERVER_INFO = Metric(
    name="pg_server_info",
    kind="info",
    help="The server's version, 1",
    labels=("version", "major"),
    column="one",
    source="server_version",
    postgres_exporter="pg_static",
)
START = gauge(
    "pg_postmaster_start_timestamp_seconds",
    "When the server was started",
    "start_s",
    unit="seconds",
    source="pg_postmaster_start_time()",
    postgres_exporter="pg_postmaster_start_time_seconds",
)
SETTING = gauge(
    "pg_setting",
    "A setting that is a number or a truth value, in bytes or seconds where it has a unit",
    "value",
    labels=("name",),
    source="pg_settings.setting",
    postgres_exporter="pg_settings_*",
)
PENDING_RESTART = gauge(
    "pg_settings_pending_restart",
    "Settings that were changed and wait for a restart",
    "pending",
    source="pg_settings.pending_restart",
)
METRICS = (
    SERVER_INFO,
    START,
    SETTING,
    PENDING_RESTART,
)


def collector() -> ViewCollector:
    """Return a collector that has counted nothing yet."""
    return ViewCollector("pg_settings", METRICS, every_s=60.0)
