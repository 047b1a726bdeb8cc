"""One query class in pgbench's language: PREPARE once in a session, EXECUTE with written values."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from b2bench.queries import QueryClass
from loadgen.driver.around import BEGIN, COMMIT, around
from loadgen.driver.connection import taking
from loadgen.driver.program import Program, Statement, Values

# pgbench's own variables, which the scripts must not shadow, and those of the scripts
_VARIABLES = r"(?:scale|client_id|random_seed|default_seed|b2_\w*|out_\w*)"
_TOUCHED = re.compile(rf"(?<!:):{_VARIABLES}\b")
_PREPARABLE = re.compile(
    r"(?:with|select|insert|update|delete|merge|values|table)\b|\(", re.IGNORECASE
)
_COMMENT = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)
# their text holds no quotation mark, so it can be put between two
_FED_TYPES = re.compile(
    r"(?:smallint|int|integer|bigint|int[248]|numeric(?:\(.*\))?|real|double precision|float[48]"
    r"|boolean|bool|date|timestamptz|timestamp|uuid)$"
)
# short enough to be told apart by PostgreSQL
_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,50}", re.ASCII)
# where 128 commands end with \aset, pgbench (15 to 18) writes beyond its list of commands
_COMMANDS_MOST = 127
_SETS_MOST = 16
PLACE, READY, ROLE = "b2_place", "b2_ready", "b2_role"
# what each session begins with
VARIABLES = ("-D", f"{PLACE}=0", "-D", f"{READY}=0", "-D", f"{ROLE}=0")


def left_out(query: QueryClass) -> str | None:
    """Return why pgbench cannot run a query class as we do, `None` if it can."""
    for step in query.steps:
        if not _PREPARABLE.match(_without_comments(step.sql)):
            return f"step {step.name} is no statement that PREPARE takes"
        if touched := _TOUCHED.search(step.sql):
            return f"pgbench would put a value in the place of {touched[0]} in step {step.name}"
        for output in step.outputs:
            if not _FED_TYPES.match(output.type):
                return (
                    f"pgbench cannot quote {output.name} {output.type or 'of no declared type'},"
                    f" which step {step.name} feeds to later ones"
                )
    if not sets_most(Program(query)):
        return "a script of pgbench cannot hold as many steps that feed each other"
    return None


def sets_most(program: Program) -> int:
    """Return how many sets of arguments go into one script of a query class.

    Choosing among them costs pgbench some tenths of a microsecond a request.
    """
    sets = _SETS_MOST
    if any(step.outputs for step in program.query.steps):
        while sets and _commands(program, sets) > _COMMANDS_MOST:
            sets //= 2
    return sets


def _commands(program: Program, sets: int) -> int:
    """Return how many commands a script has: preparation, role, turns, the tree and its leaves."""
    nothing: list[Values] = [[None] * len(each.parameters) for each in program.statements]
    return 10 + 3 * (sets - 1) + sets * len(list(_request(program, nothing)))


def _without_comments(sql: str) -> str:
    while match := _COMMENT.match(sql):
        sql = sql[match.end() :]
    return sql


def script_of(
    program: Program, requests: Sequence[list[Values]], *, prepared: Sequence[Program]
) -> str:
    """Return a script that does the request whose turn it is, the same one if it has to retry.

    Args:
        program: of the query class.
        requests: values as `Program.bind` gives them; a power of two of them cost least.
        prepared: everything that the session will run, to be prepared with its first request.
    """
    lines = [f"-- {program.query.name}: {len(requests)} sets of arguments in turn"]
    lines += _preparation(prepared)
    if any(each.role is not None for each in prepared):
        lines += _taking_on(program.role)
    if len(requests) > 1:
        lines.append(f"\\set b2_turn :{PLACE} % {len(requests)}")
    lines += _choice(program, requests, 0)
    # at the end, so that a transaction that is begun anew keeps its arguments
    lines.append(f"\\set {PLACE} :{PLACE} + 1")
    return "\n".join(lines) + "\n"


def _preparation(programs: Sequence[Program]) -> Iterator[str]:
    statements = [
        f"PREPARE {_name(program, number)} AS\n{statement.sql.decode()}\n"
        for program in programs
        for number, statement in enumerate(program.statements)
    ]
    yield f"\\if :{READY} = 0"
    # one command of pgbench, for it looks at each that it has to skip
    yield "\\;\n".join(statements) + ";"
    yield f"\\set {READY} 1"
    yield "\\endif"


def _taking_on(role: str | None) -> Iterator[str]:
    """Yield what takes on a role if the session's last request had another, as our driver does."""
    number = int.from_bytes(hashlib.blake2b((role or "").encode(), digest_size=4).digest())
    yield f"\\if :{ROLE} <> {number}"
    yield f"{taking(role).decode()};"
    yield f"\\set {ROLE} {number}"
    yield "\\endif"


def _name(program: Program, number: int) -> str:
    """Return a prepared statement's name; one text in two classes is prepared for each."""
    name = program.query.name
    if not _PLAIN.fullmatch(name):
        name = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    return f"b2_{name}_{number}"


def _choice(program: Program, requests: Sequence[list[Values]], first: int) -> Iterator[str]:
    """Yield a tree of conditions with a request in each leaf."""
    if len(requests) == 1:
        yield from _request(program, requests[0])
        return
    half = len(requests) // 2
    yield f"\\if :b2_turn < {first + half}"
    yield from _choice(program, requests[:half], first)
    yield "\\else"
    yield from _choice(program, requests[half:], first + half)
    yield "\\endif"


def _request(program: Program, values: list[Values]) -> Iterator[str]:
    commands = around(program.query)
    types = {out.name: out.type for step in program.query.steps for out in step.outputs}
    # what a step without a row leaves behind, as our driver has it
    yield from (f"\\set out_{name} null" for name in types)
    if commands:
        yield f"{commands[BEGIN]};"
    for number, (statement, given) in enumerate(zip(program.statements, values, strict=True)):
        end = " \\aset out_" if statement.outputs else ";"
        yield f"EXECUTE {_name(program, number)}{_given(statement, given, types)}{end}"
    if commands:
        yield f"{commands[COMMIT]};"


def _given(statement: Statement, values: Values, types: Mapping[str, str]) -> str:
    fed = dict(statement.fed)
    texts = [
        _fed(fed[place], types[fed[place]]) if place in fed else literal(value)
        for place, value in enumerate(values)
    ]
    return f"({', '.join(texts)})" if texts else ""


def _fed(name: str, type_name: str) -> str:
    """Return a value that an earlier step gave: pgbench writes NULL as nothing, or as NULL."""
    return f"nullif(nullif(':out_{name}', ''), 'NULL')::{type_name}"


def literal(value: bytes | None) -> str:
    r"""Return a value as SQL writes it, with nothing in it that pgbench takes for a variable.

    >>> literal(b"it's"), literal(None), literal(b"at :scale")
    ("'it''s'", 'NULL', "E'at \\072scale'")
    """
    if value is None:
        return "NULL"
    text = value.decode().replace("'", "''")
    if not _TOUCHED.search(text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace(":", "\\072")
    return f"E'{escaped}'"
