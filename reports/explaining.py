"""One query class with one set of arguments: run once to warm up, then explained step by step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from b2bench.arguments import Arguments, Case
from b2bench.queries import QueryClass, Step
from reports.answers import Answer, execute
from reports.generic import GenericPlan, generic_plan, keeps_no_arguments
from reports.nested import Listener, NestedPlan
from reports.observing import FunctionCalls, Observer, ServerWork, called_since, functions_called
from reports.plans import JsonObject, plan_shape
from reports.work import WorkVector, with_execution, work_of

_SAVEPOINT = "b2bench_explain"
# SERIALIZE makes the answer's text, and so reads values stored out of line, as a real client does;
# MEMORY tells what planning took
_SERIALIZE_SINCE = 170_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCapture:
    """One statement explained; `plan` is the entry that EXPLAIN gave, whole.

    Args:
        executed: what the server counted for a real execution; `None` where it cannot be told.
        functions: called by the real execution, where the server counts them.
        generic: the plan for unknown arguments; `None` where it was not asked for.
        nested: statements that functions and triggers executed, most work first.
    """

    step: str
    sql: str
    plan: JsonObject
    work: WorkVector
    execution_ms: float
    planning_ms: float
    rows: int
    executed: ServerWork | None = None
    functions: tuple[FunctionCalls, ...] = ()
    generic: GenericPlan | None = None
    nested: tuple[NestedPlan, ...] = ()


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
    connection: psycopg.Connection,
    query: QueryClass,
    arguments: Arguments,
    *,
    observer: Observer | None = None,
    generic: bool = False,
) -> CaseCapture:
    """Execute the class, roll it back, then explain its second execution, and roll that back.

    Args:
        connection: in autocommit mode, with nothing executed in it by another case; or in a
            transaction, whose changes are then seen.
        query: the class.
        arguments: what its parameters are.
        observer: of the same database.
        generic: whether the plan for unknown arguments is wanted, too.

    Raises:
        BadInput: a parameter has no value.
        psycopg.Error: the server refuses something.
    """
    is_outside = connection.info.transaction_status is TransactionStatus.IDLE
    if query.isolation and is_outside:
        level = query.isolation.upper().replace(" ", "_")
        connection.isolation_level = psycopg.IsolationLevel[level]
    warm = _Run(connection, query, arguments)
    with connection.transaction(force_rollback=True):
        warm.execute()
    second = _Run(
        connection, query, arguments, explains=_Explains(observer, warm.answers, generic=generic)
    )
    with connection.transaction(force_rollback=True):
        second.execute()
    names = [parameter.name for parameter in query.parameters]
    return CaseCapture(
        case=arguments.case,
        arguments=dict(zip(names, _texts(arguments, names), strict=True)),
        steps=tuple(second.captured),
        unreached=tuple(second.unreached),
    )


def hear_case(
    connection: psycopg.Connection, query: QueryClass, arguments: Arguments, listener: Listener
) -> dict[str, tuple[NestedPlan, ...]]:
    """Execute the class twice, roll it back, and return what its functions executed, by step.

    Args:
        connection: in autocommit mode, of which the listener hears.
        query: the class.
        arguments: what its parameters are.
        listener: to the connection.

    Raises: as `explain_case`.
    """
    found = dict[str, tuple[NestedPlan, ...]]()

    def hear(step: Step) -> None:
        # the server tells of a SELECT when the next statement ends its portal
        connection.execute("SELECT")
        found[step.name] = listener.nested(step.sql)

    for _ in range(2):
        with connection.transaction(force_rollback=True):
            _Run(connection, query, arguments, after_step=hear).execute()
    return found


@dataclass(frozen=True, slots=True)
class _Explains:
    """What a run that explains needs beyond one that only executes.

    Args:
        observer: of the database.
        before: the answers of the first execution, by step.
        generic: whether the generic plan is wanted.
    """

    observer: Observer | None
    before: Mapping[str, Answer]
    generic: bool


class _Run:
    """One execution of a class in a transaction, step by step."""

    def __init__(
        self,
        connection: psycopg.Connection,
        query: QueryClass,
        arguments: Arguments,
        *,
        explains: _Explains | None = None,
        after_step: Callable[[Step], None] | None = None,
    ) -> None:
        self._connection = connection
        self._after_step = after_step
        self._query = query
        self._known = arguments
        self._explains = explains
        self.captured = list[StepCapture]()
        self.unreached = list[str]()
        self.answers = dict[str, Answer]()

    def execute(self) -> None:
        """Make the settings, then take every step that has what it needs."""
        for setting in self._query.settings:
            execute(self._connection, setting.sql, _texts(self._known, [setting.parameter]))
        for step in self._query.steps:
            if set(step.parameters) <= self._known.values.keys() | _undeclared(self._query, step):
                self._step(step)
            else:
                self.unreached.append(step.name)

    def _step(self, step: Step) -> None:
        texts = _texts(self._known, step.parameters)
        outputs = [output.name for output in step.outputs]
        if self._explains is None:
            answer = execute(self._connection, step.sql, texts, outputs)
        else:
            answer = self._explained(self._explains, step, texts, outputs)
        self.answers[step.name] = answer
        self._known = replace(self._known, values={**self._known.values, **answer.first})
        if self._after_step is not None:
            self._after_step(step)

    def _explained(
        self, explains: _Explains, step: Step, texts: Sequence[str | None], outputs: Sequence[str]
    ) -> Answer:
        """Explain a statement, undo what that did, execute it for real, and keep both."""
        plan = explain(self._connection, step.sql, texts)
        generic = (
            generic_plan(self._connection, step.sql, texts, plan_shape(plan))
            if explains.generic and texts and keeps_no_arguments(self._connection)
            else None
        )
        observer = explains.observer
        functions = functions_called(self._connection)
        queryid = plan.get("Query Identifier")
        mark = observer.mark(queryid) if observer else None
        answer = execute(self._connection, step.sql, texts, outputs)
        called = called_since(functions, functions_called(self._connection))
        # the server counts a SELECT when the session's next statement ends its portal
        server = observer.since(mark, queryid) if observer and mark else None
        before = explains.before.get(step.name)
        is_same = before is not None and before.checksum == answer.checksum
        work = with_execution(
            work_of(plan),
            server=server,
            functions=called,
            bytes_returned=answer.bytes_returned,
            # a step that writes draws numbers and clocks, so its answer is another one each time
            result=answer.checksum if is_same and not step.writes else "",
        )
        self.captured.append(
            StepCapture(
                step=step.name,
                sql=step.sql,
                plan=plan,
                work=work,
                execution_ms=plan["Execution Time"],
                planning_ms=plan["Planning Time"],
                rows=work.rows_returned,
                executed=server,
                functions=called or (),
                generic=generic,
            )
        )
        return answer


def _undeclared(query: QueryClass, step: Step) -> set[str]:
    """Return parameters that no step feeds: without a value they are the source's mistake."""
    fed = {output.name for each in query.steps for output in each.outputs}
    return set(step.parameters) - fed


def _texts(arguments: Arguments, names: Sequence[str]) -> list[str | None]:
    # text of unknown type lets the server choose the type that `$1::bigint` names
    return [value if value is None else value.decode() for value in arguments.encoded(names)]


def explain(
    connection: psycopg.Connection, statement: str, texts: Sequence[str | None]
) -> JsonObject:
    """Execute a statement under EXPLAIN and undo what it did; return the whole entry."""
    name = sql.Identifier(_SAVEPOINT)
    connection.execute(sql.SQL("SAVEPOINT {}").format(name))
    cursor = psycopg.RawCursor(connection)
    cursor.execute(f"EXPLAIN ({explain_options(connection)}) {statement}", texts)
    row: tuple[Any, ...] | None = cursor.fetchone()
    connection.execute(sql.SQL("ROLLBACK TO SAVEPOINT {}").format(name))
    entry: JsonObject = row[0][0] if row else {}
    return entry


def explain_options(connection: psycopg.Connection) -> str:
    """Return everything that this server's EXPLAIN can tell of an execution."""
    options = "ANALYZE, BUFFERS, WAL, SETTINGS, VERBOSE, FORMAT JSON"
    newer = connection.info.server_version >= _SERIALIZE_SINCE
    return f"{options}, SERIALIZE TEXT, MEMORY" if newer else options
