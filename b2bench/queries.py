"""A query class: one .sql file, read by load, EXPLAIN, gate, exporter and documents alike."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from b2bench.errors import BadInput
from b2bench.pgbench.binding import BoundScript, BoundStatement, bind
from b2bench.pgbench.expressions import variables_of
from b2bench.pgbench.script import Assignment, Script, is_script, read_script
from b2bench.sqlfile import LITERALS, Header, Part, SqlFile, SqlFileError, read_sql_file

AS_OF = "as_of"
_KEYS = frozenset(
    (
        "why",
        "params",
        "role",
        "frequency",
        "slo_ms",
        "set",
        "isolation",
        "retries",
        "sampler",
        "example",
        "allow",
    )
)
_ISOLATIONS = ("read committed", "repeatable read", "serializable")
_TYPED_NAME = re.compile(
    r"(?P<name>[a-z_][a-z0-9_]*)\s+(?P<type>[a-z][a-z0-9_ ]*(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])?)$"
)
_SETTING = re.compile(r"(?P<name>[a-z_]+\.[a-z_]+)\s*=\s*:(?P<parameter>[a-z_][a-z0-9_]*)$")
_STEP_TITLE = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?:\s*->\s*(?P<outputs>.+))?$")
_ALLOW = re.compile(r"(?P<code>[a-z_]+)(?:\s+(?P<subject>[^:]+?))?:\s*(?P<reason>.+)$")
# only the last alternative is a parameter
_TOKEN = re.compile(
    LITERALS
    + r"""
      | (?P<cast>::)
      | (?P<slice>(?<=[\w\])]):(?=[\w$]))
      | (?P<semicolon>;)
      | :(?P<parameter>[a-z_][a-z0-9_]*)""",
    re.VERBOSE | re.DOTALL,
)
_WRITES = re.compile(r"\b(insert|update|delete|merge|truncate)\b", re.IGNORECASE)


class Frequency(StrEnum):
    """How often the business runs a query class."""

    HOT = "hot"
    MEDIUM = "medium"
    LOW = "low"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named value that a query class takes, or that a step's row feeds forward.

    An empty type is left to the server, which infers one from where the value stands.
    """

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A session setting made for the transaction: `set_config(name, value, true)`."""

    name: str
    parameter: str

    @property
    def sql(self) -> str:
        """The statement as the server counts it; `$1` is the value as text."""
        return f"SELECT set_config('{self.name}', $1::text, true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A finding that the author of the file excuses, and why."""

    code: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement of a query class.

    Args:
        name: `main` when the file has no steps.
        sql: the statement with `$n::type` for each parameter, without a semicolon; `$n` where
            nobody declared the type.
        parameters: names in the order of `$1`, `$2`, …
        outputs: columns of the first row that later steps may use.
        line: where it starts in the file.
    """

    name: str
    sql: str
    parameters: tuple[str, ...]
    outputs: tuple[Parameter, ...] = ()
    line: int = 1

    @property
    def writes(self) -> bool:
        """Whether the statement changes data."""
        return bool(_WRITES.search(_TOKEN.sub(" ", self.sql)))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryClass:
    r"""A query as the business names it; latency belongs to it, calls and plans to its steps.

    Args:
        is_script: whether the file is one of pgbench's.
        assignments: a script's `\set` lines, which draw its arguments.
        has_begin: whether the file itself says BEGIN and END.
        local_role: taken on by each transaction, where a session is another one each time.
    """

    name: str
    path: Path
    steps: tuple[Step, ...]
    why: str = ""
    role: str = ""
    frequency: Frequency = Frequency.MEDIUM
    slo_ms: float | None = None
    parameters: tuple[Parameter, ...] = ()
    settings: tuple[Setting, ...] = ()
    isolation: str | None = None
    retries: int = 0
    sampler: str = ""
    example: str = ""
    allowances: tuple[Allowance, ...] = ()
    is_script: bool = False
    assignments: tuple[Assignment, ...] = ()
    has_begin: bool = False
    local_role: str | None = None

    @property
    def is_transaction(self) -> bool:
        """Whether it runs between BEGIN and COMMIT."""
        reasons = (self.has_begin, self.settings, self.isolation, self.local_role)
        return any(reasons) or len(self.steps) > 1

    @property
    def writes(self) -> bool:
        """Whether any of its steps changes data."""
        return any(step.writes for step in self.steps)

    def type_of(self, name: str) -> str:
        """Return the SQL type of a parameter."""
        return next(parameter.type for parameter in self.parameters if parameter.name == name)


def load_queries(folder: Path, names: Sequence[str] = ()) -> tuple[QueryClass, ...]:
    """Return the folder's query classes by name, all of them or the named ones.

    Raises:
        BadInput: no folder, no .sql file in it, or an unknown name.
        SqlFileError: a file is malformed.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder of .sql files")
    paths = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    if not paths:
        raise BadInput(f"{folder} has no .sql file")
    if unknown := [name for name in names if name not in paths]:
        raise BadInput(f"unknown query class {', '.join(unknown)}: there is {', '.join(paths)}")
    return tuple(read_query_class(paths[name]) for name in (names or paths))


def read_query_class(path: Path) -> QueryClass:
    """Read one file.

    Raises:
        SqlFileError: it is malformed; the message names the line.
    """
    return query_class(read_sql_file(path))


def query_class(file: SqlFile) -> QueryClass:
    """Return the query class of a file, whose stem is its name.

    Raises:
        SqlFileError: it is malformed; the message names the line.
    """
    path, headers = file.path, _Headers(file)
    parameters = headers.parameters()
    types = {parameter.name: parameter.type for parameter in parameters} | {AS_OF: "timestamptz"}
    query = QueryClass(
        name=path.stem,
        path=path,
        steps=(),
        why=headers.text("why"),
        role=headers.text("role"),
        frequency=headers.frequency(),
        slo_ms=headers.slo_ms(),
        parameters=parameters,
        isolation=headers.isolation(),
        retries=headers.retries(),
        sampler=headers.text("sampler") or path.stem,
        example=headers.text("example"),
        allowances=tuple(headers.allowances()),
    )
    if is_script(file):
        return _of_script(query, file, headers, types)
    return replace(query, steps=tuple(_steps(file, types)), settings=tuple(headers.settings(types)))


def _of_script(
    query: QueryClass, file: SqlFile, headers: "_Headers", types: Mapping[str, str]
) -> QueryClass:
    """Return a query class whose steps and values are those of a script of pgbench."""
    script = read_script(file)
    _require_no_as_of(file, script)
    bound = bind(file.path, script, types)
    values = dict.fromkeys((*types, *(each.variable for each in bound.assignments)), "")
    settings = tuple(headers.settings(values))
    return replace(
        query,
        steps=tuple(_of_statement(statement, types) for statement in bound.statements),
        parameters=tuple(_taken(bound, settings, types)),
        settings=settings,
        isolation=query.isolation or script.isolation,
        is_script=True,
        assignments=bound.assignments,
        has_begin=script.is_transaction,
    )


def _require_no_as_of(file: SqlFile, script: Script) -> None:
    for command in script.commands:
        if not isinstance(command, Assignment):
            continue
        if AS_OF in (command.variable, *variables_of(command.expression)):
            raise SqlFileError(
                file.path,
                command.line,
                f"\\set {command.variable}: {AS_OF} is always there, and a point in time: name the "
                "variable otherwise",
            )


def _of_statement(statement: BoundStatement, types: Mapping[str, str]) -> Step:
    return Step(
        name=statement.name,
        sql=statement.sql,
        parameters=statement.parameters,
        outputs=tuple(Parameter(name=each, type=types.get(each, "")) for each in statement.outputs),
        line=statement.line,
    )


def _taken(
    bound: BoundScript, settings: Sequence[Setting], declared: Mapping[str, str]
) -> Iterator[Parameter]:
    r"""Yield what a script's statements take from outside, and what its `\set` lines are told."""
    assigned = {assignment.variable for assignment in bound.assignments}
    names = dict.fromkeys(name for name in declared if name not in assigned)
    names |= dict.fromkeys(setting.parameter for setting in settings)
    fed = set[str]()
    for statement in bound.statements:
        names |= dict.fromkeys(name for name in statement.parameters if name not in fed)
        fed.update(statement.outputs)
    yield from (
        Parameter(name=each, type=declared.get(each, "")) for each in names if each != AS_OF
    )


class _Headers:
    """The headers of one file, each turned into what it means."""

    def __init__(self, file: SqlFile) -> None:
        self._file = file
        for header in file.headers:
            # prose above the SQL may look like `-- note: …`; only a near miss is worth an error
            if header.key not in _KEYS and _near(header.key):
                raise self._error(
                    header, f"unknown key {header.key!r}: did you mean {_near(header.key)!r}?"
                )

    def _error(self, header: Header, message: str) -> SqlFileError:
        return SqlFileError(self._file.path, header.line, message)

    def text(self, key: str) -> str:
        header = self._file.header(key)
        return header.value if header else ""

    def parameters(self) -> tuple[Parameter, ...]:
        header = self._file.header("params")
        if header is None or not header.value:
            return ()
        parameters = tuple(_typed_names(self._file.path, header.line, header.value))
        names = [parameter.name for parameter in parameters]
        if doubled := next((name for name in names if names.count(name) > 1), None):
            raise self._error(header, f"parameter {doubled} is declared twice")
        if AS_OF in names:
            raise self._error(header, f"{AS_OF} is always there: leave it out")
        return parameters

    def frequency(self) -> Frequency:
        header = self._file.header("frequency")
        if header is None:
            return Frequency.MEDIUM
        try:
            return Frequency(header.value)
        except ValueError:
            raise self._error(
                header, f"frequency {header.value!r}: write {', '.join(Frequency)}"
            ) from None

    def slo_ms(self) -> float | None:
        header = self._file.header("slo_ms")
        if header is None:
            return None
        try:
            slo_ms = float(header.value)
        except ValueError:
            slo_ms = 0.0
        if not 0 < slo_ms < float("inf"):
            raise self._error(header, f"slo_ms {header.value!r}: write milliseconds above 0")
        return slo_ms

    def settings(self, types: Mapping[str, str]) -> Iterator[Setting]:
        for header in self._file.headers:
            if header.key != "set":
                continue
            match = _SETTING.match(header.value)
            if match is None:
                raise self._error(header, f"set {header.value!r}: write prefix.name = :parameter")
            if match["parameter"] not in types:
                raise self._error(
                    header, f"set uses :{match['parameter']}, which params does not declare"
                )
            yield Setting(name=match["name"], parameter=match["parameter"])

    def isolation(self) -> str | None:
        header = self._file.header("isolation")
        if header is not None and header.value not in _ISOLATIONS:
            raise self._error(header, f"isolation {header.value!r}: write {', '.join(_ISOLATIONS)}")
        return header.value if header else None

    def retries(self) -> int:
        header = self._file.header("retries")
        if header is None:
            return 0
        if not header.value.isdecimal():
            raise self._error(header, f"retries {header.value!r}: write a whole number")
        return int(header.value)

    def allowances(self) -> Iterator[Allowance]:
        for header in self._file.headers:
            if header.key != "allow":
                continue
            match = _ALLOW.match(header.value)
            if match is None:
                raise self._error(header, f"allow {header.value!r}: write code subject: reason")
            yield Allowance(
                code=match["code"], subject=match["subject"] or "", reason=match["reason"]
            )


def _near(key: str) -> str | None:
    """Return the key that was probably meant: one letter more, less or other, or two swapped."""
    singular = {known.rstrip("s"): known for known in _KEYS}
    if key.rstrip("s") in singular:
        return singular[key.rstrip("s")]
    return next((known for known in sorted(_KEYS) if sorted(known) == sorted(key)), None)


def _typed_names(path: Path, line: int, text: str) -> Iterator[Parameter]:
    # a comma inside numeric(12,2) does not separate
    for item in re.split(r",(?![^(]*\))", text):
        match = _TYPED_NAME.match(item.strip())
        if match is None:
            raise SqlFileError(
                path, line, f"{item.strip()!r}: write name and type, as in account_id bigint"
            )
        yield Parameter(name=match["name"], type=match["type"])


def _steps(file: SqlFile, types: dict[str, str]) -> Iterator[Step]:
    seen = set[str]()
    for part in file.parts:
        title = _STEP_TITLE.match(part.title or "main")
        if title is None:
            raise SqlFileError(
                file.path, part.line, f"step {part.title!r}: write name -> column type"
            )
        if title["name"] in seen:
            raise SqlFileError(file.path, part.line, f"step {title['name']} is there twice")
        seen.add(title["name"])
        outputs = (
            tuple(_typed_names(file.path, part.line, title["outputs"])) if title["outputs"] else ()
        )
        sql, names = _render(file.path, part, types)
        yield Step(name=title["name"], sql=sql, parameters=names, outputs=outputs, line=part.line)
        types |= {output.name: output.type for output in outputs}


def _render(path: Path, part: Part, types: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the statement with `$n::type` for each `:name`, and the names in that order."""
    names = list[str]()

    def numbered(match: re.Match[str]) -> str:
        line = part.line + (1 if part.title else 0) + part.sql.count("\n", 0, match.start())
        if match["semicolon"] and part.sql[match.end() :].strip():
            raise SqlFileError(path, line, "a second statement: give each its own -- step:")
        if match["semicolon"]:
            return ""
        name = match["parameter"]
        if name is None:
            return match[0]
        if name not in types:
            raise SqlFileError(path, line, f":{name} is not declared: add it to -- params:")
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}::{types[name]}"

    return _TOKEN.sub(numbered, part.sql).strip(), tuple(names)


def by_name(queries: Iterable[QueryClass]) -> dict[str, QueryClass]:
    """Return query classes keyed by their names."""
    return {query.name: query for query in queries}
