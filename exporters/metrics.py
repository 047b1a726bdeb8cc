"""Every metric that is exported: its name, kind, labels and source; dashboards import from here."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Args:
        name: as PromQL writes it; a histogram's without `_bucket`, `_sum`, `_count`.
        unit: base unit, empty for counts of things.
        source: column or record that it is read from.
        postgres_exporter: what that exporter calls it, empty where it has none.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""
    postgres_exporter: str = ""

    def __str__(self) -> str:
        return self.name


def _statement(name: str, text: str, column: str, unit: str = "", theirs: str = "") -> Metric:
    return Metric(
        name=f"pg_stat_statements_{name}",
        kind="counter",
        help=text,
        labels=("datname", "queryid"),
        unit=unit,
        source=f"pg_stat_statements.{column}",
        postgres_exporter=theirs,
    )


CALLS = _statement(
    "calls_total", "Executions of a statement", "calls", theirs="pg_stat_statements_calls_total"
)
EXECUTION_SECONDS = _statement(
    "execution_seconds_total",
    "Time spent executing a statement",
    "total_exec_time",
    "seconds",
    "pg_stat_statements_seconds_total",
)
ROWS = _statement(
    "rows_total",
    "Rows that a statement returned or changed",
    "rows",
    theirs="pg_stat_statements_rows_total",
)
BLOCKS_HIT = _statement(
    "shared_blocks_hit_total", "Blocks found in shared buffers", "shared_blks_hit"
)
BLOCKS_READ = _statement(
    "shared_blocks_read_total", "Blocks read into shared buffers", "shared_blks_read"
)
BLOCKS_DIRTIED = _statement("shared_blocks_dirtied_total", "Blocks changed", "shared_blks_dirtied")
TEMP_BLOCKS = _statement(
    "temp_blocks_total",
    "Blocks of temporary files read and written",
    "temp_blks_read + temp_blks_written",
)
WAL_BYTES = _statement("wal_bytes_total", "Write-ahead log made", "wal_bytes", "bytes")
BLOCK_READ_SECONDS = _statement(
    "block_read_seconds_total",
    "Time spent reading blocks",
    "shared_blk_read_time (blk_read_time before 1.11)",
    "seconds",
    "pg_stat_statements_block_read_seconds_total",
)
STATEMENT_COUNTERS = (
    CALLS,
    EXECUTION_SECONDS,
    ROWS,
    BLOCKS_HIT,
    BLOCKS_READ,
    BLOCKS_DIRTIED,
    TEMP_BLOCKS,
    WAL_BYTES,
    BLOCK_READ_SECONDS,
)
QUERY_INFO = Metric(
    name="pg_stat_statements_query_info",
    kind="info",
    help="The normalised text of a statement, 1",
    labels=("queryid", "query"),
    source="pg_stat_statements.query",
)
ENTRIES = Metric(
    name="pg_stat_statements_entries",
    kind="gauge",
    help="Statements that pg_stat_statements holds",
    source="count(*)",
)
DEALLOCATIONS = Metric(
    name="pg_stat_statements_deallocations_total",
    kind="counter",
    help="Times that the least executed statements were thrown out for want of room",
    source="pg_stat_statements_info.dealloc",
)
REQUEST_QUERY = Metric(
    name="bench_request_query_info",
    kind="info",
    help="Which statement a request's step is to the server, 1",
    labels=("request", "step", "queryid"),
    source="EXPLAIN (VERBOSE) of the query file",
)
RUN_INFO = Metric(
    name="bench_run_info",
    kind="info",
    help="The run that is under way or has just ended, 1",
    labels=("run", "workload", "phase"),
    source="live.json",
)
RUN_USERS = Metric(
    name="bench_run_users", kind="gauge", help="Users of the run", source="live.json users"
)
RUN_AGE = Metric(
    name="bench_run_elapsed_seconds",
    kind="gauge",
    help="How long the run has been going",
    unit="seconds",
    source="live.json elapsed_s",
)
REQUESTS = Metric(
    name="bench_requests_total",
    kind="counter",
    help="Requests that ended, warm-up excluded",
    labels=("request", "outcome"),
    source="live.json completed, failed",
)
REQUEST_DURATION = Metric(
    name="bench_request_duration_seconds",
    kind="histogram",
    help="Response time from the intended start, warm-up excluded",
    labels=("request",),
    unit="seconds",
    source="live.json response",
)
REQUEST_TARGET = Metric(
    name="bench_request_target_seconds",
    kind="gauge",
    help="95th percentile that a request should stay under",
    labels=("request",),
    unit="seconds",
    source="slo_ms of the query file",
)
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
METRICS = (
    *STATEMENT_COUNTERS,
    QUERY_INFO,
    ENTRIES,
    DEALLOCATIONS,
    REQUEST_QUERY,
    RUN_INFO,
    RUN_USERS,
    RUN_AGE,
    REQUESTS,
    REQUEST_DURATION,
    REQUEST_TARGET,
    SERVER_UP,
    COLLECTOR_UP,
    COLLECTOR_SECONDS,
    SNAPSHOT_AGE,
)
