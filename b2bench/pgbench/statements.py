"""What can be told of an SQL statement by looking at it: a name for it, and its columns' names."""

import re
from collections.abc import Iterator, Sequence

from b2bench.sqlfile import LITERALS

_LITERAL = re.compile(LITERALS, re.VERBOSE | re.DOTALL)
_WHAT = (
    re.compile(r"(?P<verb>insert)\s+into\s+(?P<table>[\w.]+)", re.IGNORECASE),
    re.compile(r"(?P<verb>update)\s+(?:only\s+)?(?P<table>[\w.]+)", re.IGNORECASE),
    re.compile(r"(?P<verb>delete)\s+from\s+(?:only\s+)?(?P<table>[\w.]+)", re.IGNORECASE),
    re.compile(r"(?P<verb>merge)\s+into\s+(?:only\s+)?(?P<table>[\w.]+)", re.IGNORECASE),
    re.compile(
        r"(?P<verb>select)\b.*?\bfrom\s+(?:only\s+)?(?P<table>[\w.]+)", re.IGNORECASE | re.DOTALL
    ),
)
_RETURNING = re.compile(r"\breturning\b", re.IGNORECASE)
_SELECT = re.compile(r"\bselect(?:\s+(?:distinct|all)\b)?", re.IGNORECASE)
_LIST_END = re.compile(
    r"\b(?:from|where|group|having|window|union|intersect|except|order|limit|offset|fetch|for)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\bas\s+(?P<name>\w+)$", re.IGNORECASE)
_SIMPLE = r"(?:\w+\.)*(?P<column>[^\W\d]\w*)(?:\s*\(\))?(?:\s*::\s*\w+(?:\(\))?(?:\[\])?)?"
_COLUMN = re.compile(rf"(?!not\b){_SIMPLE}(?:\s+(?P<label>[^\W\d]\w*))?$", re.IGNORECASE)


def step_names(statements: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each statement of a script: `main`, or by verb and table.

    >>> step_names(["UPDATE pgbench_accounts SET abalance = 0", "SELECT 1"])
    ('update_accounts', 'step_2')
    """
    if len(statements) == 1:
        return ("main",)
    names = list[str]()
    for number, sql in enumerate(statements, start=1):
        name = _name(sql) or f"step_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return tuple(names)


def _name(sql: str) -> str | None:
    plain = _LITERAL.sub(" ", sql).strip()
    for what in _WHAT:
        if match := what.match(plain):
            table = match["table"].rpartition(".")[2].lower().removeprefix("pgbench_")
            return f"{match['verb'].lower()}_{table}"
    return None


def column_names(sql: str) -> tuple[str | None, ...]:
    """Return the names of a statement's columns, `None` for what cannot be told without a server.

    >>> column_names("SELECT a.id, count(*), max(x) AS most, b::int, * FROM a WHERE c = 'd'")
    ('id', 'count', 'most', 'b', None)
    """
    outer = _outermost(sql)
    start = _RETURNING.search(outer) or _SELECT.search(outer)
    if start is None:
        return ()
    listed = outer[start.end() :]
    end = _LIST_END.search(listed)
    items = listed[: end.start() if end else None].split(",")
    return tuple(_column(item.strip()) for item in items)


def _outermost(sql: str) -> str:
    """Return a statement without literals, and with nothing between its parentheses."""
    plain = _LITERAL.sub(lambda match: match[0] if match["quoted"] else " ", sql)
    return "".join(_at_the_top(plain.replace('"', "")))


def _at_the_top(text: str) -> Iterator[str]:
    depth = 0
    for character in text:
        depth -= character == ")"
        if depth == 0:
            yield character
        depth += character == "("


def _column(item: str) -> str | None:
    if match := _LABEL.search(item):
        return match["name"].lower()
    simple = _COLUMN.match(item)
    return (simple["label"] or simple["column"]).lower() if simple else None
