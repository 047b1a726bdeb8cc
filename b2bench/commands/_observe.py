"""Run a plan, and put down what the client saw beside what the servers saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from b2bench.arguments import ArgumentSource
from b2bench.commands._order import Order, environment_of
from b2bench.commands._way import Way
from b2bench.database import connect, wait_for
from b2bench.errors import ServerUnreachable, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.marker import DataSet, read_data_set
from b2bench.progress import Progress
from b2bench.provenance import Provenance, provenance
from b2bench.queries import Frequency, QueryClass
from b2bench.roles import find_roles
from b2bench.runs import LoadResult, Observation, PlannedQuery, RunPlan, RunRecord, StatementAccount
from b2bench.target import Target
from loadgen.driver.observer import observing
from loadgen.driver.statements import (
    ServerAccount,
    Snapshot,
    account,
    planned_queries,
    take_snapshot,
    together,
)
from loadgen.driver.supervise import run_load
from reports.verdicts import judge_run

_NAME = "b2bench (run)"
_DIFFERENCES_MOST = 3
_REPLICATION_S = 60
_COMING_BACK_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server that takes a part of the load, and the query classes that it takes."""

    target: Target
    queries: tuple[QueryClass, ...]


def places_of(order: Order, subject: Target, progress: Progress) -> tuple[Place, ...]:
    """Return the database under load, and its copy on the replica where there is one.

    Raises:
        ServerUnreachable: the copy does not arrive there.
    """
    if order.settings.replica is None:
        return (Place(target=subject, queries=order.queries),)
    replica = Target.parse(order.settings.replica).for_database(subject.database)
    progress("waiting for the replica")
    wait_for(replica, _REPLICATION_S)
    writing = tuple(query for query in order.queries if query.writes)
    reading = tuple(query for query in order.queries if not query.writes)
    return Place(target=subject, queries=writing), Place(target=replica, queries=reading)


def planned(places: Sequence[Place], source: ArgumentSource) -> tuple[PlannedQuery, ...]:
    """Return all query classes as a plan names them, numbered by the server that runs them.

    Raises: as `planned_queries`.
    """
    queries = list[PlannedQuery]()
    for place in places:
        with connect(place.target, application_name=_NAME) as connection:
            queries += planned_queries(connection, place.queries, source)
    return tuple(queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the servers were like before the load.

    Args:
        findings: what is to be said of the roles that query classes run under.
    """

    snapshots: tuple[Snapshot, ...]
    origin: Provenance
    data_set: DataSet | None
    findings: tuple[Finding, ...] = ()


def observe(
    order: Order,
    plan: RunPlan,
    places: Sequence[Place],
    *,
    folder: Path,
    progress: Progress,
    way: Way | None = None,
) -> RunRecord:
    """Run a plan and judge it by its targets; the records of the load go into the folder.

    The load may go through a pooler; whatever is asked beside it is asked at the server.

    Raises:
        RunFailed: the load's process died.
    """
    way = way or Way(target=places[0].target)
    before = opening(places)
    with observing(places[0].target, is_shared=order.in_place) as observer:
        result = load(order, plan, places, way=way, folder=folder, progress=progress)
    seen = observer.observation(plan, result)
    return record_of(order, plan, places, before, result=result, way=way, observation=seen)


def opening(places: Sequence[Place]) -> Opening:
    """Return what the servers are like before a load."""
    snapshots = tuple(map(_snapshot, places))
    with connect(places[0].target, application_name=_NAME) as connection:
        return Opening(
            snapshots=snapshots,
            origin=provenance(connection),
            data_set=read_data_set(connection),
            findings=find_roles(
                connection, [each for place in places for each in place.queries]
            ).findings,
        )


def load(
    order: Order,
    plan: RunPlan,
    places: Sequence[Place],
    *,
    way: Way,
    folder: Path,
    progress: Progress,
) -> LoadResult:
    """Run a plan on its servers.

    Raises:
        RunFailed: the load's process died.
    """
    return run_load(
        way.target,
        plan,
        folder,
        progress,
        environment={**environment_of(order.settings), **way.environment},
        replica=places[1].target if len(places) > 1 else None,
        listen=order.listen,
    )


def record_of(
    order: Order,
    plan: RunPlan,
    places: Sequence[Place],
    before: Opening,
    *,
    result: LoadResult,
    way: Way,
    observation: Observation | None = None,
) -> RunRecord:
    """Return the record of a load that has ended, judged as the settings say."""
    result = _aimed(plan, result)
    served = _account(places, before.snapshots, plan=plan, result=result)
    batch = {query.name for query in order.queries if query.frequency is Frequency.BATCH}
    return RunRecord(
        plan=plan,
        provenance=before.origin,
        data_set=before.data_set,
        result=result,
        statements=served.statements if served else (),
        findings=order.settings.fail_on.graded(
            (
                *way.findings,
                *before.findings,
                *judge_run(result, batch=batch),
                *_counts(plan, result, served),
            ),
            result,
        ),
        is_account_complete=served is not None and served.is_complete,
        observation=observation,
    )


def _aimed(plan: RunPlan, result: LoadResult) -> LoadResult:
    """Return the result with the plan's targets, which need not be those of the files."""
    targets = {query.name: query.slo_ms for query in plan.queries}
    return replace(
        result,
        queries=tuple(
            replace(query, slo_ms=targets.get(query.name, query.slo_ms)) for query in result.queries
        ),
    )


def _snapshot(place: Place) -> Snapshot:
    with connect(place.target, application_name=_NAME) as connection:
        return take_snapshot(connection)


def _account(
    places: Sequence[Place], before: Sequence[Snapshot], *, plan: RunPlan, result: LoadResult
) -> ServerAccount | None:
    """Return what all servers counted, `None` where one is gone and does not come back."""
    accounts = list[ServerAccount]()
    try:
        for place, snapshot in zip(places, before, strict=True):
            wait_for(place.target, _COMING_BACK_S)
            with connect(place.target, application_name=_NAME) as connection:
                accounts.append(
                    account(connection, place.queries, plan=plan, result=result, before=snapshot)
                )
    except (ServerUnreachable, StatementFailed):
        return None
    return together(accounts)


def _counts(plan: RunPlan, result: LoadResult, served: ServerAccount | None) -> Iterator[Finding]:
    """Yield what is to be said where the client's counts are not the server's."""
    if served is None:
        yield _account_invalid("the server could not be asked after the run", "start the server")
    elif not served.is_complete:
        yield _account_invalid(served.broken_by, served.mend)
    elif served.mismatches and result.phase != "interrupted":
        yield _counts_differ(plan, result, served.mismatches)


def _account_invalid(reason: str, mend: str) -> Finding:
    return Finding(
        code="account-invalid",
        severity=Severity.WARNING,
        subject="the run",
        message=f"the server's count of statements is no account of this run: {reason}",
        mend=mend,
    )


def _counts_differ(
    plan: RunPlan, result: LoadResult, differing: Sequence[StatementAccount]
) -> Finding:
    shown = ", ".join(
        f"{each.query}/{each.step} {each.client_calls:,} sent, {each.server_calls:,} counted"
        for each in differing[:_DIFFERENCES_MOST]
    )
    # somebody else may work in the database, cancelled statements are not counted by the server
    certain = not plan.in_place and not result.unfinished and not result.failed
    return Finding(
        code="counts-differ",
        severity=Severity.ERROR if certain else Severity.WARNING,
        subject="the run",
        message=f"client and server disagree on {len(differing)} statements: {shown}",
    )
