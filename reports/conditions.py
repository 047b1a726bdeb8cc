"""Conditions as EXPLAIN writes them, read far enough to see which index could serve them.

PostgreSQL puts parentheses around every operator, so that `((t.a = 1) AND (lower(t.b) ~~ 'x%'))`
has one operator at each depth; nothing more of SQL's grammar is needed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
_RANGES = frozenset(("<", "<=", ">", ">="))
_PATTERNS = frozenset(("~~", "~~*", "~", "~*"))
_CONSTANT_LEFT = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_IDENTIFIER = r'(?:[A-Za-z_][\w$]*|"(?:[^"]|"")+")'
_COLUMN = re.compile(rf"(?P<alias>{_IDENTIFIER})\.(?P<column>{_IDENTIFIER})(?: (?P<order>.+))?")
_NAMES = frozenset(("word", "quoted"))
# words that a parenthesis may follow without a blank
_NO_CALLS = frozenset(("ROW",))


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
        match = re.fullmatch(rf"\(({_IDENTIFIER})\)::[\w \[\](),]+", _bare(self.expression))
        return match[1] if match else ""

    @property
    def cast_type(self) -> str:
        """The type that the column is cast to; empty without a cast."""
        return _bare(self.expression).rpartition("::")[2] if self.cast_column else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as EXPLAIN writes it.

    Args:
        alias: of its relation, without quotes.
        name: as SQL has it.
        order: what a sort key says of it, e.g. `DESC`.
    """

    alias: str
    name: str
    order: str = ""


def column_of(expression: str) -> Column | None:
    """Return the column that an expression or a sort key is; `None` if it is something else.

    >>> column_of('"My t".sku DESC')
    Column(alias='My t', name='sku', order='DESC')
    """
    match = _COLUMN.fullmatch(expression)
    if match is None:
        return None
    alias = match["alias"]
    if alias.startswith('"'):
        alias = alias[1:-1].replace('""', '"')
    return Column(alias=alias, name=match["column"], order=match["order"] or "")


def functions_in(expression: str) -> tuple[str, ...]:
    """Return the names of functions that an expression calls, as SQL has them, without schemas.

    >>> functions_in("(shop.fold(p.sku) = lower('f(x)'::text))")
    ('fold', 'lower')
    """
    tokens = list(_tokens(expression))
    return tuple(
        text
        for (kind, text), (_, after) in pairwise(tokens)
        if kind in _NAMES and after == "(" and text not in _NO_CALLS
    )


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
    if expression.startswith("ROW(") and operator in _RANGES:
        # rows are compared by their first columns first
        first = _split(expression.removeprefix("ROW(").removesuffix(")"), ",")[0]
        return _term_of(first, f"{operator[0]}=", other, alias)
    own = _without(expression, alias)
    if own is None:
        return None
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


def _split(text: str, by: str) -> list[str]:
    """Return the parts between a word or a sign that stands outside of parentheses."""
    parts, depth = [""], 0
    for kind, token in _tokens(text):
        depth += (kind == "open") - (kind == "close")
        if depth == 0 and kind in {"word", "other"} and token == by:
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
    tokens = list(_tokens(text))
    return any(_names(alias, tokens[place][1]) for place in _qualifiers(tokens))


def _without(text: str, alias: str) -> str | None:
    """Return an expression without the alias before columns.

    `None` where it holds columns of other relations, or the relation's row as a whole.
    """
    tokens = list(_tokens(text))
    dropped = set[int]()
    for place in _qualifiers(tokens):
        if not _names(alias, tokens[place][1]) or tokens[place + 2][1] == "*":
            return None
        dropped |= {place, place + 1}
    return "".join(token for place, (_, token) in enumerate(tokens) if place not in dropped)


def _qualifiers(tokens: Sequence[tuple[str, str]]) -> Iterator[int]:
    """Yield the places of the names that stand before a dot and a column."""
    for place, ((kind, _), (_, dot), (after, _)) in enumerate(
        zip(tokens, tokens[1:], tokens[2:], strict=False)
    ):
        is_call = tokens[place + 3 : place + 4] == [("open", "(")]
        is_first = place == 0 or tokens[place - 1][1] != "."
        is_column = kind in _NAMES and dot == "." and after in _NAMES | {"operator"}
        if is_column and is_first and not is_call:
            yield place


def _names(alias: str, token: str) -> bool:
    return token in {alias, '"' + alias.replace('"', '""') + '"'}
