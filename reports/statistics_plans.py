"""Plan on this server as another would: with its planner statistics, and without its data."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from b2bench.arguments import Arguments, Case, Drawn
from b2bench.clones import scratch
from b2bench.cluster.binaries import Binaries
from b2bench.cluster.relationfiles import own_storage
from b2bench.cluster.schemacopy import copy_schema
from b2bench.database import connect, reading
from b2bench.errors import BadInput, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.progress import Progress
from b2bench.queries import QueryClass, Step
from b2bench.target import Target
from reports.answers import execute
from reports.capture import pin
from reports.plans import JsonObject, plan_shape
from reports.refusal import refusal
from reports.statistics_export import read_export
from reports.statistics_restored import Restored, fit_files, require_restoring, restore

_PHASES = 4
_CUSTOM: LiteralString = "VERBOSE, SETTINGS, FORMAT JSON"
_GENERIC: LiteralString = "GENERIC_PLAN, VERBOSE, SETTINGS, FORMAT JSON"
# nobody analyses or truncates files that only look large
_UNATTENDED: LiteralString = """
DO $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT c.oid
          FROM pg_class AS c
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'm')
           AND n.nspname <> 'information_schema'
           AND n.nspname NOT LIKE 'pg\\_%'
    LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', relation);
    END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One statement as the other server would plan it; `plan` is the entry that EXPLAIN gave.

    Args:
        shape: the plan without its numbers.
        cost: of the whole plan, in the planner's unit.
        rows: that it is expected to give.
        is_generic: planned without looking at arguments, of which an earlier step has to give
            some.
        shape_here: of the plan that this server has chosen for its own data; `None` where there
            is none to compare with.
    """

    step: str
    sql: str
    plan: JsonObject
    shape: tuple[str, ...]
    cost: float
    rows: float
    is_generic: bool
    shape_here: tuple[str, ...] | None = None

    @property
    def is_other(self) -> bool:
        """Whether this server has chosen another plan."""
        return self.shape_here is not None and self.shape_here != self.shape


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """The steps for one case of arguments."""

    case: Case
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """A query class as the other server would plan it.

    Args:
        cases: by the arguments that there are.
        generic: its steps for unknown arguments.
    """

    query: str
    why: str
    cases: tuple[PlannedCase, ...]
    generic: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsPlans:
    """Every query class planned with the statistics of another server, by name.

    Args:
        relations: tables and indexes whose statistics were taken.
        attributes: columns whose statistics were taken.
        findings: what differs between there and here, and what could not be planned.
    """

    relations: int
    attributes: int
    findings: tuple[Finding, ...]
    classes: tuple[PlannedClass, ...]


def plan_with_statistics(
    target: Target,
    export: Path,
    queries: Sequence[QueryClass],
    arguments: Drawn,
    *,
    binaries: Binaries,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
) -> StatisticsPlans:
    """Plan query classes in a scratch database that has the target's schema and no rows.

    Nothing is executed there, and the target is only read.

    Args:
        target: a database of our own server, whose schema is that of the other server.
        export: what pg_dump wrote on the other server.
        queries: the classes, in any order.
        arguments: by query class and case; a class without any is planned for unknown ones only.
        binaries: of the server's major version.
        roles: database role by the role that a query file names; others run as the session's.
        progress: told of each phase.

    Raises:
        BadInput: the file is no export, or the server is not our own or older than 18.
        StatementFailed: the schema cannot be copied.
    """
    calls = read_export(export)
    with reading(target) as connection:
        require_restoring(connection)
        own_storage(connection)
        settings = _database_settings(connection)
    with scratch(target, "statistics") as there:
        progress("copying the schema", done=0, total=_PHASES)
        copy_schema(target, there, binaries)
        progress("restoring statistics", done=1, total=_PHASES)
        with connect(there, application_name="b2bench (statistics)") as connection:
            connection.execute(_UNATTENDED)
            restored = restore(connection, calls)
            progress("sizing files", done=2, total=_PHASES)
            fit_files(connection)
        progress("planning", done=3, total=_PHASES)
        planner = _Planner(there, settings, roles or {})
        classes = [
            planner.planned(query, arguments.get(query.name, {}))
            for query in sorted(queries, key=lambda query: query.name)
        ]
    progress("planning", done=_PHASES, total=_PHASES)
    return _result(restored, classes, planner.findings)


def _result(
    restored: Restored, classes: Sequence[PlannedClass], failed: Sequence[Finding]
) -> StatisticsPlans:
    return StatisticsPlans(
        relations=restored.relations,
        attributes=restored.attributes,
        findings=(*restored.findings, *failed),
        classes=tuple(classes),
    )


def _database_settings(connection: psycopg.Connection) -> dict[str, str]:
    """Return what ALTER DATABASE has set, which a schema's copy lacks."""
    row = connection.execute(
        "SELECT setconfig FROM pg_db_role_setting"
        " JOIN pg_database AS d ON d.oid = setdatabase"
        " WHERE setrole = 0 AND d.datname = current_database()"
    ).fetchone()
    pairs = (setting.partition("=") for setting in (row[0] if row else ()))
    return {name: value for name, _, value in pairs}


class _Planner:
    """Plans query classes in the scratch database, each case in a session of its own."""

    def __init__(
        self, there: Target, settings: Mapping[str, str], roles: Mapping[str, str]
    ) -> None:
        self._there = there
        self._settings = settings
        self._roles = roles
        self.findings = list[Finding]()

    def planned(self, query: QueryClass, arguments: Mapping[Case, Arguments]) -> PlannedClass:
        cases = list[PlannedCase]()
        for case, values in arguments.items():
            if steps := self._steps(query, values, told=case):
                cases.append(PlannedCase(case=case, steps=steps))
        generic = self._steps(query, None, told="any arguments")
        return PlannedClass(query=query.name, why=query.why, cases=tuple(cases), generic=generic)

    def _steps(
        self, query: QueryClass, values: Arguments | None, *, told: str
    ) -> tuple[PlannedStep, ...]:
        role = self._roles.get(query.role, self._there.role)
        try:
            with self._session(role) as connection, connection.transaction(force_rollback=True):
                if values is not None:
                    _set(connection, query, values)
                return tuple(_planned(connection, step, values) for step in query.steps)
        except (BadInput, StatementFailed) as error:
            self.findings.append(_failed(query, told, error))
            return ()

    @contextmanager
    def _session(self, role: str | None) -> Iterator[psycopg.Connection]:
        own = replace(self._there, role=None)
        with connect(own, application_name="b2bench (statistics)") as connection:
            connection.read_only = True
            connection.prepare_threshold = None
            for name, value in self._settings.items():
                connection.execute(
                    "SELECT set_config(name, %s, false) FROM pg_settings"
                    " WHERE name = %s AND context IN ('user', 'superuser')",
                    (value, name),
                )
            pin(connection)
            if role:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            yield connection


def _set(connection: psycopg.Connection, query: QueryClass, values: Arguments) -> None:
    for setting in query.settings:
        execute(connection, setting.sql, _texts(values, [setting.parameter]))


def _texts(values: Arguments, names: Sequence[str]) -> list[str | None]:
    return [value if value is None else value.decode() for value in values.encoded(names)]


def _planned(connection: psycopg.Connection, step: Step, values: Arguments | None) -> PlannedStep:
    # what an earlier step would find, nobody knows without rows
    is_generic = values is None or not set(step.parameters) <= values.values.keys()
    if values is None or is_generic:
        plan = _explain(connection, _GENERIC, step.sql, None)
    else:
        plan = _explain(connection, _CUSTOM, step.sql, _texts(values, step.parameters))
    return PlannedStep(
        step=step.name,
        sql=step.sql,
        plan=plan,
        shape=plan_shape(plan),
        cost=plan["Plan"]["Total Cost"],
        rows=plan["Plan"]["Plan Rows"],
        is_generic=is_generic,
    )


def _explain(
    connection: psycopg.Connection,
    options: LiteralString,
    statement: str,
    texts: Sequence[str | None] | None,
) -> JsonObject:
    cursor = psycopg.RawCursor(connection)
    cursor.execute(f"EXPLAIN ({options}) {statement}", texts)
    row: tuple[Any, ...] | None = cursor.fetchone()
    entry: JsonObject = row[0][0] if row else {}
    return entry


def _failed(query: QueryClass, told: str, error: BadInput | StatementFailed) -> Finding:
    cause = error.__cause__
    words = str(error)
    if isinstance(cause, psycopg.Error):
        words = f"the server refuses it: {refusal(cause, [step.sql for step in query.steps])}"
    return Finding(
        code="cannot-plan",
        severity=Severity.WARNING,
        subject=query.name,
        message=f"{told}: {words}",
        mend=f"correct {query.path.name}, its arguments, or the privileges of its role",
    )
