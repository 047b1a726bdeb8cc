"""Explain every query class on a server, and keep its plans and the work they did."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from b2bench.arguments import Arguments, ArgumentSource, Case, one_of_each_case
from b2bench.catalogue import Catalogue, read_catalogue
from b2bench.database import connect, reading
from b2bench.errors import BadInput, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.marker import read_data_set
from b2bench.progress import Progress
from b2bench.provenance import Provenance, provenance
from b2bench.queries import Allowance, QueryClass
from b2bench.target import Target
from reports.explaining import CaseCapture, explain_case
from reports.ground import Ground, ground_of
from reports.observing import Observer, observing
from reports.refusal import refusal

_STATEMENT_TIMEOUT_MS = 60_000
_LOCK_TIMEOUT_MS = 5_000
_PINNED = {
    # how many workers there are depends on who else works
    "max_parallel_workers_per_gather": "0",
    # so that executions are told apart, and what functions do is counted
    "compute_query_id": "on",
    "track_functions": "all",
    "pg_stat_statements.track": "all",
    # a statement with arguments in its text is nothing for the server to keep
    "pg_stat_statements.track_utility": "off",
    "statement_timeout": str(_STATEMENT_TIMEOUT_MS),
    "lock_timeout": str(_LOCK_TIMEOUT_MS),
    "track_io_timing": "on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCapture:
    """What a query class did for each case of its arguments; findings say what went wrong."""

    query: str
    why: str
    slo_ms: float | None
    allowances: tuple[Allowance, ...]
    cases: tuple[CaseCapture, ...]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether some case of it could not be explained."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Every query class explained on one database, in the order of their names.

    Args:
        seed: of the arguments.
        notices: what is to be said of the capture as a whole.
    """

    ground: Ground
    provenance: Provenance
    catalogue: Catalogue
    classes: tuple[ClassCapture, ...]
    seed: int = 1
    notices: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said of the whole, then what went wrong, over all classes."""
        failed = (finding for captured in self.classes for finding in captured.findings)
        return (*self.notices, *failed)


def capture(
    target: Target,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    *,
    seed: int,
    progress: Progress,
    clone: bool = False,
    roles: Mapping[str, str] | None = None,
) -> Capture:
    """Explain each query class for one set of arguments of each case.

    Without `clone` every transaction is read-only, and a class that changes data is answered
    with a finding. Whatever a transaction changed is rolled back.

    Args:
        target: the database, or the clone of it that the caller made.
        queries: the classes, in any order.
        source: where their arguments come from.
        seed: of the arguments.
        progress: told of each class.
        clone: whether data may be changed in the target, and nobody else works in it.
        roles: database role by the role that a query file names; others run as the session's.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    with reading(target) as connection:
        found = _describe(connection)
    # what changes data leaves dead rows behind, so it comes after what only reads
    order = sorted(queries, key=lambda query: (query.writes, query.name))
    classes = list[ClassCapture]()
    with observing(target, is_alone=clone) as observer:
        manner = _Manner(observer=observer, clone=clone)
        for done, query in enumerate(order):
            progress(f"explain {query.name}", done=done, total=len(order))
            role = (roles or {}).get(query.role, target.role)
            classes.append(_capture(replace(target, role=role), query, source, seed, manner))
    progress("explain", done=len(order), total=len(order))
    by_name = sorted(classes, key=lambda captured: captured.query)
    return replace(found, classes=tuple(by_name), seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """How every class is explained."""

    observer: Observer | None
    clone: bool


def _describe(connection: psycopg.Connection) -> Capture:
    return Capture(
        ground=ground_of(connection, read_data_set(connection)),
        provenance=provenance(connection),
        catalogue=read_catalogue(connection),
        classes=(),
    )


def _capture(
    target: Target, query: QueryClass, source: ArgumentSource, seed: int, manner: _Manner
) -> ClassCapture:
    captured = ClassCapture(
        query=query.name,
        why=query.why,
        slo_ms=query.slo_ms,
        allowances=query.allowances,
        cases=(),
        findings=(),
    )
    if query.writes and not manner.clone:
        return replace(captured, findings=(_needs_clone(query),))
    try:
        found = one_of_each_case(source, query, seed=seed)
    except BadInput as error:
        return replace(captured, findings=(_failed(query, str(error)),))
    return _capture_cases(captured, target, query, found, manner)


def _capture_cases(
    captured: ClassCapture,
    target: Target,
    query: QueryClass,
    found: Mapping[Case, Arguments],
    manner: _Manner,
) -> ClassCapture:
    cases = list[CaseCapture]()
    for case, arguments in found.items():
        try:
            with pinned_session(target, may_write=manner.clone) as connection:
                explained = explain_case(connection, query, arguments, observer=manner.observer)
        except (BadInput, StatementFailed) as error:
            finding = _refused(query, case, error)
            return replace(captured, cases=tuple(cases), findings=(finding,))
        cases.append(explained)
    return replace(captured, cases=tuple(cases))


@contextmanager
def pinned_session(target: Target, *, may_write: bool) -> Iterator[psycopg.Connection]:
    """Open a session under the settings with which plans and work are compared.

    One for each case, so that no plan cached for another one plays a part.
    """
    own = replace(target, role=None)
    with connect(own, application_name="b2bench (explain)") as connection:
        connection.read_only = not may_write
        connection.prepare_threshold = None
        # some settings need a privilege that the query's role has not
        pin(connection)
        take_role(connection, target.role)
        yield connection


def take_role(connection: psycopg.Connection, role: str | None) -> None:
    """Go on as another role; as the session's own without one."""
    if role:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def pin(connection: psycopg.Connection) -> None:
    """Give a session the settings under which plans and work are compared."""
    connection.execute(
        "SELECT set_config(name, value, false) FROM pg_settings"
        "  JOIN unnest(%s::text[], %s::text[]) AS pinned (name, value) USING (name)"
        " WHERE context = 'user' OR has_parameter_privilege(name, 'SET')",
        (list(_PINNED), list(_PINNED.values())),
    )


def _refused(query: QueryClass, case: Case, error: BadInput | StatementFailed) -> Finding:
    cause = error.__cause__
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction):
        return _needs_clone(query)
    if isinstance(cause, psycopg.Error):
        said = refusal(cause, [step.sql for step in query.steps])
        return _failed(query, f"{case}: the server refuses it: {said}")
    return _failed(query, f"{case}: {error}")


def _failed(query: QueryClass, message: str) -> Finding:
    return Finding(
        code="cannot-explain",
        severity=Severity.ERROR,
        subject=query.name,
        message=message,
        mend=f"correct {query.path.name}, its arguments, or the privileges of its role",
    )


def _needs_clone(query: QueryClass) -> Finding:
    return Finding(
        code="needs-clone",
        severity=Severity.WARNING,
        subject=query.name,
        message="changes data or locks rows, so it is not explained on a database in use",
        mend="name a copy of the database, and say --scratch",
    )
