"""The server's slow log of the last minutes, grouped by queryid; values are never looked at."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import errors

from b2bench.figures.notation import age, counted, milliseconds, size
from b2bench.findings import Finding, Severity
from b2bench.slowlog import SlowLine, slow_line, time_of
from reports.health.checks import Check, check, unjudged, unseen
from reports.health.sight import NotSeen, Sight
from reports.health.thresholds import Thresholds

# by queryid, the query class and step of a statement
Names = Mapping[int, str]

_CHUNK_BYTES = 1 << 20
_MOST_BYTES = 64 << 20
_NOTHING = "-1"
# what the laboratory does beside a load is nobody's slowness
_OURS = "b2bench ("


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowLog:
    """What the log has of this database.

    Args:
        since_s: how far back was asked for.
        is_whole: whether it was read as far back.
        slow_from: `log_min_duration_statement` as the server shows it.
    """

    since_s: float
    lines: tuple[SlowLine, ...]
    is_whole: bool
    slow_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    file: str | None
    begin: str
    slow_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    name: str
    size: int


def slow_log(
    sight: Sight,
    thresholds: Thresholds,
    *,
    since_s: float,
    names: Callable[[], Names],
    most_bytes: int = _MOST_BYTES,
) -> Iterator[Check]:
    """Look at the slow log.

    Args:
        sight: a session.
        thresholds: how slow is too slow.
        since_s: how far back.
        names: called once if there is something to be named.
        most_bytes: to read at most, the newest first.
    """
    _require_rights(sight)
    (span,) = sight.rows("log_span", _Span, {"since_s": since_s})
    if span.file is None:
        yield _not_kept()
        return
    read = _read(sight, span, since_s, most_bytes)
    known = names() if read.lines else {}
    yield from judge_slow_log(read, known, thresholds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function:
    name: str


def _require_rights(sight: Sight) -> None:
    missing = ", ".join(each.name for each in sight.rows("log_rights", _Function))
    if missing:
        grant = f"GRANT EXECUTE ON FUNCTION {missing} TO {sight.role.role}"
        raise NotSeen(f"this role may not read the log: {grant}, in this database")


def _not_kept() -> Check:
    found = Finding(
        code="no-json-log",
        severity=Severity.NOTE,
        subject="slow log",
        message="the server writes no JSON log, which has the number of each statement",
        mend="set logging_collector = on and log_destination = 'jsonlog'",
    )
    return check("slow log", "not kept as JSON", [found])


def _read(sight: Sight, span: _Span, since_s: float, most_bytes: int) -> SlowLog:
    """Return what the log has of this database since then, the newest first."""
    folder = (span.file or "").rpartition("/")[0]
    lines, left = list[SlowLine](), most_bytes
    for file in sight.rows("log_files", _File, {"since_s": since_s}):
        log = _LogFile(sight, f"{folder}/{file.name}", file.size, left)
        for text in log.newest_first():
            if (at := time_of(text)) and at < span.begin:
                break
            line = slow_line(text)
            if line is not None and _is_meant(line, sight.role.database):
                lines.append(line)
        left = log.left_bytes
    return SlowLog(since_s=since_s, lines=tuple(lines), is_whole=left > 0, slow_from=span.slow_from)


def _is_meant(line: SlowLine, database: str) -> bool:
    return line.database == database and not line.application.startswith(_OURS)


class _LogFile:
    """A file of the server, read from its end, with as many bytes as are left to read."""

    def __init__(self, sight: Sight, path: str, size: int, left_bytes: int) -> None:
        self._sight = sight
        self._path = path
        self._end = size
        self.left_bytes = left_bytes

    def newest_first(self) -> Iterator[bytes]:
        """Yield its lines from the last to the first."""
        rest = b""
        while self._end > 0 and self.left_bytes > 0:
            length = min(_CHUNK_BYTES, self._end)
            self._end -= length
            self.left_bytes -= length
            begun, *lines = (self._chunk(length) + rest).split(b"\n")
            yield from reversed(lines)
            rest = begun
        if self._end == 0:
            yield rest

    def _chunk(self, length: int) -> bytes:
        parameters = {"file": self._path, "offset": self._end, "length": length}
        try:
            rows = self._sight.rows("log_read", _Bytes, parameters)
        except NotSeen as error:
            raise NotSeen(_refusal(self._sight, error)) from error
        return bytes(rows[0].bytes or b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bytes:
    bytes: bytes | None


def _refusal(sight: Sight, refused: NotSeen) -> str:
    """Return what a role needs that may call the function: files elsewhere take another right."""
    if not isinstance(refused.__cause__, errors.InsufficientPrivilege):
        return str(refused)
    grant = sight.grant("pg_read_server_files")
    return f"the log is outside of the data directory: {grant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Slow statements of one queryid; `None` gathers those without."""

    queryid: int | None
    durations_ms: tuple[float, ...]

    @property
    def longest_ms(self) -> float:
        """The slowest of them."""
        return max(self.durations_ms)

    @property
    def total_ms(self) -> float:
        """All of them together."""
        return sum(self.durations_ms)

    @property
    def shown(self) -> str:
        """How many, how slow."""
        if len(self.durations_ms) == 1:
            return f"once, {milliseconds(self.total_ms)}"
        return (
            f"{counted(len(self.durations_ms), 'time')}, {milliseconds(self.total_ms)} in all, "
            f"the longest {milliseconds(self.longest_ms)}"
        )

    def named(self, names: Names) -> str:
        """Return what the statement is called."""
        if self.queryid is None:
            return "statements without a number"
        name = names.get(self.queryid)
        return f"{name} (statement {self.queryid})" if name else f"statement {self.queryid}"


def grouped(lines: Sequence[SlowLine]) -> tuple[Group, ...]:
    """Return slow statements by queryid, those that took most time in all first."""
    durations = defaultdict[int | None, list[float]](list)
    for line in lines:
        durations[line.queryid].append(line.duration_ms)
    groups = (Group(queryid=each, durations_ms=tuple(ms)) for each, ms in durations.items())
    return tuple(sorted(groups, key=lambda each: -each.total_ms))


def judge_slow_log(log: SlowLog, names: Names, thresholds: Thresholds) -> Iterator[Check]:
    """Judge each statement by its longest execution; those that took most come first."""
    span = f"in the last {age(log.since_s)}, logged from {log.slow_from} on"
    if log.slow_from == _NOTHING and not log.lines:
        yield unjudged("slow log", "nothing is logged: log_min_duration_statement is -1")
        return
    groups = grouped(log.lines)
    executions = counted(len(log.lines), "slow execution")
    count = f"{executions} of {counted(len(groups), 'statement')}"
    found = (_slow(group, names, thresholds) for group in groups)
    yield check("slow log", f"{count if groups else 'none'} {span}", found)
    if not log.is_whole:
        yield unseen(
            "slow log", f"only its last {size(_MOST_BYTES)} were read: ask for less --since"
        )


def _slow(group: Group, names: Names, thresholds: Thresholds) -> Finding:
    return Finding(
        code="slow-statement",
        severity=thresholds.slow_statement_ms.severity(group.longest_ms) or Severity.NOTE,
        subject=group.named(names),
        message=group.shown,
        mend=_mend(group.queryid, names),
    )


def _mend(queryid: int | None, names: Names) -> str:
    if queryid is None:
        return "set compute_query_id = on, so that the log says which they were"
    if name := names.get(queryid):
        return f"b2bench explain --class {name.partition('/')[0]}"
    return f"SELECT query FROM pg_stat_statements WHERE queryid = {queryid}"  # noqa: S608 (shown)
