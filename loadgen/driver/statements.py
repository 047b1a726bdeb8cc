"""The server's account of a load, taken from pg_stat_statements before and after it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from b2bench.arguments import ArgumentSource
from b2bench.database import capabilities
from b2bench.queries import QueryClass
from b2bench.queryids import StatementId, statement_ids
from b2bench.roles import roles_of
from b2bench.runs import LoadResult, PlannedQuery, PlannedStep, RunPlan, StatementAccount
from loadgen.driver.acting import acting
from loadgen.driver.around import around, step_names

_EXTENSION = "pg_stat_statements"
_COUNTERS = """
SELECT queryid,
       sum(calls)::bigint AS calls,
       sum(total_exec_time) AS time_ms,
       sum(shared_blks_hit + shared_blks_read)::bigint AS shared_blocks,
       sum(rows)::bigint AS rows
  FROM pg_stat_statements(false)
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND queryid IS NOT NULL
   AND toplevel
 GROUP BY queryid
"""
_TEXTS = """
SELECT DISTINCT queryid, rtrim(query, '; ') AS text
  FROM pg_stat_statements(true)
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND toplevel
   AND query ~* '^(begin|commit|rollback)'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the server counted for one queryid, over all roles."""

    queryid: int
    calls: int = 0
    time_ms: float = 0.0
    shared_blocks: int = 0
    rows: int = 0

    def since(self, before: "Counters") -> "Counters":
        """Return what was counted after `before`."""
        return Counters(
            queryid=self.queryid,
            calls=self.calls - before.calls,
            time_ms=self.time_ms - before.time_ms,
            shared_blocks=self.shared_blocks - before.shared_blocks,
            rows=self.rows - before.rows,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All statements of one database at one instant.

    Args:
        deallocations: how often the server has thrown out the least used statements.
        reset_at: when everybody's counters were last set to zero.
    """

    counters: Mapping[int, Counters]
    deallocations: int
    reset_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """The server's counts beside the client's.

    Args:
        broken_by: what makes the counts incomparable, if anything does.
        mend: what to do about it.
    """

    statements: tuple[StatementAccount, ...]
    broken_by: str = ""
    mend: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether nothing was thrown out or reset meanwhile, so that the counts can be compared."""
        return not self.broken_by

    @property
    def mismatches(self) -> tuple[StatementAccount, ...]:
        """Statements whose counts differ."""
        return tuple(
            account for account in self.statements if account.client_calls != account.server_calls
        )


def take_snapshot(connection: psycopg.Connection) -> Snapshot:
    """Return the counters of the connection's database; texts are not read, they are slow.

    Raises:
        ExtensionMissing: pg_stat_statements is not loaded or not installed.
    """
    capabilities(connection).require_extension(_EXTENSION)
    with connection.cursor(row_factory=class_row(Counters)) as cursor:
        counters = {row.queryid: row for row in cursor.execute(_COUNTERS)}
    info = connection.execute("SELECT dealloc, stats_reset FROM pg_stat_statements_info").fetchone()
    if info is None:
        raise AssertionError("pg_stat_statements_info has always one row")
    return Snapshot(counters=counters, deallocations=info[0], reset_at=info[1])


def account(
    connection: psycopg.Connection,
    queries: Sequence[QueryClass],
    *,
    plan: RunPlan,
    result: LoadResult,
    before: Snapshot,
) -> ServerAccount:
    """Return what the server counted since `before`, beside what the client counted.

    Statements that share a queryid are one account, which names all of them. BEGIN, COMMIT and
    ROLLBACK are known by their text, and are counted for every session in the database.
    """
    after = take_snapshot(connection)
    queries = acting(plan, queries)
    numbers = {
        (query.name, step.name): step.queryid for query in plan.queries for step in query.steps
    } | _numbers_around(connection, queries)
    groups = defaultdict[object, list[_Calls]](list)
    for calls in _client_calls(result, {query.name for query in queries}):
        queryid = numbers.get((calls.query, calls.step))
        # what the server has no number for stands alone
        groups[queryid or (calls.query, calls.step)].append(calls)
    broken_by, mend = _breach(before, after)
    return ServerAccount(
        statements=tuple(_account(key, group, before, after) for key, group in groups.items()),
        broken_by=broken_by,
        mend=mend,
    )


def together(accounts: Sequence[ServerAccount]) -> ServerAccount:
    """Return the accounts of several servers as one."""
    broken = [account for account in accounts if account.broken_by]
    return ServerAccount(
        statements=tuple(each for account in accounts for each in account.statements),
        broken_by=broken[0].broken_by if broken else "",
        mend=broken[0].mend if broken else "",
    )


def _breach(before: Snapshot, after: Snapshot) -> tuple[str, str]:
    """Return why counters cannot be compared, and the mend."""
    if before.reset_at != after.reset_at:
        reason = "pg_stat_statements was reset meanwhile, or its server crashed"
        return reason, "keep others from calling pg_stat_statements_reset() during a run"
    if gone := after.deallocations - before.deallocations:
        reason = f"pg_stat_statements threw out statements meanwhile ({gone} times)"
        return reason, "raise pg_stat_statements.max"
    return "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calls:
    query: str
    step: str
    executions: int


def _client_calls(result: LoadResult, names: Collection[str]) -> Iterator[_Calls]:
    for query in result.queries:
        if query.name not in names:
            continue
        for step in query.steps:
            yield _Calls(query=query.name, step=step.step, executions=step.executions)


def _numbers_around(
    connection: psycopg.Connection, queries: Iterable[QueryClass]
) -> dict[tuple[str, str], int | None]:
    """Return queryids of the statements around each query class's steps, by their texts."""
    exact = {text: queryid for queryid, text in connection.execute(_TEXTS)}
    # from PostgreSQL 16 on, `BEGIN` may be shown as somebody else wrote it first
    folded = {text.upper(): queryid for text, queryid in exact.items()}
    return {
        (query.name, step): exact.get(text, folded.get(text))
        for query in queries
        for step, text in around(query).items()
    }


def _account(
    key: object, group: Sequence[_Calls], before: Snapshot, after: Snapshot
) -> StatementAccount:
    queryid = key if isinstance(key, int) else None
    none = Counters(queryid=queryid or 0)
    served = none
    if queryid is not None:
        served = after.counters.get(queryid, none).since(before.counters.get(queryid, none))
    return StatementAccount(
        query=", ".join(dict.fromkeys(calls.query for calls in group)),
        step=", ".join(dict.fromkeys(calls.step for calls in group)),
        queryid=queryid,
        client_calls=sum(calls.executions for calls in group),
        server_calls=served.calls,
        server_time_ms=served.time_ms,
        shared_blocks=served.shared_blocks,
        rows=served.rows,
    )


def planned_queries(
    connection: psycopg.Connection, queries: Iterable[QueryClass], source: ArgumentSource
) -> tuple[PlannedQuery, ...]:
    """Return the query classes as a plan names them, with the server's number for each statement.

    Each gets the role that its file names, where the session's user may take it on.

    Raises: as `statement_ids`.
    """
    queries = tuple(queries)
    roles = roles_of(connection, queries)
    return tuple(
        _planned(query, statement_ids(connection, query, source), roles.get(query.role))
        for query in queries
    )


def _planned(query: QueryClass, ids: Iterable[StatementId], role: str | None) -> PlannedQuery:
    numbers = {statement.step: statement.queryid for statement in ids}
    return PlannedQuery(
        name=query.name,
        slo_ms=query.slo_ms,
        steps=tuple(
            PlannedStep(name=step, queryid=numbers.get(step)) for step in step_names(query)
        ),
        role=role,
    )
