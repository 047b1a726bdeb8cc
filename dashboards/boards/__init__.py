"""One module per dashboard; each links to all the others."""

from dashboards.boards import (
    connections_and_replication,
    monitoring_health,
    query_detail,
    query_performance,
    run_overview,
    tables_and_indexes,
    waits_and_locks,
    wal_checkpoints_io,
)
from dashboards.model import Dashboard

BOARDS: tuple[Dashboard, ...] = (
    run_overview.BOARD,
    query_performance.BOARD,
    query_detail.BOARD,
    waits_and_locks.BOARD,
    tables_and_indexes.BOARD,
    wal_checkpoints_io.BOARD,
    connections_and_replication.BOARD,
    monitoring_health.BOARD,
)
