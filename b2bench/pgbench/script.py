r"""A pgbench script as it stands: its `\set` lines and statements in order, and its transaction.

What ends a statement and what a backslash begins is as in ParseScript and
process_backslash_command of PostgreSQL's src/bin/pgbench/pgbench.c.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from b2bench.pgbench.expressions import Expression, NotAnExpression, parse_expression
from b2bench.sqlfile import LITERALS, Part, SqlFile, SqlFileError

_TOKEN = re.compile(
    LITERALS
    + r"""
      | (?P<join>\\;)
      | \\(?P<command>[^\s\\]*)(?P<words>(?:\\\r?\n|[^\n])*)
      | (?P<semicolon>;)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)+", re.DOTALL)
_SET = re.compile(r"(?:\s|\\\n)*(?P<name>[^\s\\]+)(?P<expression>.*)$", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*$")
_BEGIN = re.compile(r"(?:begin|start\s+transaction)\b", re.IGNORECASE)
_END = re.compile(r"(?:end|commit)(?:\s+(?:work|transaction))?$", re.IGNORECASE)
_ROLLBACK = re.compile(r"(?:rollback|abort)(?:\s+(?:work|transaction))?$", re.IGNORECASE)
_ISOLATION = re.compile(
    r"isolation\s+level\s+(serializable|repeatable\s+read|read\s+(?:un)?committed)", re.IGNORECASE
)
# they say when, and not what
_IGNORED = frozenset(("sleep", "startpipeline", "syncpipeline", "endpipeline"))
_BRANCHES = frozenset(("if", "elif", "else", "endif"))
_SHELLS = frozenset(("shell", "setshell"))
_RESULTS = frozenset(("gset", "aset"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    r"""One `\set`: the variable, and the expression that gives its value."""

    variable: str
    expression: Expression
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    r"""One SQL statement without its semicolon; `prefix` is that of its `\gset`, if it has one."""

    sql: str
    line: int
    prefix: str | None = None


Command = Assignment | Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The commands of one transaction.

    Args:
        commands: without BEGIN and END.
        is_transaction: whether they stood between BEGIN and END.
        isolation: what BEGIN asks for, if anything.
    """

    commands: tuple[Command, ...]
    is_transaction: bool = False
    isolation: str | None = None


def is_script(file: SqlFile) -> bool:
    """Return whether a file is pgbench's: it has a backslash command, or begins with BEGIN."""
    first = file.parts[0].sql
    return bool(_BEGIN.match(first[_start(first) :])) or any(
        match["command"] is not None or match["join"]
        for part in file.parts
        for match in _TOKEN.finditer(part.sql)
    )


def read_script(file: SqlFile) -> Script:
    """Read a file for which `is_script` holds.

    Raises:
        SqlFileError: pgbench would refuse it, or it does what a query class cannot.
    """
    if titled := next((part for part in file.parts if part.title), None):
        raise SqlFileError(
            file.path,
            titled.line,
            "-- step: does not go with pgbench's BEGIN and backslash commands: leave one out",
        )
    return _transaction(file, _commands(file, file.parts[0]))


def _start(sql: str) -> int:
    """Return where a statement begins after blanks and comments."""
    match = _COMMENTS.match(sql)
    return match.end() if match else 0


def _commands(file: SqlFile, part: Part) -> list[Command]:
    commands, begin = list[Command](), 0
    for match in _TOKEN.finditer(part.sql):
        if match["command"] is None and not match["semicolon"] and not match["join"]:
            continue
        # a backslash ends a statement as a semicolon does
        commands += _statement(part, begin, match.start())
        begin = match.end()
        if match["command"] is not None:
            _obey(_Backslash(file=file, match=match, line=_line(part, match.start())), commands)
    return [*commands, *_statement(part, begin, len(part.sql))]


def _statement(part: Part, begin: int, end: int) -> Iterator[Statement]:
    begin += _start(part.sql[begin:end])
    if sql := part.sql[begin:end].strip():
        yield Statement(sql=sql, line=_line(part, begin))


def _line(part: Part, place: int) -> int:
    return part.line + part.sql.count("\n", 0, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Backslash:
    """A backslash command where it stands."""

    file: SqlFile
    match: re.Match[str]
    line: int

    @property
    def name(self) -> str:
        return self.match["command"].lower()

    @property
    def words(self) -> str:
        return self.match["words"]

    def error(self, message: str) -> SqlFileError:
        return SqlFileError(self.file.path, self.line, f"\\{self.match['command']}{message}")


def _obey(backslash: _Backslash, commands: list[Command]) -> None:
    name = backslash.name
    if name == "set":
        commands.append(_assignment(backslash))
    elif name in _RESULTS:
        commands[-1:] = [_with_result(backslash, commands)]
    elif name in _BRANCHES:
        raise backslash.error(": branches are not supported: write a file for each")
    elif name in _SHELLS:
        raise backslash.error(" runs a program, which a query file must not: \\set a value")
    elif name not in _IGNORED:
        raise backslash.error(" is no command of pgbench: leave it out")


def _with_result(backslash: _Backslash, commands: Sequence[Command]) -> Statement:
    words = backslash.words.split()
    if len(words) > 1:
        raise backslash.error(" takes one prefix: leave the other words out")
    match commands:
        case [*_, Statement(prefix=None) as statement]:
            return replace(statement, prefix="".join(words))
    raise backslash.error(" must follow an SQL statement: put it behind one")


def _assignment(backslash: _Backslash) -> Assignment:
    match = _SET.match(backslash.words)
    if match is None or not _NAME.match(match["name"]):
        raise backslash.error(": write \\set name expression")
    try:
        expression = parse_expression(match["expression"])
    except NotAnExpression as error:
        raise backslash.error(
            f" {match['name']}: {error}: write an expression that pgbench takes"
        ) from error
    return Assignment(variable=match["name"], expression=expression, line=backslash.line)


def _transaction(file: SqlFile, commands: Sequence[Command]) -> Script:
    statements = [command for command in commands if isinstance(command, Statement)]
    around = [each for each in statements if _BEGIN.match(each.sql) or _END.match(each.sql)]
    for statement in statements:
        if _ROLLBACK.match(statement.sql):
            raise SqlFileError(
                file.path, statement.line, "ROLLBACK: a query class ends with COMMIT: write END"
            )
    if not statements or not set(statements) - set(around):
        raise SqlFileError(file.path, file.parts[0].line, "no SQL here but BEGIN and END")
    if not around:
        return Script(commands=tuple(commands))
    _require_one_transaction(file, statements, around)
    level = _ISOLATION.search(around[0].sql)
    isolation = " ".join(level[1].lower().split()) if level else None
    return Script(
        commands=tuple(command for command in commands if command not in around),
        is_transaction=True,
        isolation="read committed" if isolation == "read uncommitted" else isolation,
    )


def _require_one_transaction(
    file: SqlFile, statements: Sequence[Statement], around: Sequence[Statement]
) -> None:
    begin, *ends = around
    if not _BEGIN.match(begin.sql):
        raise SqlFileError(file.path, begin.line, f"{begin.sql} without BEGIN: write BEGIN before")
    if not ends or not _END.match(ends[0].sql):
        raise SqlFileError(file.path, begin.line, "BEGIN without END: write END after it")
    outside = [*statements[: statements.index(begin)], *statements[statements.index(ends[0]) + 1 :]]
    if outside:
        raise SqlFileError(
            file.path,
            outside[0].line,
            "a statement outside BEGIN … END: write it into a file of its own",
        )
