"""What the server measures of itself, and the settings that keep its data safe."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from psycopg import sql

from b2bench.figures.notation import age, number
from b2bench.findings import Finding, Severity
from reports.health.checks import Check, beyond, check, per_day
from reports.health.sight import Sight, statement
from reports.health.thresholds import Thresholds

_EXTENSION = "pg_stat_statements"
_OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A setting with the values that something speaks against."""

    name: str
    bad: tuple[str, ...]
    severity: Severity
    why: str
    mend: str


_SAFE = (
    _Wanted(
        name="autovacuum",
        bad=(_OFF,),
        severity=Severity.ERROR,
        why="dead rows stay, statistics age, ids run out",
        mend="switch it on",
    ),
    _Wanted(
        name="track_counts",
        bad=(_OFF,),
        severity=Severity.ERROR,
        why="autovacuum does not know where to come",
        mend="switch it on",
    ),
    _Wanted(
        name="fsync",
        bad=(_OFF,),
        severity=Severity.WARNING,
        why="a crash of the machine destroys the data",
        mend="switch it on, unless all of it can be thrown away",
    ),
    _Wanted(
        name="full_page_writes",
        bad=(_OFF,),
        severity=Severity.WARNING,
        why="a crash of the machine may tear pages",
        mend="switch it on, unless the file system writes pages whole",
    ),
)
_MEASURED = (
    _Wanted(
        name="track_io_timing",
        bad=(_OFF,),
        severity=Severity.NOTE,
        why="nobody knows how long reads and writes took",
        mend="switch it on, after a look at what pg_test_timing says",
    ),
    _Wanted(
        name="compute_query_id",
        bad=(_OFF,),
        severity=Severity.WARNING,
        why="statements have no number, so that log and statistics cannot be joined",
        mend="set it to auto or on",
    ),
    _Wanted(
        name="log_min_duration_statement",
        bad=("-1",),
        severity=Severity.NOTE,
        why="there is no slow log",
        mend="set it, for instance to 250ms",
    ),
)


def settings(sight: Sight, _thresholds: Thresholds) -> Iterator[Check]:
    """Look at the settings that matter."""
    names = [each.name for each in (*_SAFE, *_MEASURED)]
    rows = sight.rows("settings", _Setting, {"names": names})
    values = {row.name: row.value or "?" for row in rows}
    yield judge_settings("safe settings", _SAFE, values)
    yield judge_settings("measuring settings", _MEASURED, values)


def judge_settings(name: str, wanted: Iterable[_Wanted], values: Mapping[str, str]) -> Check:
    """Judge a few settings by values that something speaks against."""
    figure = ", ".join(f"{each.name} {values[each.name]}" for each in wanted)
    found = (_against(each) for each in wanted if values[each.name] in each.bad)
    return check(name, figure, found)


def _against(wanted: _Wanted) -> Finding:
    return Finding(
        code=f"setting-{wanted.name.replace('_', '-')}",
        severity=wanted.severity,
        subject=f"setting {wanted.name}",
        message=wanted.why,
        mend=wanted.mend,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """How full pg_stat_statements is, and how often it forgot those that were used least."""

    entries: int
    most: int
    evictions: int
    counted_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where it is installed, if it is; whether the server has loaded it."""

    schema: str | None
    is_loaded: bool


def statements(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at pg_stat_statements."""
    (place,) = sight.rows("statements_place", _Place)
    if place.schema is None or not place.is_loaded:
        yield _without(is_loaded=place.is_loaded)
        return
    asked = sql.SQL(statement("statements")).format(
        function=sql.Identifier(place.schema, _EXTENSION),
        info=sql.Identifier(place.schema, f"{_EXTENSION}_info"),
    )
    yield from (judge_statements(row, thresholds) for row in sight.answers(asked, Statements))


def _without(*, is_loaded: bool) -> Check:
    found = Finding(
        code="statements-not-counted",
        severity=Severity.NOTE if is_loaded else Severity.WARNING,
        subject=_EXTENSION,
        message="cannot be read in this database" if is_loaded else "statements are not counted",
        mend=f"CREATE EXTENSION {_EXTENSION}"
        if is_loaded
        else "add it to shared_preload_libraries and restart the server",
    )
    return check(
        _EXTENSION, "loaded, but not installed here" if is_loaded else "not there", [found]
    )


def judge_statements(seen: Statements, thresholds: Thresholds) -> Check:
    """Judge pg_stat_statements by how often it forgets."""
    figure = (
        f"{number(seen.entries)} of {number(seen.most)} entries, forgot {number(seen.evictions)} "
        f"times in {age(seen.counted_s)}"
    )
    found = beyond(
        thresholds.evictions_per_day,
        per_day(seen.evictions, seen.counted_s),
        code="statements-forgotten",
        subject=_EXTENSION,
        message=f"forgot statements {number(seen.evictions)} times in {age(seen.counted_s)}",
        mend="raise pg_stat_statements.max, or let programs send values as parameters",
    )
    return check(_EXTENSION, figure, [found])
