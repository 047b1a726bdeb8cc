"""What the Markdown outputs share: a mark for each severity, and texts that fit into a cell."""

import re

from b2bench.findings import Severity

MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "▫️"}
# an underscore within a word means nothing
_MEANING = re.compile(r"[\\`*~\[\]<|]|(?<!\w)_|_(?!\w)")


def one_line(text: str) -> str:
    """Return a text with its lines joined."""
    return " ".join(text.split())


def cell(text: str) -> str:
    """Return a text that fits into a cell of a table."""
    return one_line(text).replace("|", "\\|")


def plain(text: str) -> str:
    r"""Return a text that Markdown shows as it is, in one line and in a cell, too.

    >>> plain("count(*) of price_rules < _old | x[]")
    'count(\\*) of price_rules \\< \\_old \\| x\\[\\]'
    """
    return _MEANING.sub(r"\\\g<0>", one_line(text))


def code(text: str) -> str:
    """Return a text as code in one line, outside of tables.

    >>> code("CREATE INDEX a ON b (c)")
    '`CREATE INDEX a ON b (c)`'
    """
    return f"`{one_line(text).replace('`', chr(39))}`"


def clipped(text: str, most: int) -> str:
    """Return a text that is no longer than so many characters.

    >>> clipped("abcdef", 4), clipped("abcd", 4)
    ('abc…', 'abcd')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
