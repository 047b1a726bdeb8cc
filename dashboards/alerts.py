"""Alert rules: an expression, how long it must hold, and a page that says what to do."""

from dataclasses import dataclass
from typing import Literal

from exporters import own_metrics as own
from exporters.collectors import (
    bench_plans,
    bench_run,
    pg_locks,
    pg_replication_slots,
    pg_settings,
    pg_stat_activity,
    pg_stat_checkpointer,
    pg_stat_database,
    pg_stat_replication,
    pg_stat_statements,
    pg_stat_user_indexes,
    pg_stat_user_tables,
)
from exporters.metric import Metric

Severity = Literal["critical", "warning", "info"]
JOB = "b2bench"
# a query class is within its target when 95 of 100 requests are
OBJECTIVE = 0.95
BUDGET_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One rule.

    Args:
        expr: PromQL; SECONDS in it stands for `seconds`, which can be made shorter for a trial.
        for_: how long the expression must hold, as Prometheus writes it.
        summary: one line; may use labels as `{{ $labels.datname }}`.
        description: what it means, with the value as `{{ $value }}`.
    """

    name: str
    expr: str
    for_: str
    severity: Severity
    summary: str
    description: str
    seconds: int = 0

    @property
    def page(self) -> str:
        """The name of its runbook page: `ServerDown` is `server-down`."""
        parts = "".join(f"-{c.lower()}" if c.isupper() else c for c in self.name)
        return parts.removeprefix("-")


def _setting(name: str) -> str:
    return f'max by (instance) ({pg_settings.SETTING}{{name="{name}"}})'


def _over_limit(part: str, setting: str, share: float) -> str:
    return f"{part} / on (instance) {_setting(setting)} > {share}"


def _rate(metric: Metric, window: str, selector: str = "") -> str:
    return f"rate({metric}{selector}[{window}])"


def _bad_share(window: str) -> str:
    """Return the share of requests that failed or took longer than the budget of 100 ms."""
    duration = bench_run.REQUEST_DURATION
    requests = bench_run.REQUESTS
    good = f'sum by (instance, request) (rate({duration}_bucket{{le="{BUDGET_S}"}}[{window}]))'
    offered = f"sum by (instance, request) ({_rate(requests, window)})"
    return f"1 - {good} / ({offered} > 0)"


def _burns(factor: float, long: str, short: str) -> str:
    """Return where so many times the budget is used, of requests that are to take 100 ms."""
    limit = f"{factor * (1 - OBJECTIVE):.3g}"
    promised = f"on (instance, request) {bench_run.REQUEST_TARGET} <= {BUDGET_S}"
    return f"({_bad_share(long)}) > {limit} and ({_bad_share(short)}) > {limit} and {promised}"


def _per_call(offset: str, window: str = "10m") -> str:
    """Return the server's mean time per call of each request, in an earlier window."""
    join = f"* on (instance, queryid) group_left (request) {bench_run.REQUEST_QUERY}"
    seconds, calls = (
        f"sum by (instance, request) (sum by (instance, queryid) "
        f"(rate({metric}[{window}]{offset})) {join})"
        for metric in (pg_stat_statements.EXECUTION_SECONDS, pg_stat_statements.CALLS)
    )
    return f"({seconds} / ({calls} > 0.1))"


_SERVER: tuple[Alert, ...] = (
    Alert(
        name="ExporterDown",
        expr=f'up{{job="{JOB}"}} == 0 or absent(up{{job="{JOB}"}})',
        for_="1m",
        severity="critical",
        summary="The exporter cannot be scraped",
        description="Nothing is known of the server: panels are empty and no other alert works.",
    ),
    Alert(
        name="ServerDown",
        expr=f"{own.SERVER_UP} == 0",
        for_="30s",
        severity="critical",
        summary="PostgreSQL does not answer the exporter on {{ $labels.instance }}",
        description="It is stopped, is out of connections, or is stuck.",
    ),
    Alert(
        name="CollectorFailing",
        expr=f"{own.COLLECTOR_UP} == 0 unless on (instance) {own.SERVER_UP} == 0",
        for_="2m",
        severity="warning",
        summary="The collector {{ $labels.collector }} gives nothing",
        description="The server answers, so it is a privilege, a lock or a timeout.",
    ),
    Alert(
        name="SnapshotOld",
        expr=f"{own.SNAPSHOT_AGE} > SECONDS",
        seconds=60,
        for_="1m",
        severity="warning",
        summary="The exporter's figures are {{ $value | humanizeDuration }} old",
        description="Collecting takes longer than a scrape waits.",
    ),
    Alert(
        name="ConnectionsNearLimit",
        expr=_over_limit(
            f"sum by (instance) ({pg_stat_activity.SESSIONS})", "max_connections", 0.9
        ),
        for_="1m",
        severity="critical",
        summary="{{ $value | humanizePercentage }} of max_connections are taken",
        description="When all are, new sessions are refused, the monitoring's among them.",
    ),
    Alert(
        name="IdleInTransaction",
        expr=f"{pg_stat_activity.OLDEST_IDLE_IN_TRANSACTION} > SECONDS",
        seconds=300,
        for_="1m",
        severity="warning",
        summary="A session of {{ $labels.datname }} is idle in a transaction",
        description="For {{ $value | humanizeDuration }}; its locks stay, and dead rows.",
    ),
    Alert(
        name="LongTransaction",
        expr=f"{pg_stat_activity.OLDEST_TRANSACTION} > SECONDS",
        seconds=3600,
        for_="1m",
        severity="warning",
        summary="A transaction of {{ $labels.datname }} stays open",
        description="For {{ $value | humanizeDuration }}; dead rows stay meanwhile.",
    ),
    Alert(
        name="BlockedSessions",
        expr=f"{pg_locks.LONGEST_WAIT} > SECONDS",
        seconds=30,
        for_="30s",
        severity="warning",
        summary="A session of {{ $labels.datname }} waits for a lock",
        description="For {{ $value | humanizeDuration }}. Whom it waits for may wait, too.",
    ),
    Alert(
        name="Deadlocks",
        expr=f"increase({pg_stat_database.DEADLOCKS}[5m]) > 0",
        for_="0s",
        severity="warning",
        summary="Deadlocks in {{ $labels.datname }}",
        description="{{ $value | humanize }} in five minutes; each ended a transaction.",
    ),
    Alert(
        name="TempSpill",
        expr=f"rate({pg_stat_database.TEMP_BYTES}[5m]) > 10485760",
        for_="5m",
        severity="warning",
        summary="Sorts and hashes of {{ $labels.datname }} spill to disk",
        description="{{ $value | humanize1024 }}B a second are written to temporary files.",
    ),
    Alert(
        name="RequestedCheckpoints",
        expr=f"increase({pg_stat_checkpointer.REQUESTED}[1h]) > 3"
        f" and increase({pg_stat_checkpointer.REQUESTED}[1h])"
        f" > increase({pg_stat_checkpointer.TIMED}[1h])",
        for_="5m",
        severity="warning",
        summary="Most checkpoints come because max_wal_size is reached",
        description="{{ $value | humanize }} in an hour: writes in bursts, more whole pages.",
    ),
    Alert(
        name="ChecksumFailures",
        expr=f"increase({pg_stat_database.CHECKSUM_FAILURES}[10m]) > 0",
        for_="0s",
        severity="critical",
        summary="Damaged pages in {{ $labels.datname }}",
        description="{{ $value | humanize }} pages did not have the checksum that they should.",
    ),
    Alert(
        name="TransactionIdAge",
        expr=f"{pg_stat_database.TRANSACTION_AGE} > 1e9 or {pg_stat_database.MULTIXACT_AGE} > 1e9",
        for_="5m",
        severity="critical",
        summary="Transaction ids of {{ $labels.datname }} are not frozen in time",
        description="{{ $value | humanize }} of two thousand million; then the server stops.",
    ),
    Alert(
        name="PendingRestart",
        expr=f"{pg_settings.PENDING_RESTART} > 0",
        for_="1h",
        severity="info",
        summary="{{ $value }} settings wait for a restart",
        description="What the file says is not what the server does.",
    ),
)
_RELATIONS: tuple[Alert, ...] = (
    Alert(
        name="DeadRows",
        expr=f"{pg_stat_user_tables.DEAD_ROWS} > 2 * {pg_stat_user_tables.DEAD_LIMIT}"
        f" and {pg_stat_user_tables.DEAD_ROWS} > 10000",
        for_="15m",
        severity="warning",
        summary="Autovacuum does not keep up with {{ $labels.schemaname }}.{{ $labels.relname }}",
        description="{{ $value | humanize }} dead rows, over twice what calls it.",
    ),
    Alert(
        name="InvalidIndex",
        expr=f"{pg_stat_user_indexes.INVALID} > 0",
        for_="1h",
        severity="warning",
        summary="The index {{ $labels.indexrelname }} is invalid",
        description="It is kept up to date and never used: CREATE INDEX CONCURRENTLY failed.",
    ),
    Alert(
        name="StatementsDeallocating",
        expr=f"increase({pg_stat_statements.DEALLOCATIONS}[10m]) > 0",
        for_="10m",
        severity="warning",
        summary="pg_stat_statements throws statements out",
        description="{{ $value | humanize }} times in ten minutes: rare ones are lost in part.",
    ),
)
_REPLICATION: tuple[Alert, ...] = (
    Alert(
        name="ReplicationLag",
        expr=f"max by (instance, standby) ({pg_stat_replication.REPLAY_LAG_BYTES}) > 104857600"
        f" or {pg_stat_replication.OWN_LAG_SECONDS} > 60",
        for_="2m",
        severity="warning",
        summary="A standby is behind: {{ $labels.standby }}",
        description="By {{ $value | humanize }} (bytes of log, or seconds on the standby itself).",
    ),
    Alert(
        name="InactiveSlot",
        expr=f"{pg_replication_slots.ACTIVE} == 0",
        for_="10m",
        severity="warning",
        summary="Nobody streams from the slot {{ $labels.slot_name }}",
        description="The server keeps log for it until the disk is full or the slot is lost.",
    ),
    Alert(
        name="SlotLosing",
        expr=f'{pg_replication_slots.RETAINED_BYTES}{{wal_status=~"unreserved|lost"}} >= 0',
        for_="0s",
        severity="critical",
        summary="The slot {{ $labels.slot_name }} is {{ $labels.wal_status }}",
        description="Log that its standby needs is being removed: the standby must be made anew.",
    ),
    Alert(
        name="SlotsExhausted",
        expr=_over_limit(str(pg_replication_slots.USED), "max_replication_slots", 0.9),
        for_="5m",
        severity="warning",
        summary="{{ $value | humanizePercentage }} of max_replication_slots are used",
        description="When all are, no standby and no backup can be added.",
    ),
)
_REQUESTS: tuple[Alert, ...] = (
    Alert(
        name="ErrorBudgetBurnFast",
        expr=_burns(14.4, "5m", "1m"),
        for_="1m",
        severity="critical",
        summary="{{ $labels.request }} fails or takes longer than 100 ms, fast",
        description="{{ $value | humanizePercentage }} of requests; 5 % are in the budget.",
    ),
    Alert(
        name="ErrorBudgetBurnSlow",
        expr=_burns(3, "30m", "5m"),
        for_="5m",
        severity="warning",
        summary="{{ $labels.request }} fails or takes longer than 100 ms, slowly",
        description="{{ $value | humanizePercentage }} of requests; 5 % are in the budget.",
    ),
    Alert(
        name="QueryRegression",
        expr=f"{_per_call('')} > 2 * {_per_call(' offset 1h')} and {_per_call('')} > 0.001",
        for_="10m",
        severity="warning",
        summary="{{ $labels.request }} costs the server twice what it did an hour ago",
        description="{{ $value | humanizeDuration }} a call on average.",
    ),
    Alert(
        name="PlanChanged",
        expr=f"increase({bench_plans.PLAN_CHANGES}[15m]) > 0",
        for_="0s",
        severity="info",
        summary="The plan of {{ $labels.request }} ({{ $labels.step }}) is another one",
        description="An index, statistics, a setting or the amount of data changed.",
    ),
)
ALERTS = (*_SERVER, *_RELATIONS, *_REPLICATION, *_REQUESTS)
