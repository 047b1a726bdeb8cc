"""Every metric that is exported, from all collectors: what docs/metrics.md lists."""

from exporters import own_metrics
from exporters.collector import Collector
from exporters.collectors import (
    bench_plans,
    bench_run,
    pg_database_size,
    pg_locks,
    pg_replication_slots,
    pg_settings,
    pg_stat_activity,
    pg_stat_checkpointer,
    pg_stat_database,
    pg_stat_io,
    pg_stat_progress_vacuum,
    pg_stat_replication,
    pg_stat_statements,
    pg_stat_user_indexes,
    pg_stat_user_tables,
    pg_stat_wal,
)

# asked at every scrape through the session that stays open
OF_THE_SERVER: tuple[Collector, ...] = (
    pg_stat_database.COLLECTOR,
    pg_database_size.COLLECTOR,
    pg_locks.COLLECTOR,
    pg_stat_wal.COLLECTOR,
    pg_stat_checkpointer.COLLECTOR,
    pg_stat_io.COLLECTOR,
    pg_stat_replication.COLLECTOR,
    pg_replication_slots.COLLECTOR,
    pg_stat_progress_vacuum.COLLECTOR,
    pg_settings.COLLECTOR,
)
# asked in the database that is under load, through a session for a moment
OF_A_DATABASE: tuple[Collector, ...] = (
    pg_stat_user_tables.COLLECTOR,
    pg_stat_user_indexes.COLLECTOR,
)
METRICS = (
    *pg_stat_statements.METRICS,
    *pg_stat_activity.METRICS,
    *(metric for collector in (*OF_THE_SERVER, *OF_A_DATABASE) for metric in collector.metrics),
    *bench_run.METRICS,
    *bench_plans.METRICS,
    *own_metrics.METRICS,
)
