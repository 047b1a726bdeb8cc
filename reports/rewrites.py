"""Other texts of a statement that ask for the same: keys for OFFSET, types, calls made once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from b2bench.queries import QueryClass, Step
from b2bench.sqlfile import LITERALS

_DIALECT = "postgres"
# how else people write a type
_SHORTER = {
    "integer": ("int", "int4"),
    "bigint": ("int8",),
    "smallint": ("int2",),
    "numeric": ("decimal",),
    "double precision": ("float8", "float"),
    "real": ("float4",),
    "character varying": ("varchar",),
    "timestamp with time zone": ("timestamptz",),
    "timestamp without time zone": ("timestamp",),
}
_AFTER = "after_"
_ARGUMENTS = r"(?:'(?:[^']|'')*'|[^()'])*"
_CONSTANT = re.compile(
    r"'(?:[^']|'')*'|\$\d+(?:::[\w\[\] ]+)?|[\d.]+|\b(?i:null|true|false)\b|,|\s"
)
# a function that stands for a table
_FROM = re.compile(r"\b(?:from|join|lateral)\s+\Z", re.IGNORECASE)
_PARAMETER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<number>\d+)""")
# a query file declares the types of its parameters
_CAST_PARAMETER = re.compile(r"CAST\((:\w+) AS [\w ]+(?:\(\d+(?:, *\d+)?\))?(?:\[\])?\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A step with another text.

    Args:
        step: that takes the place of the one with its name.
        shown: the text with parameters by name, for the query file.
        boundary: a statement whose row gives the values of new parameters; empty without any.
        boundary_parameters: of that statement, in the order of `$1`, `$2`, …
        new_parameters: which the boundary's columns give, in order.
    """

    step: Step
    shown: str
    boundary: str = ""
    boundary_parameters: tuple[str, ...] = ()
    new_parameters: tuple[str, ...] = ()


def with_step(query: QueryClass, step: Step) -> QueryClass:
    """Return a class in which a step of the same name is replaced."""
    steps = tuple(step if each.name == step.name else each for each in query.steps)
    return replace(query, steps=steps)


def as_keyset(query: QueryClass, step_name: str) -> Rewrite | None:
    """Return a page that begins after a row instead of counting rows off.

    `ORDER BY a, b LIMIT n OFFSET m` becomes `WHERE (a, b) > (:after_1, :after_2) … LIMIT n`. That
    is the same page if the keys name each row once and none is NULL, which the caller has to see
    from the answers. `None` where the statement is not of that kind.
    """
    step = _step(query, step_name)
    tree = _select(step.sql)
    if tree is None or not _is_plain_page(tree):
        return None
    ordered = tree.args["order"].expressions
    keys = [key for each in ordered if (key := _Key.of(each, tree)) is not None]
    if len(keys) < len(ordered):
        return None
    boundary = tree.copy()
    boundary.set("expressions", [each.expression.copy() for each in keys])
    for ordered, key in zip(boundary.args["order"].expressions, keys, strict=True):
        ordered.set("this", key.expression.copy())
    last = exp.Sub(this=exp.Paren(this=_offset(tree)), expression=exp.Literal.number(1))
    boundary.set("offset", exp.Offset(expression=exp.Paren(this=last)))
    boundary.set("limit", exp.Limit(expression=exp.Literal.number(1)))
    new = tuple(f"{_AFTER}{place}" for place in range(1, len(keys) + 1))
    names = (*step.parameters, *new)
    first = len(step.parameters) + 1
    values = [exp.Parameter(this=exp.Literal.number(first + at)) for at in range(len(keys))]
    page = tree.copy()
    page.set("offset", None)
    page = page.where(_after(keys, values))
    text, parameters = _numbered(_text(page), names)
    boundary_text, boundary_parameters = _numbered(_text(boundary), names)
    return Rewrite(
        step=replace(step, sql=text, parameters=parameters),
        shown=_named(_text(page, pretty=True), names),
        boundary=boundary_text,
        boundary_parameters=boundary_parameters,
        new_parameters=new,
    )


def with_parameter_type(
    query: QueryClass, step_name: str, given: str, wanted: str
) -> Rewrite | None:
    """Return the step with parameters of one type declared as another; `None` without any.

    Args:
        query: the class.
        step_name: of its step.
        given: the type as the server names it, without a length or precision.
        wanted: the other type.
    """
    step = _step(query, step_name)
    names = "|".join(map(re.escape, (given, *_SHORTER.get(given, ()))))
    text = re.sub(
        rf"(\$\d+)::(?:{names})(?:\(\d+(?:, *\d+)?\))?(?![\w\[(])", rf"\1::{wanted}", step.sql
    )
    if text == step.sql:
        return None
    return Rewrite(step=replace(step, sql=text), shown=_named(text, step.parameters))


def with_scalar_subquery(query: QueryClass, step_name: str, function: str) -> Rewrite | None:
    """Return the step with calls that depend on no row made once, as `(SELECT f())`."""
    step = _step(query, step_name)
    schema = r"(?:(?:\w+|\"(?:[^\"]|\"\")+\")\.)?"
    call = rf"(?<![\w.\"])(?P<call>{schema}{re.escape(function)}\((?P<arguments>{_ARGUMENTS})\))"
    # what looks like a call in a string or a comment is none
    pattern = re.compile(rf"{call}|{LITERALS}", re.VERBOSE | re.DOTALL)
    text = pattern.sub(_once, step.sql)
    if text == step.sql:
        return None
    return Rewrite(step=replace(step, sql=text), shown=_named(text, step.parameters))


def _once(match: re.Match[str]) -> str:
    if match["call"] is None or _FROM.search(match.string, 0, match.start()):
        return match[0]
    varies = _CONSTANT.sub("", match["arguments"])
    return match[0] if varies else f"(SELECT {match['call']})"


def _step(query: QueryClass, name: str) -> Step:
    return next(step for step in query.steps if step.name == name)


def _select(text: str) -> exp.Select | None:
    try:
        tree = parse_one(text, dialect=_DIALECT)
    except SqlglotError:
        return None
    return tree if isinstance(tree, exp.Select) else None


def _is_plain_page(tree: exp.Select) -> bool:
    has = {name for name, value in tree.args.items() if value}
    if not {"order", "limit", "offset"} <= has:
        return False
    if has & {"group", "distinct", "having", "windows", "qualify", "locks"}:
        return False
    if "WITH TIES" in tree.args["limit"].sql(_DIALECT):
        return False  # rows that tie with the last one of a page begin the next
    if any(each.parent_select is tree for each in tree.find_all(exp.AggFunc)):
        return False
    # a window counts rows that the page would not see; NULL comes after no key
    return tree.find(exp.Window) is None and "NULLS" not in tree.args["order"].sql(_DIALECT)


def _offset(tree: exp.Select) -> exp.Expr:
    found: exp.Expr = tree.args["offset"].expression.copy()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """One expression of ORDER BY."""

    expression: exp.Expr
    is_descending: bool

    @classmethod
    def of(cls, ordered: exp.Expr, tree: exp.Select) -> "_Key | None":
        expression = ordered.this if isinstance(ordered, exp.Ordered) else ordered
        resolved = _resolved(expression, tree)
        if resolved is None:
            return None
        return cls(expression=resolved, is_descending=bool(ordered.args.get("desc")))


def _resolved(expression: exp.Expr, tree: exp.Select) -> exp.Expr | None:
    """Return what an output's name or number in ORDER BY stands for; `None` if that is unknown."""
    outputs = tree.expressions
    if isinstance(expression, exp.Literal) and not expression.is_string:
        if not expression.is_int:
            return None  # the server takes whole numbers only
        place = int(expression.this) - 1
        before = outputs[: place + 1]
        if len(before) <= place or any(each.is_star for each in before):
            return None  # how many columns a star stands for, only the server knows
        return _unaliased(outputs[place])
    if isinstance(expression, exp.Column) and not expression.table:
        named = {
            _folded(each): each for each in outputs if isinstance(each, exp.Alias | exp.Column)
        }
        if _folded(expression) in named:
            return _unaliased(named[_folded(expression)])
    copied: exp.Expr = expression.copy()
    return copied


def _folded(named: exp.Expr) -> str:
    """Return the name of a column or an output as the server has it."""
    identifier = named.args["alias"] if isinstance(named, exp.Alias) else named.this
    if isinstance(identifier, exp.Identifier) and identifier.quoted:
        return str(identifier.this)
    return str(named.alias_or_name).lower()


def _unaliased(expression: exp.Expr) -> exp.Expr:
    inner: exp.Expr = expression.unalias().copy()
    return inner


def _after(keys: Sequence[_Key], values: Sequence[exp.Expr]) -> exp.Expr:
    """Return the condition that a row comes after the one with these keys."""
    directions = {key.is_descending for key in keys}
    if len(directions) == 1:
        compares = exp.LT if directions == {True} else exp.GT
        left = [key.expression.copy() for key in keys]
        if len(keys) == 1:
            return compares(this=left[0], expression=values[0].copy())
        return compares(
            this=exp.Tuple(expressions=left),
            expression=exp.Tuple(expressions=[value.copy() for value in values]),
        )
    leading = exp.LTE if keys[0].is_descending else exp.GTE
    # says the same of the first key as the alternatives do, in a form that an index can use
    bound = leading(this=keys[0].expression.copy(), expression=values[0].copy())
    return exp.and_(bound, exp.or_(*_alternatives(keys, values)))


def _alternatives(keys: Sequence[_Key], values: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    for place, key in enumerate(keys):
        equal = [
            exp.EQ(this=before.expression.copy(), expression=values[at].copy())
            for at, before in enumerate(keys[:place])
        ]
        compares = exp.LT if key.is_descending else exp.GT
        yield exp.and_(
            *equal, compares(this=key.expression.copy(), expression=values[place].copy())
        )


def _text(tree: exp.Expr, *, pretty: bool = False) -> str:
    return tree.sql(_DIALECT, pretty=pretty, normalize_functions=False)


def _numbered(text: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a text whose parameters have new numbers without a gap, and what those are."""
    used = list[str]()

    def number(match: re.Match[str]) -> str:
        if match["number"] is None:
            return match[0]
        name = names[int(match["number"]) - 1]
        if name not in used:
            used.append(name)
        return f"${used.index(name) + 1}"

    return _PARAMETER.sub(number, text), tuple(used)


def _named(text: str, names: Sequence[str]) -> str:
    """Return a statement with `:name` for each `$n`."""

    def name(match: re.Match[str]) -> str:
        return match[0] if match["number"] is None else f":{names[int(match['number']) - 1]}"

    return _CAST_PARAMETER.sub(r"\1", _PARAMETER.sub(name, text))
