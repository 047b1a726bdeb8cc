"""One query class with one set of arguments: run once to warm up, then explained step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import sql

from b2bench.arguments import Arguments, Case
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, Step
from reports.plans import JsonObject
from reports.work import WorkVector, work_of

_SAVEPOINT = "b2bench_explain"
# SERIALIZE makes the answer's text, and so reads values stored out of line, as a real client does
_SERIALIZE_SINCE = 170_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCapture:
    """One statement explained; `plan` is the entry that EXPLAIN gave, whole."""

    step: str
    sql: str
    plan: JsonObject
    work: WorkVector
    execution_ms: float
    planning_ms: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCapture:
    """The steps with one case of arguments.

    Args:
        arguments: texts by parameter name, `None` for NULL; not to be shown unasked.
        unreached: steps that wait for a row which an earlier step did not find.
    """

    case: Case
    arguments: Mapping[str, str | None]
    steps: tuple[StepCapture, ...]
    unreached: tuple[str, ...] = ()

    @property
    def execution_ms(self) -> float:
        """The steps' times together."""
        return sum(step.execution_ms for step in self.steps)


def explain_case(
    connection: psycopg.Connection, query: QueryClass, arguments: Arguments
) -> CaseCapture:
    """Execute the class, roll it back, then explain its second execution, and roll that back.

    Args:
        connection: in autocommit mode, with nothing executed in it by another case.
        query: the class.
        arguments: what its parameters are.

    Raises:
        BadInput: a parameter has no value.
        psycopg.Error: the server refuses something.
    """
    connection.autocommit = False
    if query.isolation:
        level = query.isolation.upper().replace(" ", "_")
        connection.isolation_level = psycopg.IsolationLevel[level]
    _run(connection, query, arguments, explain=False)
    connection.rollback()
    captured = _run(connection, query, arguments, explain=True)
    connection.rollback()
    return captured


def _run(
    connection: psycopg.Connection, query: QueryClass, arguments: Arguments, *, explain: bool
) -> CaseCapture:
    for setting in query.settings:
        _execute(connection, setting.sql, _texts(arguments, [setting.parameter]))
    captured, known = list[StepCapture](), arguments
    unreached = list[str]()
    for step in query.steps:
        if not set(step.parameters) <= known.values.keys() | _undeclared(query, step):
            unreached.append(step.name)
            continue
        texts = _texts(known, step.parameters)
        if explain:
            captured.append(_explained(connection, step, texts))
        outputs = _execute(connection, step.sql, texts, [output.name for output in step.outputs])
        known = replace(known, values={**known.values, **outputs})
    names = [parameter.name for parameter in query.parameters]
    return CaseCapture(
        case=arguments.case,
        arguments=dict(zip(names, _texts(arguments, names), strict=True)),
        steps=tuple(captured),
        unreached=tuple(unreached),
    )


def _undeclared(query: QueryClass, step: Step) -> set[str]:
    """Return parameters that no step feeds: without a value they are the source's mistake."""
    fed = {output.name for each in query.steps for output in each.outputs}
    return set(step.parameters) - fed


def _texts(arguments: Arguments, names: Sequence[str]) -> list[str | None]:
    # text of unknown type lets the server choose the type that `$1::bigint` names
    return [value if value is None else value.decode() for value in arguments.encoded(names)]


def _execute(
    connection: psycopg.Connection,
    statement: str,
    texts: Sequence[str | None],
    outputs: Sequence[str] = (),
) -> dict[str, str | None]:
    """Execute and return the named columns of the first row as texts; empty without a row."""
    cursor = psycopg.RawCursor(connection)
    cursor.execute(statement, texts)
    result = cursor.pgresult
    if result is None or not result.ntuples:
        return {}
    columns = [column.name for column in cursor.description or ()]
    if missing := [name for name in outputs if name not in columns]:
        raise BadInput(f"the step gives no column {', '.join(missing)}, which it promises with ->")
    return {name: _text(result.get_value(0, columns.index(name))) for name in outputs}


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _explained(
    connection: psycopg.Connection, step: Step, texts: Sequence[str | None]
) -> StepCapture:
    """Explain a statement and undo what it did, so that it can be executed for real."""
    name = sql.Identifier(_SAVEPOINT)
    connection.execute(sql.SQL("SAVEPOINT {}").format(name))
    cursor = psycopg.RawCursor(connection)
    cursor.execute(f"EXPLAIN ({_options(connection)}) {step.sql}", texts)
    row: tuple[Any, ...] | None = cursor.fetchone()
    connection.execute(sql.SQL("ROLLBACK TO SAVEPOINT {}").format(name))
    plan = row[0][0] if row else {}
    work = work_of(plan)
    return StepCapture(
        step=step.name,
        sql=step.sql,
        plan=plan,
        work=work,
        execution_ms=plan["Execution Time"],
        planning_ms=plan["Planning Time"],
        rows=work.rows_returned,
    )


def _options(connection: psycopg.Connection) -> str:
    options = "ANALYZE, BUFFERS, WAL, SETTINGS, VERBOSE, FORMAT JSON"
    serializes = connection.info.server_version >= _SERIALIZE_SINCE
    return f"{options}, SERIALIZE TEXT" if serializes else options
