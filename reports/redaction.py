"""Plans without the values in them: what a report may show to people who may not see the data."""

import re

from reports.plans import JsonObject

REDACTED = "‹…›"

# what a plan says in words of its own or names of the catalogue; every other text may hold values
_PLAIN = frozenset(
    (
        "Node Type",
        "Strategy",
        "Partial Mode",
        "Operation",
        "Parent Relationship",
        "Subplan Name",
        "Scan Direction",
        "Relation Name",
        "Schema",
        "Alias",
        "Index Name",
        "CTE Name",
        "Function Name",
        "Table Function Name",
        "Tuplestore Name",
        "Custom Plan Provider",
        "Join Type",
        "Command",
        "Sort Method",
        "Sort Methods Used",
        "Sort Space Type",
        "Group Method",
        "Cache Mode",
        "Storage",
        "Sampling Method",
        "Conflict Resolution",
        "Conflict Arbiter Indexes",
        "Presorted Key Method",
        "Format",
        "Trigger Name",
        "Constraint Name",
        "Relation",
    )
)
_SETTINGS = "Settings"
# whole statements, with comments
_STATEMENTS = frozenset(("Query Text", "Remote SQL"))
_STRINGS = r"""[eE]'(?:[^'\\]|\\.|'')*' | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'
      | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$"""
_LITERAL = re.compile(
    rf"""(?P<value>{_STRINGS})
      | (?P<keep>"(?:[^"]|"")*" | \$\d+ | (?:InitPlan|SubPlan)\ \d+ | [A-Za-z_]\w*)
      | (?P<number>(?<![\w.])-?(?:\d|\.\d)(?:[\w.]|(?<=[eE])[+-](?=\d))*)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(
    rf"""(?P<keep>{_STRINGS} | "(?:[^"]|"")*") | \s*--[^\n]* | (?P<begin>/\*)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def redact_text(expression: str) -> str:
    """Return an expression with its constants hidden and its names kept.

    >>> redact_text("((note = 'it''s'::text) AND (t1.col2 > 42) AND (id = $1))")
    '((note = ‹…›::text) AND (t1.col2 > ‹…›) AND (id = $1))'
    """
    return _LITERAL.sub(lambda match: match["keep"] or REDACTED, expression)


def redact_sql(statement: str) -> str:
    """Return a statement without its comments, and with its constants hidden.

    >>> redact_sql("SELECT 1 FROM t /* or 'eve' */ WHERE a = $1::int AND b = '--' -- for bob")
    'SELECT ‹…› FROM t  WHERE a = $1::int AND b = ‹…›'
    """
    return redact_text(without_comments(statement))


def without_comments(statement: str) -> str:
    """Return a statement without its comments, also those that hold comments.

    >>> without_comments("SELECT '--' /* it's /* b */ c */ AS text -- d")
    "SELECT '--'  AS text"
    """
    kept, at = list[str](), 0
    while match := _COMMENT.search(statement, at):
        kept += (statement[at : match.start()], match["keep"] or "")
        at = _comment_end(statement, match.end()) if match["begin"] else match.end()
    return "".join((*kept, statement[at:]))


def _comment_end(statement: str, at: int) -> int:
    """Return where a comment ends of which the beginning was read; the end where it does not."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(statement, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(statement)


def redact_plan(explained: JsonObject) -> JsonObject:
    """Return EXPLAIN's JSON with the constants hidden in every text that may hold some."""
    return {key: _value(key, value) for key, value in explained.items()}


def _value(key: str, value: object) -> object:
    match value:
        case dict() if key == _SETTINGS:
            return value
        case dict():
            return redact_plan(value)
        case list():
            return [_value(key, item) for item in value]
        case str() if key in _STATEMENTS:
            return redact_sql(value)
        case str() if key not in _PLAIN:
            return redact_text(value)
        case _:
            return value
