r"""Which value each `:name` of a script stands for: a `\set`, a column of `\gset`, or one given."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from b2bench.pgbench.expressions import DEFAULT_SEED, renamed, variables_of
from b2bench.pgbench.script import Assignment, Script, Statement
from b2bench.pgbench.statements import column_names, step_names
from b2bench.sqlfile import LITERALS, SqlFileError

# what pgbench itself sets
BUILT_IN = ("scale", "client_id", "random_seed", DEFAULT_SEED)
_TOKEN = re.compile(
    LITERALS
    + r"""
      | (?P<cast>::)
      | (?P<psql>:(?:\{\?|'|"))
      | (?P<slice>(?<=[\w\])]):(?=[\w$]))
      | :(?P<name>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED_NAME = re.compile(r"(?<!:):(?P<name>[^\W\d]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundStatement:
    r"""A statement with `$1`, `$2`, … for its variables.

    Args:
        parameters: names of values in the order of `$1`, `$2`, …
        outputs: columns of the first row, as later statements use them.
    """

    name: str
    sql: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundScript:
    """A script whose variables have one value each.

    Args:
        assignments: in order; a variable that is set anew after its use gets a name of its own.
    """

    assignments: tuple[Assignment, ...]
    statements: tuple[BoundStatement, ...]


def bind(path: Path, script: Script, types: Mapping[str, str]) -> BoundScript:
    r"""Find out what each name stands for.

    Args:
        path: of the file, for errors.
        script: what the file holds.
        types: by name, of what the file's headers declare; others are left to the server.

    Raises:
        SqlFileError: a name is not set, or is set by the row of a statement where it cannot be.
    """
    assigned = {each.variable for each in script.commands if isinstance(each, Assignment)}
    binder = _Binder(path, types, given=types.keys() - assigned)
    for command in script.commands:
        if isinstance(command, Assignment):
            binder.assign(command)
        else:
            binder.state(command)
    return binder.bound()


@dataclass(frozen=True, slots=True)
class _Fed:
    """A column of a statement's row, under the name by which later statements take it."""

    statement: int
    column: str


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A statement while later ones may still ask for its columns."""

    statement: Statement
    sql: str = ""
    takes: list[str | _Fed] = field(default_factory=list)


class _Binder:
    """Goes through a script and knows at each place what a variable stands for."""

    def __init__(self, path: Path, types: Mapping[str, str], given: Iterable[str]) -> None:
        self._path = path
        self._types = types
        self._stands: dict[str, str | _Fed] = {name: name for name in (*BUILT_IN, *given)}
        self._assignments = list[Assignment]()
        self._drafts = list[_Draft]()

    def assign(self, assignment: Assignment) -> None:
        names = dict[str, str]()
        for variable in variables_of(assignment.expression):
            stands = self._meaning(variable, assignment.line)
            if isinstance(stands, _Fed):
                raise SqlFileError(
                    self._path,
                    assignment.line,
                    f"\\set {assignment.variable}: :{variable} comes from a statement's row: "
                    "compute with it in SQL",
                )
            names[variable] = stands
        name = self._name_for(assignment.variable)
        self._stands[assignment.variable] = name
        expression = renamed(assignment.expression, names)
        self._assignments.append(
            Assignment(variable=name, expression=expression, line=assignment.line)
        )

    def _name_for(self, variable: str) -> str:
        """Return a name that no statement has used, so that its value stays what it was."""
        used = {name for draft in self._drafts for name in draft.takes}
        names = [variable, *(f"{variable}_{number}" for number in range(2, len(used) + 3))]
        others = {name for key, name in self._stands.items() if key != variable}
        return next(name for name in names if name not in used | others)

    def state(self, statement: Statement) -> None:
        draft = _Draft(statement=statement)
        self._drafts.append(draft)

        def numbered(match: re.Match[str]) -> str:
            line = statement.line + statement.sql.count("\n", 0, match.start())
            if match["psql"]:
                raise SqlFileError(
                    self._path, line, f"{match['psql']}… is psql's: pgbench knows :name only"
                )
            if match["name"] is None:
                self._require_no_name(match, line)
                return match[0]
            return self._number(draft, match["name"], line)

        draft.sql = _TOKEN.sub(numbered, statement.sql)
        if statement.prefix is not None:
            self._stands |= self._fed(statement, len(self._drafts) - 1)

    def _number(self, draft: _Draft, variable: str, line: int) -> str:
        stands = self._meaning(variable, line)
        if stands not in draft.takes:
            draft.takes.append(stands)
        cast = f"::{self._types[variable]}" if self._types.get(variable) else ""
        return f"${draft.takes.index(stands) + 1}{cast}"

    def _require_no_name(self, match: re.Match[str], line: int) -> None:
        """Refuse a variable between quotes: pgbench puts its value there, a parameter cannot."""
        if match["comment"]:
            return
        for name in _QUOTED_NAME.findall(match[0]):
            if name in self._stands:
                raise SqlFileError(
                    self._path, line, f":{name} stands in quotes: put the text together with ||"
                )

    def _meaning(self, variable: str, line: int) -> str | _Fed:
        if variable in self._stands:
            return self._stands[variable]
        for number, draft in reversed(list(enumerate(self._drafts))):
            prefix = draft.statement.prefix
            if prefix is not None and variable.startswith(prefix) and _is_open(draft.statement):
                return _Fed(number, variable.removeprefix(prefix))
        raise SqlFileError(
            self._path,
            line,
            f":{variable} is not set: write \\set {variable} before it, or declare it with its "
            "type in -- params: and its value in -- example:",
        )

    def _fed(self, statement: Statement, number: int) -> dict[str, str | _Fed]:
        columns = [name for name in column_names(statement.sql) if name]
        return {f"{statement.prefix}{name}": _Fed(number, name) for name in columns}

    def bound(self) -> BoundScript:
        names = step_names([draft.statement.sql for draft in self._drafts])
        outputs = self._outputs()
        for number, draft in enumerate(self._drafts):
            self._require_one_name(number, draft, outputs)
        return BoundScript(
            assignments=tuple(self._assignments),
            statements=tuple(
                BoundStatement(
                    name=name,
                    sql=draft.sql,
                    parameters=tuple(map(_parameter, draft.takes)),
                    outputs=outputs.get(number, ()),
                    line=draft.statement.line,
                )
                for number, (name, draft) in enumerate(zip(names, self._drafts, strict=True))
            ),
        )

    def _outputs(self) -> dict[int, tuple[str, ...]]:
        taken = dict.fromkeys(
            each for draft in self._drafts for each in draft.takes if isinstance(each, _Fed)
        )
        return {
            number: tuple(each.column for each in taken if each.statement == number)
            for number in {each.statement for each in taken}
        }

    def _require_one_name(
        self, number: int, draft: _Draft, outputs: Mapping[int, tuple[str, ...]]
    ) -> None:
        """Check that no row has put another value under a name that the statement takes."""
        for each in draft.takes:
            name = _parameter(each)
            givers = [giver for giver in outputs if giver < number and name in outputs[giver]]
            if givers and each != _Fed(max(givers), name):
                raise SqlFileError(
                    self._path,
                    draft.statement.line,
                    f"two values are called {name} here, one from a row: rename its column with AS",
                )


def _parameter(stands: str | _Fed) -> str:
    return stands.column if isinstance(stands, _Fed) else stands


def _is_open(statement: Statement) -> bool:
    """Return whether a statement may have columns whose names only the server knows."""
    return None in column_names(statement.sql)
