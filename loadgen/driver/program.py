"""A query class made ready to run: prepared statements, their order, how often each was run."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.arguments import Arguments
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, Step
from b2bench.queryids import SET_CONFIG
from loadgen.driver.around import BEGIN, COMMIT, ROLLBACK, around, step_names
from loadgen.driver.connection import Connection, Refused, Row, taking

_RESTARTED = frozenset(("40001", "40P01"))  # serialization failure, deadlock

Values = list[bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One prepared statement of a query class.

    Args:
        step: the step's name, or `set_config`.
        key: the prepared statement's name; the same text has the same one.
        fed: for each value that an earlier step's row gives, its place and its name.
    """

    step: str
    key: bytes
    sql: bytes
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    fed: tuple[tuple[int, str], ...] = ()


class Program:
    """Runs one query class on any connection and counts what the server counts.

    `executions` has for each step how often the server ran it to its end, retries included.

    Args:
        query: the query class.
        role: what the session takes on before it, `None`: what it began with.
    """

    def __init__(self, query: QueryClass, role: str | None = None) -> None:
        self.query = query
        self.role = role
        self.executions = dict.fromkeys(step_names(query), 0)
        self._is_transaction = query.is_transaction
        self._body = tuple(_body(query))
        self._first = self._body[0]
        self._around = {step: sql.encode() for step, sql in around(query).items()}
        if query.local_role is not None:
            # one message, so that it costs no turn of its own
            self._around[BEGIN] += b"; " + taking(query.local_role, "LOCAL ")

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything that a connection has to prepare."""
        return self._body

    def bind(self, arguments: Arguments) -> list[Values]:
        """Return the values of each statement, encoded; those fed by rows are NULL as yet.

        Raises:
            BadInput: a parameter has no value.
        """
        return [_encoded(statement, arguments) for statement in self._body]

    def run(self, connection: Connection, values: list[Values]) -> Sequence[str]:
        """Run the query class once and return why it was restarted, each time.

        Raises:
            Refused: the server refused a statement, or the connection was lost.
            BadInput: a step's row lacks a column that later steps use.
        """
        connection.take_on(self.role)
        if not self._is_transaction:
            self._execute(connection, self._first, values[0])
            return ()
        return self._run_transaction(connection, values)

    def _run_transaction(self, connection: Connection, values: list[Values]) -> Sequence[str]:
        restarts = list[str]()
        while True:
            try:
                self._attempt(connection, values)
            except Refused as error:
                if connection.in_transaction:
                    self._command(connection, ROLLBACK)
                if len(restarts) == self.query.retries or error.sqlstate not in _RESTARTED:
                    error.restarts = restarts
                    raise
                restarts.append(error.sqlstate)
            else:
                return restarts

    def _attempt(self, connection: Connection, values: list[Values]) -> None:
        outputs: dict[str, bytes | None] = {}
        self._command(connection, BEGIN)
        for statement, given in zip(self._body, values, strict=True):
            for place, name in statement.fed:
                given[place] = outputs[name]
            row = self._execute(connection, statement, given)
            if statement.outputs:
                outputs |= self._outputs(statement, row)
        self._command(connection, COMMIT)

    def _execute(self, connection: Connection, statement: Statement, values: Values) -> Row:
        try:
            row = connection.execute(statement.key, values)
        except Refused as error:
            # without a transaction around it, a statement can end and its deferred checks fail
            if error.was_executed:
                self.executions[statement.step] += 1
            raise
        self.executions[statement.step] += 1
        return row

    def _command(self, connection: Connection, step: str) -> None:
        try:
            connection.command(self._around[step])
        except Refused as error:
            # the server counts a COMMIT before it finds that it cannot
            if not error.is_loss:
                self.executions[step] += 1
            raise
        self.executions[step] += 1

    def _outputs(self, statement: Statement, row: Row) -> dict[str, bytes | None]:
        columns = [row.fname(number) for number in range(row.nfields)]
        places = {name: number for number, name in enumerate(columns) if name is not None}
        if missing := [name for name in statement.outputs if name.encode() not in places]:
            raise BadInput(
                f"{self.query.path}: step {statement.step} returns no column {', '.join(missing)}"
            )
        if row.ntuples == 0:
            return dict.fromkeys(statement.outputs)
        return {name: row.get_value(0, places[name.encode()]) for name in statement.outputs}


def _body(query: QueryClass) -> Iterator[Statement]:
    for setting in query.settings:
        yield _statement(SET_CONFIG, setting.sql, parameters=(setting.parameter,))
    known = set[str]()
    for step in query.steps:
        yield _of_step(step, known)
        known |= {output.name for output in step.outputs}


def _of_step(step: Step, known: set[str]) -> Statement:
    return _statement(
        step.name,
        step.sql,
        parameters=step.parameters,
        outputs=tuple(output.name for output in step.outputs),
        fed=tuple((place, name) for place, name in enumerate(step.parameters) if name in known),
    )


def _statement(
    step: str,
    sql: str,
    *,
    parameters: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    fed: tuple[tuple[int, str], ...] = (),
) -> Statement:
    text = sql.encode()
    key = b"b2_" + hashlib.blake2b(text, digest_size=8).hexdigest().encode()
    return Statement(step=step, key=key, sql=text, parameters=parameters, outputs=outputs, fed=fed)


def _encoded(statement: Statement, arguments: Arguments) -> Values:
    if not statement.fed:
        return arguments.encoded(statement.parameters)
    fed = {name for _, name in statement.fed}
    arguments.encoded([name for name in statement.parameters if name not in fed])
    return arguments.encoded_or_null(statement.parameters)
