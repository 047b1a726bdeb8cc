"""For each alert: series that make it fire, and series under which it must be quiet."""

from dataclasses import dataclass

_AT = 'instance="here"'
_DB = f'{_AT},datname="shop"'
_TABLE = f'{_DB},schemaname="public",relname="orders"'
_SLOT = f'{_AT},slot_name="s",slot_type="physical"'
_REQUEST = f'{_AT},request="cart"'
_CART = f'bench_request_query_info{{{_REQUEST},queryid="7",step="main"}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Samples a minute apart, as promtool writes them; looked at after so many minutes."""

    firing: tuple[str, ...]
    quiet: tuple[str, ...]
    after_min: int = 30


def _bucket(good: str, completed: str, failed: str, target: str = "0.1") -> tuple[str, ...]:
    return (
        f"bench_request_target_seconds{{{_REQUEST}}} {target}x60",
        f'bench_request_duration_seconds_bucket{{{_REQUEST},le="0.1"}} {good}',
        f'bench_requests_total{{{_REQUEST},outcome="completed"}} {completed}',
        f'bench_requests_total{{{_REQUEST},outcome="failed"}} {failed}',
    )


def _per_call(*seconds: str) -> tuple[str, ...]:
    """Sixty calls a minute that take so many seconds."""
    labels = f'{_DB},queryid="7"'
    return (
        f"{_CART} 1x180",
        f"pg_stat_statements_calls_total{{{labels}}} 0+60x180",
        f"pg_stat_statements_execution_seconds_total{{{labels}}} {' '.join(seconds)}",
    )


def _over(part: str, setting: str, most: int, firing: int, quiet: int) -> Case:
    limit = f'pg_setting{{{_AT},name="{setting}"}} {most}x60'
    return Case(firing=(f"{part} {firing}x60", limit), quiet=(f"{part} {quiet}x60", limit))


def _level(series: str, firing: str, quiet: str) -> Case:
    return Case(firing=(f"{series} {firing}x90",), quiet=(f"{series} {quiet}x90",), after_min=80)


def _grows(series: str) -> Case:
    return Case(firing=(f"{series} 0+2x60",), quiet=(f"{series} 40x60",))


CASES = {
    "ExporterDown": _level(f'up{{{_AT},job="b2bench"}}', "0", "1"),
    "ServerDown": _level(f"pg_up{{{_AT}}}", "0", "1"),
    "CollectorFailing": Case(
        firing=(
            f"pg_up{{{_AT}}} 1x60",
            f'b2bench_exporter_collector_up{{{_AT},collector="c"}} 0x60',
        ),
        # a server that is away has an alert of its own
        quiet=(
            f"pg_up{{{_AT}}} 0x60",
            f'b2bench_exporter_collector_up{{{_AT},collector="c"}} 0x60',
        ),
    ),
    "SnapshotOld": _level(f"b2bench_exporter_snapshot_age_seconds{{{_AT}}}", "90", "4"),
    "ConnectionsNearLimit": _over(
        f'pg_sessions{{{_DB},state="idle"}}', "max_connections", 100, 95, 60
    ),
    "IdleInTransaction": _level(f"pg_oldest_idle_in_transaction_seconds{{{_DB}}}", "400", "200"),
    "LongTransaction": _level(f"pg_oldest_transaction_seconds{{{_DB}}}", "4000", "3000"),
    "BlockedSessions": _level(f"pg_blocked_longest_seconds{{{_DB}}}", "45", "5"),
    "Deadlocks": _grows(f"pg_stat_database_deadlocks_total{{{_DB}}}"),
    "TempSpill": Case(
        firing=(f"pg_stat_database_temp_bytes_total{{{_DB}}} 0+1200000000x60",),
        quiet=(f"pg_stat_database_temp_bytes_total{{{_DB}}} 0+60000000x60",),
    ),
    "RequestedCheckpoints": Case(
        firing=(
            f"pg_checkpoints_requested_total{{{_AT}}} 0+1x90",
            f"pg_checkpoints_timed_total{{{_AT}}} 0+0x90",
        ),
        quiet=(
            f"pg_checkpoints_requested_total{{{_AT}}} 0+1x90",
            f"pg_checkpoints_timed_total{{{_AT}}} 0+2x90",
        ),
        after_min=80,
    ),
    "ChecksumFailures": _grows(f"pg_stat_database_checksum_failures_total{{{_DB}}}"),
    "TransactionIdAge": _level(f"pg_database_transaction_id_age{{{_DB}}}", "1.2e9", "2e8"),
    "PendingRestart": _level(f"pg_settings_pending_restart{{{_AT}}}", "1", "0"),
    "DeadRows": Case(
        firing=(
            f"pg_stat_user_tables_dead_rows{{{_TABLE}}} 50000x60",
            f"pg_stat_user_tables_dead_rows_limit{{{_TABLE}}} 20000x60",
        ),
        quiet=(
            f"pg_stat_user_tables_dead_rows{{{_TABLE}}} 30000x60",
            f"pg_stat_user_tables_dead_rows_limit{{{_TABLE}}} 20000x60",
        ),
    ),
    "InvalidIndex": _level(f'pg_stat_user_indexes_invalid{{{_TABLE},indexrelname="i"}}', "1", "0"),
    "StatementsDeallocating": _grows(f"pg_stat_statements_deallocations_total{{{_AT}}}"),
    "ReplicationLag": _level(f'pg_replication_replay_lag_bytes{{{_AT},standby="s"}}', "2e8", "1e6"),
    "InactiveSlot": _level(
        f'pg_replication_slot_active{{{_SLOT},wal_status="reserved"}}', "0", "1"
    ),
    "SlotLosing": Case(
        firing=(f'pg_replication_slot_retained_bytes{{{_SLOT},wal_status="lost"}} 5x60',),
        quiet=(f'pg_replication_slot_retained_bytes{{{_SLOT},wal_status="extended"}} 5x60',),
    ),
    "SlotsExhausted": _over(
        f"pg_replication_slots_used{{{_AT}}}", "max_replication_slots", 10, 10, 8
    ),
    "ErrorBudgetBurnFast": Case(
        firing=_bucket("0+10x60", "0+100x60", "0x60"),
        # whoever may take half a second does not burn a budget of 100 ms
        quiet=_bucket("0+10x60", "0+100x60", "0x60", target="0.5"),
    ),
    "ErrorBudgetBurnSlow": Case(
        firing=_bucket("0+70x60", "0+80x60", "0+20x60"),
        quiet=_bucket("0+96x60", "0+98x60", "0+2x60"),
    ),
    "QueryRegression": Case(
        firing=_per_call("0+0.3x70", "21+0.9x110"),
        quiet=_per_call("0+0.3x70", "21+0.4x110"),
        after_min=100,
    ),
    "PlanChanged": Case(
        firing=(f'bench_request_plan_changes_total{{{_REQUEST},step="main"}} 0x25 1x35',),
        quiet=(f'bench_request_plan_changes_total{{{_REQUEST},step="main"}} 3x60',),
    ),
}
