"""What the exporter says of itself: whether the server answers, and what the looking costs."""

from exporters.metric import Metric

SERVER_UP = Metric(
    name="pg_up",
    kind="gauge",
    help="Whether the server answered the last scrape",
    source="the session",
    postgres_exporter="pg_up",
)
COLLECTOR_UP = Metric(
    name="b2bench_exporter_collector_up",
    kind="gauge",
    help="Whether a collector gave its series; it gives all or none",
    labels=("collector",),
    source="the exporter",
    postgres_exporter="pg_scrape_collector_success",
)
COLLECTOR_SECONDS = Metric(
    name="b2bench_exporter_collector_duration_seconds",
    kind="gauge",
    help="How long a collector took",
    labels=("collector",),
    unit="seconds",
    source="the exporter",
    postgres_exporter="pg_scrape_collector_duration_seconds",
)
SNAPSHOT_AGE = Metric(
    name="b2bench_exporter_snapshot_age_seconds",
    kind="gauge",
    help="Age of the figures; above 0 while another scrape is under way",
    unit="seconds",
    source="the exporter",
)
CONNECTIONS = Metric(
    name="b2bench_exporter_connections",
    kind="gauge",
    help="Sessions that the exporter holds open; two at most, and one more for moments",
    source="the exporter",
)
SERVER_SECONDS = Metric(
    name="b2bench_exporter_waited_seconds_total",
    kind="counter",
    help="Time that the exporter waited for the server's answers",
    unit="seconds",
    source="the exporter",
)
PROCESS_SECONDS = Metric(
    name="process_cpu_seconds_total",
    kind="counter",
    help="Processor time of the exporter",
    unit="seconds",
    source="the exporter's process",
    postgres_exporter="process_cpu_seconds_total",
)
PROCESS_MEMORY = Metric(
    name="process_resident_memory_bytes",
    kind="gauge",
    help="Memory of the exporter",
    unit="bytes",
    source="the exporter's process",
    postgres_exporter="process_resident_memory_bytes",
)
METRICS = (
    SERVER_UP,
    COLLECTOR_UP,
    COLLECTOR_SECONDS,
    SNAPSHOT_AGE,
    CONNECTIONS,
    SERVER_SECONDS,
    PROCESS_SECONDS,
    PROCESS_MEMORY,
)
