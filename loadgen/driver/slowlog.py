"""Read the server's slow log through a session: how long, which statement, never its values."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import errors

from b2bench.runs import PlannedQuery, SlowStatement
from b2bench.slowlog import SlowLine, slow_line

_KEPT = 50
_CHUNK_BYTES = 1 << 20
_OURS = "b2bench ("
_END = """
SELECT file, (pg_stat_file(file, true)).size
  FROM pg_current_logfile('jsonlog') AS file
"""
_READ = "SELECT pg_read_binary_file(%s, %s, %s, true)"
# the server knows its log's time zone by a name that we may not have
_UNIX_TIMES = """
SELECT extract(epoch FROM at::timestamp AT TIME ZONE current_setting('log_timezone'))::float8
  FROM unnest(%s::text[]) WITH ORDINALITY AS line (at, place)
 ORDER BY place
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """A place in the server's JSON log: a file as the server names it, and bytes before it."""

    file: str
    size: int


def log_end(connection: psycopg.Connection) -> LogPlace | None:
    """Return where the log ends now; `None` where there is no JSON log, or we may not read it.

    Reading takes a superuser, or EXECUTE on pg_current_logfile, pg_stat_file and
    pg_read_binary_file.
    """
    try:
        row = connection.execute(_END).fetchone()
    except (errors.InsufficientPrivilege, errors.UndefinedFile):
        return None
    if row is None or row[0] is None:
        return None
    return LogPlace(file=row[0], size=row[1] or 0)


def slow_statements(
    connection: psycopg.Connection,
    since: LogPlace,
    *,
    begin_unix_s: float,
    queries: Sequence[PlannedQuery],
) -> tuple[SlowStatement, ...]:
    """Return the 50 longest statements that the log has of this database, the longest first.

    Args:
        connection: a session that may read the log.
        since: where the log ended before the load.
        begin_unix_s: the start of the measurement; what ended before is left out.
        queries: to name a statement by its queryid.
    """
    lines = [
        line
        for text in _texts(connection, since)
        if (line := slow_line(text)) is not None and _is_meant(line, connection.info.dbname)
    ]
    times = connection.execute(_UNIX_TIMES, ([line.at for line in lines],)).fetchall()
    names = _names(queries)
    slow = [
        SlowStatement(
            elapsed_s=unix_s - begin_unix_s,
            duration_ms=line.duration_ms,
            queryid=line.queryid,
            query=names.get(line.queryid, ""),
        )
        for line, (unix_s,) in zip(lines, times, strict=True)
        if unix_s >= begin_unix_s
    ]
    return tuple(sorted(slow, key=lambda each: -each.duration_ms)[:_KEPT])


def _names(queries: Sequence[PlannedQuery]) -> dict[int | None, str]:
    """Return what a queryid stands for; statements that share one are named together."""
    names = defaultdict[int | None, list[str]](list)
    for query in queries:
        for step in query.steps:
            if step.queryid is not None:
                names[step.queryid].append(f"{query.name}/{step.name}")
    return {queryid: ", ".join(shared) for queryid, shared in names.items()}


def _texts(connection: psycopg.Connection, since: LogPlace) -> Iterator[bytes]:
    """Yield the lines after a place, whether or not the server has begun a new file."""
    end = log_end(connection)
    if end is None:
        return
    if end.file != since.file:
        yield from _lines_of(connection, since.file, since.size)
        yield from _lines_of(connection, end.file, 0)
    else:
        # a file that is shorter than it was has been begun anew
        yield from _lines_of(connection, end.file, since.size if end.size >= since.size else 0)


def _lines_of(connection: psycopg.Connection, file: str, offset: int) -> Iterator[bytes]:
    rest = b""
    while chunk := _chunk(connection, file, offset):
        offset += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def _chunk(connection: psycopg.Connection, file: str, offset: int) -> bytes:
    row = connection.execute(_READ, (file, offset, _CHUNK_BYTES)).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _is_meant(line: SlowLine, database: str) -> bool:
    return line.database == database and not line.application.startswith(_OURS)
