"""What was changed in a query file, told by the clauses of its statements and without constants."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from b2bench.sqlfile import LITERALS
from reports.cause import Cause
from reports.redaction import REDACTED, redact_sql, without_comments

_DIALECT = "postgres"
_DIGEST_DIGITS = 16
_SHOWN = 3
_LONGEST = 80
# a constant that the parser reads wherever a constant may stand
_CONSTANT = f"'{REDACTED}'"
_WORD = re.compile(rf"{LITERALS} | (?P<word>[\w$]+ | \S)", re.VERBOSE | re.DOTALL)
_TYPED_PARAMETER = re.compile(r"CAST\((\$\d+) AS [^()]+(?:\([\d, ]+\))?(?:\[\])?\)")
_QUERIES = (exp.Select, exp.SetOperation, exp.Insert, exp.Update, exp.Delete, exp.Merge)
# arguments of a statement's tree, and how its clauses are called
_CLAUSES = {
    "expressions": "",
    "from_": "FROM",
    "this": "INTO",
    "joins": "",
    "where": "WHERE",
    "group": "GROUP BY",
    "having": "HAVING",
    "order": "ORDER BY",
    "limit": "",
    "offset": "",
    "locks": "",
    "conflict": "",
    "returning": "",
    "distinct": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A step's text as it may be kept.

    Args:
        sql: without comments, its constants hidden.
        digest: of the text without comments and layout, so that a changed constant is seen, too.
    """

    step: str
    sql: str
    digest: str


def statement_of(step: str, sql: str) -> Statement:
    """Return a step's text in the form that a baseline keeps."""
    bare = " ".join(_words(without_comments(sql)))
    digest = hashlib.sha256(bare.encode()).hexdigest()[:_DIGEST_DIGITS]
    return Statement(step=step, sql=redact_sql(sql).strip(), digest=digest)


def query_change(
    query: str, baseline: Sequence[Statement], candidate: Sequence[Statement]
) -> Cause | None:
    """Return the change of a class's file as a cause that nobody has proven; `None` without one."""
    before, after = _by_step(baseline), _by_step(candidate)
    said = list(_said(before, after))
    if not said:
        return None
    return Cause(
        kind="query",
        identity=query,
        shown=f"query {query} was changed: {'; '.join(said)}",
        mend=f"change {query}.sql back, or accept it with `b2bench baseline accept {query}`",
    )


def _by_step(statements: Iterable[Statement]) -> dict[str, Statement]:
    return {statement.step: statement for statement in statements}


def _said(before: Mapping[str, Statement], after: Mapping[str, Statement]) -> Iterator[str]:
    # a step that was not reached on one side is told of as such elsewhere
    for step in (name for name in before if name in after):
        if before[step].digest == after[step].digest:
            continue
        where = "" if step == "main" else f"{step}: "
        yield f"{where}{changed_clauses(before[step].sql, after[step].sql)}"


def changed_clauses(baseline: str, candidate: str) -> str:
    """Return which clauses of a statement are gone and which have come.

    >>> changed_clauses("SELECT a FROM t WHERE b = $1", "SELECT a FROM t WHERE lower(b) = $1")
    'WHERE b = $1 → WHERE LOWER(b) = $1'
    >>> changed_clauses("SELECT a FROM t LIMIT ‹…›", "SELECT a FROM t LIMIT ‹…› OFFSET ‹…›")
    '+ OFFSET ‹…›'
    """
    if _words(baseline) == _words(candidate):
        return "a constant"
    before, after = _clauses(baseline), _clauses(candidate)
    if before is None or after is None:
        before, after = Counter(_words(baseline)), Counter(_words(candidate))
    gone, come = _most(before - after), _most(after - before)
    if gone and come:
        return f"{', '.join(gone)} → {', '.join(come)}"
    if gone or come:
        return f"{'+' if come else '−'} {', '.join(come or gone)}"
    return "what is no clause of its own"


def _words(sql: str) -> list[str]:
    """Return the words and signs of a statement; letters in quotes stay large or small."""
    return [match[0].lower() if match["word"] else match[0] for match in _WORD.finditer(sql)]


def _most(clauses: Counter[str]) -> list[str]:
    texts = [f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text for text in clauses]
    left = len(texts) - _SHOWN
    return texts[:_SHOWN] + ([f"and {left} more"] if left > 0 else [])


def _clauses(sql: str) -> Counter[str] | None:
    """Count the clauses of a statement and of those within it; `None` where it cannot be read."""
    try:
        tree = parse_one(sql.replace(REDACTED, _CONSTANT), dialect=_DIALECT)
    except SqlglotError:
        return None
    queries = (found for found in tree.find_all(*_QUERIES) if isinstance(found, exp.Expression))
    return Counter(clause for query in queries for clause in _of_query(query))


def _of_query(query: exp.Expression) -> Iterator[str]:
    if isinstance(query, exp.SetOperation):
        yield type(query).__name__.upper() + ("" if query.args.get("distinct") else " ALL")
    for each in query.ctes if isinstance(query, exp.Query) else ():
        materialized = each.args.get("materialized")
        told = {True: " AS MATERIALIZED", False: " AS NOT MATERIALIZED"}
        yield f"WITH {each.alias}{'' if materialized is None else told[bool(materialized)]}"
    for name, title in _CLAUSES.items():
        for part in _parts(query.args.get(name)):
            yield f"{title} {_shown(part)}".strip()


def _parts(clause: object) -> Iterator[exp.Expression]:
    match clause:
        case list():
            for item in clause:
                yield from _parts(item)
        case exp.Where() | exp.Having():
            yield from _parts(clause.this)
        case exp.And():
            yield from _parts(list(clause.flatten()))
        case exp.From():
            yield from _parts(clause.this)
        case exp.Group() | exp.Order():
            yield from clause.expressions
        case exp.Query():
            # it is told of by itself
            return
        case exp.Expression():
            yield clause


def _shown(part: exp.Expression) -> str:
    """Return the text of a part, in which other queries are only dots."""
    bare = part.copy()
    for query in list(bare.find_all(exp.Select, exp.SetOperation)):
        query.replace(exp.Var(this="…"))
    # tables may stand side by side
    text = bare.sql(dialect=_DIALECT).removeprefix(", ").replace(_CONSTANT, REDACTED)
    return _TYPED_PARAMETER.sub(r"\1", text)
