"""Run the matrix of a pooler: every route and number of users, all in turn, on one copy."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from b2bench.cluster.pgbouncer import PgBouncer, find_pgbouncer
from b2bench.commands._load import make_folder, subject_of
from b2bench.commands._observe import Place, observe
from b2bench.commands._order import Order, make_order, plan_of
from b2bench.commands._output import write_text
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.commands._watch import Seen, watched
from b2bench.commands._way import way_to
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from b2bench.marker import note_run, read_data_set
from b2bench.progress import Progress, prefixed
from b2bench.provenance import provenance
from b2bench.records import write_record
from b2bench.runs import RECORD_FILE, PlannedQuery, RunPlan, RunRecord, Stage
from b2bench.target import Target
from loadgen.driver.statements import planned_queries
from reports.poolers import (
    POOLERS_FILE,
    POOLERS_PAGE,
    PoolerSample,
    PoolersRecord,
    Route,
    routes,
)
from reports.poolers_page import render_poolers_page
from reports.run_policy import DEFAULT, read_policy
from reports.verdicts import TARGET_MISSED

_CONNECTS = 20
# for the command's own sessions, and whoever else comes
_SESSIONS_SPARE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """What is to be measured, as far as that is known without a server."""

    settings: Settings
    pgbouncer: PgBouncer
    orders: Mapping[int, Order]

    @property
    def order(self) -> Order:
        """The order with the most users; all others differ in nothing else."""
        return self.orders[max(self.orders)]

    def cells(self) -> Iterator[tuple[int, int, Route]]:
        """Yield the round, the number of users and the route of each run.

        The routes change fastest, so that what is compared ran side by side, and another one is
        the first in each round.
        """
        all_routes = routes(prepares=self.pgbouncer.prepares)
        for number in range(self.settings.rounds):
            first = number % len(all_routes)
            for users in self.settings.users_list:
                for route in (*all_routes[first:], *all_routes[:first]):
                    yield number + 1, users, route


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixOutcome:
    """A finished matrix and where it is kept."""

    record: PoolersRecord
    folder: Path


def make_matrix(settings: Settings, *, in_place: bool) -> Matrix:
    """Return what is to be measured, checked as far as it can be without a server.

    Raises: as `make_order` and `find_pgbouncer`.
    """
    closed = replace(settings, rate=None, via="direct", replica=None, fail_on=read_policy(DEFAULT))
    return Matrix(
        settings=closed,
        pgbouncer=find_pgbouncer(settings.pgbouncer),
        orders={
            users: make_order(replace(closed, users=users), in_place=in_place)
            for users in settings.users_list
        },
    )


def perform_matrix(matrix: Matrix, target: Target, progress: Progress) -> MatrixOutcome:
    """Run every cell and write poolers.json and poolers.html.

    Raises:
        BadInput: the server takes too few sessions, or there is no data.
        KeyboardInterrupt: a run was interrupted.
    """
    source = argument_source(matrix.settings, target)
    with (
        subject_of(matrix.order, target, progress) as subject,
        connect(subject, application_name="b2bench (run)") as connection,
    ):
        _require_sessions(connection, max(matrix.orders))
        folder = make_folder(matrix.order, suffix="-poolers")
        if matrix.order.in_place and matrix.order.writes:
            note_run(connection, folder.name)
        bench = _Bench(
            matrix=matrix,
            subject=subject,
            connection=connection,
            queries=planned_queries(connection, matrix.order.queries, source),
            folder=folder,
            progress=progress,
        )
        samples = [bench.sample(*cell) for cell in matrix.cells()]
        record = bench.record(samples)
    write_record(folder / POOLERS_FILE, record)
    write_text(folder / POOLERS_PAGE, render_poolers_page(record))
    return MatrixOutcome(record=record, folder=folder)


def _require_sessions(connection: psycopg.Connection, users: int) -> None:
    """Check that the server takes a session for each user.

    Raises:
        BadInput: it does not.
    """
    row = connection.execute(
        "SELECT current_setting('max_connections')::int"
        " - current_setting('superuser_reserved_connections')::int"
        " - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
    ).fetchone()
    free = row[0] if row else 0
    if users + _SESSIONS_SPARE > free:
        raise BadInput(
            f"the server takes {free} further sessions, too few for {users:,} users and some to "
            "spare: raise max_connections, or name fewer with --users-list"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """The database under load and what every run of the matrix has in common."""

    matrix: Matrix
    subject: Target
    connection: psycopg.Connection
    queries: tuple[PlannedQuery, ...]
    folder: Path
    progress: Progress

    def sample(self, number: int, users: int, route: Route) -> PoolerSample:
        """Run one cell once.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        folder = self.folder / _run_name(number, users, route)
        folder.mkdir()
        pooler = self.matrix.pgbouncer if route.via == "pgbouncer" else None
        size = self.matrix.settings.pool_size
        with way_to(self.subject, pooler, pool_size=size, users=users, folder=folder) as way:
            connect_ms = _connects_ms(way.target)
            with watched(self.subject, way.pooler_pid) as seen:
                order = self.matrix.orders[users]
                places = (Place(target=self.subject, queries=order.queries),)
                progress = prefixed(self.progress, f"{users} users, {route.name}, round {number}")
                plan = self._plan(order, folder.name, route, number)
                record = observe(order, plan, places, folder=folder, progress=progress, way=way)
        write_record(folder / RECORD_FILE, record)
        if record.result.phase == "interrupted":
            raise KeyboardInterrupt
        return _sample(record, route, seen, connect_ms)

    def _plan(self, order: Order, run: str, route: Route, number: int) -> RunPlan:
        """Return a plan of one stage, whose users all pause as long on average."""
        settings = order.settings
        plan = plan_of(order, self.subject, run)
        return replace(
            plan,
            stages=(Stage(duration_s=settings.duration_s, users=settings.users),),
            scenarios=tuple(replace(each, think_s=settings.think_s) for each in plan.scenarios),
            queries=self.queries,
            # drawn again, rows would be in memory and writes done; all ways draw the same
            seed=plan.seed + number - 1,
            via=route.via,
            is_prepared=route.is_prepared,
        )

    def record(self, samples: Sequence[PoolerSample]) -> PoolersRecord:
        """Return the finished matrix with what speaks against it."""
        settings = self.matrix.settings
        return PoolersRecord(
            name=self.folder.name,
            workload=self.matrix.order.workload.name,
            target=self.subject.shown,
            pgbouncer=self.matrix.pgbouncer.shown,
            pool_size=settings.pool_size,
            routes=routes(prepares=self.matrix.pgbouncer.prepares),
            users=settings.users_list,
            rounds=settings.rounds,
            duration_s=settings.duration_s,
            warmup_s=settings.warmup_s,
            think_s=settings.think_s,
            samples=tuple(samples),
            findings=(
                *_unprepared(self.matrix.pgbouncer),
                *(finding for sample in samples for finding in sample.findings),
            ),
            provenance=provenance(self.connection),
            data_set=read_data_set(self.connection),
        )


def _run_name(number: int, users: int, route: Route) -> str:
    return f"{users}-{route.name.lower().replace(', ', '-')}-{number}"


def _connects_ms(target: Target) -> tuple[float, ...]:
    """Return how long each of some sessions took to open, one after another."""
    took = list[float]()
    for _ in range(_CONNECTS):
        begin_s = time.perf_counter()
        session = psycopg.connect(target.conninfo)
        took.append((time.perf_counter() - begin_s) * 1_000)
        session.close()
    return tuple(took)


def _sample(
    record: RunRecord, route: Route, seen: Seen, connect_ms: tuple[float, ...]
) -> PoolerSample:
    result = record.result
    return PoolerSample(
        run=record.plan.run,
        route=route,
        users=record.plan.users,
        measured_s=result.measured_s,
        completed=result.completed,
        failed=result.failed,
        response=result.response,
        backends=record.observation.backends if record.observation else 0,
        backend_memory_bytes=seen.backend_memory_bytes,
        pooler_memory_bytes=seen.pooler_memory_bytes,
        connect_ms=connect_ms,
        client_cpu_share=max((client.cpu_share for client in result.clients), default=0.0),
        findings=tuple(_doubts(record)),
    )


def _unprepared(pgbouncer: PgBouncer) -> Iterator[Finding]:
    if not pgbouncer.prepares:
        yield Finding(
            code="pooler-does-not-prepare",
            severity=Severity.NOTE,
            subject=pgbouncer.shown,
            message="cannot carry prepared statements in transaction mode, so there is no such "
            "row: compare it with the direct one that is unprepared, too",
            mend="PgBouncer 1.21 or newer carries them",
        )


def _doubts(record: RunRecord) -> Iterator[Finding]:
    """Yield what speaks against a run, one finding of each kind; targets are not at issue here."""
    errors = [each for each in record.findings if each.severity is Severity.ERROR]
    for code in dict.fromkeys(each.code for each in errors if each.code != TARGET_MISSED):
        first, *others = [each for each in errors if each.code == code]
        more = f", and {len(others)} more like it" if others else ""
        message = f"{first.subject}: {first.message}{more}"
        yield replace(first, subject=record.plan.run, message=message)
