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

_OF_THE_SERVER = (
    pg_stat_database,
    pg_database_size,
    pg_locks,
    pg_stat_wal,
    pg_stat_checkpointer,
    pg_stat_io,
    pg_stat_replication,
    pg_replication_slots,
    pg_stat_progress_vacuum,
    pg_settings,
)
_OF_A_DATABASE = (pg_stat_user_tables, pg_stat_user_indexes)
MODULES = (
    pg_stat_statements,
    pg_stat_activity,
    *_OF_THE_SERVER,
    *_OF_A_DATABASE,
    bench_run,
    bench_plans,
    own_metrics,
)
METRICS = tuple(metric for module in MODULES for metric in module.METRICS)


def of_the_server() -> tuple[Collector, ...]:
    """Return what is asked at every scrape through the session that stays open."""
    return tuple(module.collector() for module in _OF_THE_SERVER)


def of_a_database() -> tuple[Collector, ...]:
    """Return what is asked in the database under load, through a session for a moment."""
    return tuple(module.collector() for module in _OF_A_DATABASE)
