r"""Arguments for a stranger's folder: drawn as a script's `\set` lines say, else examples."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

import psycopg

from b2bench.arguments import Arguments, ArgumentSource, ExampleSource, Value
from b2bench.errors import BadInput
from b2bench.pgbench.binding import BUILT_IN
from b2bench.pgbench.evaluation import NoValue, evaluate, reduced
from b2bench.pgbench.expressions import DEFAULT_SEED, Scalar, variables_of
from b2bench.queries import AS_OF, QueryClass
from b2bench.sqlfile import SqlFileError

_SCALE = "scale"
_WHOLE = re.compile(r"\s*[-+]?\d+$")
_WORDS: Mapping[str, Scalar] = {"null": None, "true": True, "false": False}


def read_scale(connection: psycopg.Connection) -> int | None:
    """Return pgbench's scale factor: the rows of pgbench_branches, 1 if there is no such table.

    pgbench counts them for its own scripts (GetTableInfo in pgbench.c); for others it is told by
    `-s`. `None` is what a role gets that may not read the table.
    """
    found = connection.execute(
        "SELECT has_table_privilege(oid, 'SELECT')"
        "  FROM pg_class WHERE oid = to_regclass('pgbench_branches')"
    ).fetchone()
    if found is None:
        return 1
    if not found[0]:
        return None
    counted = connection.execute("SELECT count(*) FROM pgbench_branches").fetchone()
    return int(counted[0]) if counted else 1


class FolderSource:
    """Each query class's own arguments: a script's draws, another file's example."""

    def __init__(self, as_of: datetime, *, scale: int | None) -> None:
        self._scripts: ArgumentSource = ScriptSource(as_of, scale=scale)
        self._examples: ArgumentSource = ExampleSource(as_of)

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return arguments from where the file says that they come from.

        Raises:
            BadInput: the file does not say, or says what cannot be done.
        """
        source = self._scripts if query.is_script else self._examples
        return source.draw(query, seed=seed, count=count)


class ScriptSource:
    r"""Arguments as a pgbench script draws them, from a generator that the seed starts.

    `:client_id` and `:default_seed` are 0, `:random_seed` is the seed. What `-- params:` declares
    and no `\set` gives has its value in `-- example:`, as with pgbench's option -D.
    """

    def __init__(self, as_of: datetime, *, scale: int | None) -> None:
        self._as_of = as_of
        self._scale = scale
        self._told = ExampleSource(as_of)

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return `count` sets of arguments, each drawn anew.

        Raises:
            SqlFileError: an expression has no value, e.g. an empty range.
            BadInput: the scale is needed and cannot be read, or an example is missing.
        """
        given: dict[str, Value] = {"client_id": 0, DEFAULT_SEED: 0, "random_seed": seed}
        given |= self._examples(query)
        free = set(_free(query))
        if _SCALE in free:
            given[_SCALE] = self._known_scale(query)
        computed = {name for each in query.assignments for name in variables_of(each.expression)}
        numbers = {name: _number(query, name, given[name]) for name in free & computed}
        query, random = _reduced(query, numbers), Random(seed)  # noqa: S311 (a sample)
        return [self._once(query, given, numbers, random) for _ in range(count)]

    def _examples(self, query: QueryClass) -> Mapping[str, Value]:
        known = {*BUILT_IN, *(assignment.variable for assignment in query.assignments)}
        told = tuple(each for each in query.parameters if each.name not in known)
        if not told:
            return {}
        return self._told.draw(replace(query, parameters=told), seed=0, count=1)[0].values

    def _known_scale(self, query: QueryClass) -> int:
        if self._scale is None:
            raise BadInput(
                f"{query.path}: :scale is the number of rows in pgbench_branches, which this role "
                "may not read: grant SELECT on it, or write \\set scale"
            )
        return self._scale

    def _once(
        self,
        query: QueryClass,
        given: Mapping[str, Value],
        numbers: Mapping[str, Scalar],
        random: Random,
    ) -> Arguments:
        values, drawn = dict(numbers), dict(given)
        for assignment in query.assignments:
            try:
                value = evaluate(assignment.expression, values, random)
            except NoValue as error:
                raise SqlFileError(
                    query.path,
                    assignment.line,
                    f"\\set {assignment.variable}: {error}: correct the expression",
                ) from error
            values[assignment.variable] = value
            drawn[assignment.variable] = _written(value)
        taken = {parameter.name: drawn[parameter.name] for parameter in query.parameters}
        return Arguments(values=taken | {AS_OF: self._as_of})


def _reduced(query: QueryClass, numbers: Mapping[str, Scalar]) -> QueryClass:
    """Return a query class with what is the same in each draw computed once."""
    assigned = {assignment.variable for assignment in query.assignments}
    known = {name: number for name, number in numbers.items() if name not in assigned}
    assignments = [
        replace(each, expression=reduced(each.expression, known)) for each in query.assignments
    ]
    return replace(query, assignments=tuple(assignments))


def _free(query: QueryClass) -> Iterator[str]:
    """Yield the names that a script reads before it sets them, or without setting them."""
    assigned = set[str]()
    for assignment in query.assignments:
        yield from (name for name in variables_of(assignment.expression) if name not in assigned)
        assigned.add(assignment.variable)
    yield from (each.name for each in query.parameters if each.name not in assigned)


def _number(query: QueryClass, name: str, value: Value) -> Scalar:
    """Return what an expression computes with where a text was given (makeVariableValue)."""
    if not isinstance(value, str):
        return value if isinstance(value, int | float) else None
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    try:
        return int(value) if _WHOLE.match(value) else float(value)
    except ValueError:
        raise BadInput(
            f"{query.path}: :{name} is no number, and \\set computes with it: correct -- example:"
        ) from None


def _written(value: Scalar) -> Value:
    """Return a value as pgbench writes it into SQL (getVariable)."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case _:
            return value
