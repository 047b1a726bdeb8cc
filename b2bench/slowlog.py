"""A slow statement in the server's JSON log: how long, which, never its values."""

import json
import re
from dataclasses import dataclass

# "duration: 301.2 ms  execute b2_1: SELECT …", in whichever language the server speaks;
# auto_explain tells of the same statement once more
_DURATION = re.compile(r"[^\d:]+: ([\d.]+) ms  (?!plan:)\S")
_TIME = re.compile(rb'\{"timestamp":"(\S+ \S+) ')


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowLine:
    """One slow statement.

    Args:
        at: when it ended, in the log's time zone, without the zone's ambiguous abbreviation.
        queryid: the server's number for it; `None` where it counts none.
    """

    at: str
    duration_ms: float
    queryid: int | None
    database: str
    application: str


def time_of(text: bytes) -> str:
    """Return a line's time as `SlowLine.at`, empty where it has none.

    >>> time_of(b'{"timestamp":"2026-11-26 21:36:33.123 UTC","pid":1}')
    '2026-11-26 21:36:33.123'
    """
    match = _TIME.match(text)
    return match[1].decode() if match else ""


def slow_line(text: bytes) -> SlowLine | None:
    """Return what a line says of a slow statement; all the rest of it is forgotten here."""
    if b" ms  " not in text:
        return None
    try:
        entry = json.loads(text)
    except ValueError:
        return None  # no line of the server's: somebody cut the file
    duration = _DURATION.match(entry.get("message", ""))
    if duration is None:
        return None
    return SlowLine(
        at=" ".join(entry["timestamp"].split(" ")[:2]),
        duration_ms=float(duration[1]),
        queryid=entry.get("query_id") or None,
        database=str(entry.get("dbname", "")),
        application=str(entry.get("application_name", "")),
    )
