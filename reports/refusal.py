"""What the server said of a statement that it refused, without anybody's data in it."""

import re
from collections.abc import Sequence

import psycopg

from reports.redaction import redact_sql

# words on values, of functions' own, of other servers
_TELLING = frozenset(("22", "23", "38", "39", "HV", "P0"))
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def refusal(error: psycopg.Error, statements: Sequence[str] = ()) -> str:
    """Return the server's words and their code; only the error's kind where they may hold a value.

    A name that is not there may have come from a value, as in `'…'::regclass`, and a syntax error
    quotes a piece of the text. So what the server quotes is shown only where a statement holds it
    outside of its constants.

    Args:
        error: that the server raised.
        statements: that were executed.
    """
    said = error.diag.message_primary if _is_servers_own(error) else None
    if said is None or not all(_stands_in(part, statements) for part in _QUOTED.findall(said)):
        said = type(error).__name__
    return f"{said} ({error.sqlstate})"


def _is_servers_own(error: psycopg.Error) -> bool:
    """Return whether the words are about the statement, and not a function's or about a value."""
    if error.sqlstate is None or error.sqlstate[:2] in _TELLING:
        return False
    if error.diag.source_function == "aclcheck_error":
        return True
    # RAISE gives any code to any words; what functions make and execute is no better known
    return error.diag.source_function != "exec_stmt_raise" and not error.diag.context


def _stands_in(part: str, statements: Sequence[str]) -> bool:
    word = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)", re.IGNORECASE)
    return any(word.search(redact_sql(statement)) for statement in statements)
