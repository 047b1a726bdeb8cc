"""Conditions as EXPLAIN writes them, read far enough to see which index could serve them.

PostgreSQL puts parentheses around every operator, so that `((t.a = 1) AND (lower(t.b) ~~ 'x%'))`
has one operator at each depth; nothing more of SQL's grammar is needed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>[eE]?'(?:[^'\\]|\\.|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<word>[A-Za-z_$][\w$]*)
      | (?P<number>\d[\w.]*)
      | (?P<cast>::)
      | (?P<operator>[-+*/<>=~!@\#%^&|`?]+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRING = r"[eE]?'(?:[^'\\]|\\.|'')*'"
_RANGES = frozenset(("<", "<=", ">", ">="))
_PATTERNS = frozenset(("~~", "~~*", "~", "~*"))
_CONSTANT_LEFT = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_IDENTIFIER = r'(?:[A-Za-z_][\w$]*|"(?:[^"]|"")+")'
_CALL = re.compile(rf"(?:{_IDENTIFIER}\.)?(?P<name>{_IDENTIFIER})\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One comparison of something that a single relation has with something else.

    Args:
        expression: that side, with the relation's alias taken off, e.g. `sku` or `lower(sku)`.
        operator: with the expression on its left; empty for one that stands alone.
        other: the other side as EXPLAIN writes it.
        is_column: whether the expression is a column and nothing more.
    """

    expression: str
    operator: str
    other: str
    is_column: bool

    @property
    def is_equality(self) -> bool:
        """Whether an index can look the expression up."""
        return self.operator in {"=", "IS NULL"}

    @property
    def is_range(self) -> bool:
        """Whether an index can bound the expression."""
        return self.operator in _RANGES

    @property
    def is_pattern(self) -> bool:
        """Whether texts are matched with a pattern."""
        return self.operator in _PATTERNS

    @property
    def cast_column(self) -> str:
        """The column whose value is cast before it is compared; empty without one."""
        match = re.fullmatch(rf"\(({_IDENTIFIER})\)::[\w \[\](),]+", self.expression)
        return match[1] if match else ""

    @property
    def cast_type(self) -> str:
        """The type that the column is cast to; empty without a cast."""
        return self.expression.rpartition("::")[2] if self.cast_column else ""


def functions_in(expression: str) -> tuple[str, ...]:
    """Return the names of functions that an expression calls, without schemas.

    >>> functions_in("(shop.fold(p.sku) = lower('f(x)'::text))")
    ('fold', 'lower')
    """
    blank = "".join("''" if kind == "string" else text for kind, text in _tokens(expression))
    return tuple(match["name"].strip('"') for match in _CALL.finditer(blank))


def terms(condition: str, alias: str) -> tuple[Term, ...]:
    """Return the comparisons of a condition that restrict one relation.

    Args:
        condition: as EXPLAIN (VERBOSE) writes it, columns with their relation's alias.
        alias: of the relation.
    """
    found = (_term(part, alias) for part in conjuncts(condition))
    return tuple(term for term in found if term is not None)


def conjuncts(condition: str) -> Iterator[str]:
    """Yield the parts that AND joins.

    >>> list(conjuncts("((a.x = 1) AND ((a.y > 2) OR (a.z)))"))
    ['a.x = 1', '(a.y > 2) OR (a.z)']
    """
    inner = _bare(condition)
    parts = _split(inner, "AND")
    if len(parts) == 1:
        yield inner
        return
    for part in parts:
        yield from conjuncts(part)


def _term(part: str, alias: str) -> Term | None:
    left, operator, right = _sides(part)
    if not operator:
        return None
    mine = [_mentions(left, alias), _mentions(right, alias)]
    if mine == [True, False]:
        return _term_of(left, operator, right, alias)
    if mine == [False, True] and operator in _CONSTANT_LEFT:
        return _term_of(right, _CONSTANT_LEFT[operator], left, alias)
    return None


def _term_of(expression: str, operator: str, other: str, alias: str) -> Term | None:
    own = _without(expression, alias)
    if re.search(rf"{_IDENTIFIER}\.{_IDENTIFIER}\b(?!\()", _no_strings(own)):
        return None  # columns of other relations are in it
    is_column = re.fullmatch(_IDENTIFIER, own) is not None
    return Term(expression=own, operator=operator, other=other, is_column=is_column)


def _sides(part: str) -> tuple[str, str, str]:
    """Return what stands left and right of the operator, which is empty where there is none."""
    tokens = list(_tokens(part))
    if re.search(r" IS NULL$", part):
        return part.removesuffix(" IS NULL"), "IS NULL", ""
    depth, before = 0, ""
    for place, (kind, text) in enumerate(tokens):
        depth += (kind == "open") - (kind == "close")
        if depth == 0 and kind == "operator":
            after = "".join(text for _, text in tokens[place + 1 :])
            return before.strip(), text, after.strip()
        before += text
    return part, "", ""


def _split(text: str, word: str) -> list[str]:
    parts, depth = [""], 0
    for kind, token in _tokens(text):
        depth += (kind == "open") - (kind == "close")
        if depth == 0 and kind == "word" and token == word:
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts]


def _bare(text: str) -> str:
    """Return an expression without the parentheses around the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth, length = 0, 0
    for kind, token in _tokens(text):
        depth += (kind == "open") - (kind == "close")
        length += len(token)
        if depth == 0:
            return length == len(text)
    return False


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        yield match.lastgroup or "other", match[0]


def _mentions(text: str, alias: str) -> bool:
    return re.search(_prefix(alias), _no_strings(text)) is not None


def _without(text: str, alias: str) -> str:
    """Return the text without the alias before columns; strings stay as they are."""
    pieces = re.split(rf"({_STRING})", text)
    pieces[::2] = (re.sub(_prefix(alias), "", piece) for piece in pieces[::2])
    return "".join(pieces)


def _prefix(alias: str) -> str:
    quoted = re.escape('"' + alias.replace('"', '""') + '"')
    return rf"(?<![\w$\".])(?:{re.escape(alias)}|{quoted})\."


def _no_strings(text: str) -> str:
    return re.sub(_STRING, "''", text)
