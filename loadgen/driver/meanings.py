"""PostgreSQL's names for the reasons of a failure."""

from psycopg import errors

# nobody answered when a session was to be opened; libpq does not pass on why
NO_CONNECTION = "08001"
CONNECTION_LOST = "08006"
_OURS = {NO_CONNECTION: "no connection", CONNECTION_LOST: "connection lost"}


def meaning_of(sqlstate: str) -> str:
    """Return PostgreSQL's name for an SQLSTATE.

    >>> meaning_of("40001")
    'serialization failure'
    """
    if sqlstate in _OURS:
        return _OURS[sqlstate]
    try:
        name = errors.lookup(sqlstate).__name__
    except KeyError:
        return "unknown"
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
