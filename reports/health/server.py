"""The server as a whole: sessions left, its cache, checkpoints, deadlocks, age of its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from b2bench.database import columns_of
from b2bench.figures.notation import age, counted, number, share, size
from b2bench.findings import Finding
from reports.health.checks import Check, beyond, check, listed, per_day, unjudged
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds

# at which the server refuses to write
_LAST_AGE = 2**31
_MOST_DATABASES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    version: str
    up_s: float


def server(sight: Sight, _thresholds: Thresholds) -> Iterator[Check]:
    """Tell which server it is."""
    (seen,) = sight.rows("server", _Server)
    yield check("server", f"PostgreSQL {seen.version}, up for {age(seen.up_s)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Sessions, and how many there may be; the last are kept for roles with a right to them."""

    used: int
    most: int
    kept_for_superusers: int
    kept_for_roles: int

    @property
    def for_everybody(self) -> int:
        """How many there may be of roles without special rights."""
        return self.most - self.kept_for_superusers - self.kept_for_roles


def connections(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at how many sessions are left."""
    for row in sight.rows("connections", Connections):
        yield judge_connections(row, thresholds)


def judge_connections(seen: Connections, thresholds: Thresholds) -> Check:
    """Judge sessions by the share that is taken of those for everybody."""
    used = seen.used / max(seen.for_everybody, 1)
    left = min(seen.kept_for_superusers, max(seen.most - seen.used, 0))
    figure = (
        f"{number(seen.used)} of {number(seen.most)} ({share(seen.used / seen.most)}), "
        f"{left} of {seen.kept_for_superusers} kept for superusers left"
    )
    found = beyond(
        thresholds.connections_share,
        used,
        code="connections-nearly-used",
        subject="connections",
        message=f"{share(used)} of the {number(seen.for_everybody)} for ordinary roles are taken",
        mend="end idle sessions, or put a pooler before the server",
    )
    return check("connections", figure, [found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What statistics have counted of one database, and for how long."""

    name: str
    is_here: bool
    blocks_hit: int
    blocks_read: int
    deadlocks: int
    temp_files: int
    temp_bytes: int
    counted_s: float

    @property
    def blocks(self) -> int:
        """Blocks that were asked for."""
        return self.blocks_hit + self.blocks_read

    @property
    def misses_share(self) -> float:
        """Of the blocks, those that were not in shared buffers."""
        return self.blocks_read / max(self.blocks, 1)


def cache(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Look at how often a block was in shared buffers."""
    return judge_cache(sight.rows("databases", Database), thresholds)


def judge_cache(databases: Sequence[Database], thresholds: Thresholds) -> Iterator[Check]:
    """Judge each database with enough blocks, the worst first, and name the others."""
    enough = [each for each in databases if each.blocks >= thresholds.cache_blocks_least]
    worst = sorted(enough, key=lambda each: -each.misses_share)
    for each in worst[:_MOST_DATABASES]:
        yield _cache_of(each, thresholds)
    if more := worst[_MOST_DATABASES:]:
        yield check("cache hits", f"better in {counted(len(more), 'further database')}")
    little = [each for each in databases if each not in enough]
    if little:
        names = listed([each.name for each in little])
        least = number(thresholds.cache_blocks_least)
        yield unjudged("cache hits", f"too little to tell, under {least} blocks: {names}")


def _cache_of(seen: Database, thresholds: Thresholds) -> Check:
    figure = (
        f"{seen.name}: {(1 - seen.misses_share) * 100:.1f} % of {number(seen.blocks)} blocks"
        f" in {age(seen.counted_s)}"
    )
    found = beyond(
        thresholds.cache_misses_share,
        seen.misses_share,
        code="cache-misses",
        subject=f"database {seen.name}",
        message=f"{share(seen.misses_share)} of {number(seen.blocks)} blocks were not in shared "
        "buffers",
        mend="look for scans of large tables in pg_stat_statements, then at shared_buffers",
    )
    return check("cache hits", figure, [found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """Checkpoints by their reason, since statistics were reset."""

    timed: int
    requested: int
    counted_s: float


def checkpoints(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at why checkpoints were made."""
    is_apart = bool(columns_of(sight.connection, "pg_stat_checkpointer"))
    rows = sight.rows("checkpoints_17" if is_apart else "checkpoints_15", Checkpoints)
    yield from (judge_checkpoints(row, thresholds) for row in rows)


def judge_checkpoints(seen: Checkpoints, thresholds: Thresholds) -> Check:
    """Judge checkpoints by the share that did not come by the clock."""
    total = seen.timed + seen.requested
    figure = (
        f"{number(seen.timed)} timed, {number(seen.requested)} requested in {age(seen.counted_s)}"
    )
    if total < thresholds.checkpoints_least:
        return unjudged("checkpoints", f"{figure}: too few to tell")
    found = beyond(
        thresholds.checkpoints_requested_share,
        seen.requested / total,
        code="checkpoints-requested",
        subject="checkpoints",
        message=f"{share(seen.requested / total)} of {number(total)} were requested",
        mend="raise max_wal_size, unless somebody executes CHECKPOINT or makes backups",
    )
    return check("checkpoints", figure, [found])


def deadlocks(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at deadlocks of all databases."""
    yield judge_deadlocks(sight.rows("databases", Database), thresholds)


def judge_deadlocks(databases: Sequence[Database], thresholds: Thresholds) -> Check:
    """Judge deadlocks by their rate in each database."""
    return check(
        "deadlocks",
        _since(databases, number(sum(each.deadlocks for each in databases))),
        (_deadlocks_of(each, thresholds) for each in databases),
    )


def _deadlocks_of(seen: Database, thresholds: Thresholds) -> Finding | None:
    return beyond(
        thresholds.deadlocks_per_day,
        per_day(seen.deadlocks, seen.counted_s),
        code="deadlocks",
        subject=f"database {seen.name}",
        message=f"{counted(seen.deadlocks, 'deadlock')} in {age(seen.counted_s)}",
        mend="the server's log names the statements: let all take their locks in one order",
    )


def temp_files(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at what went to disk for want of memory, in all databases."""
    yield judge_temp_files(sight.rows("databases", Database), thresholds)


def judge_temp_files(databases: Sequence[Database], thresholds: Thresholds) -> Check:
    """Judge temporary files by the bytes that each database wrote a day."""
    total_bytes = sum(each.temp_bytes for each in databases)
    files = counted(sum(each.temp_files for each in databases), "file")
    figure = _since(databases, f"{files}, {size(total_bytes)}")
    return check("temporary files", figure, (_temp_of(each, thresholds) for each in databases))


def _temp_of(seen: Database, thresholds: Thresholds) -> Finding | None:
    return beyond(
        thresholds.temp_bytes_per_day,
        per_day(seen.temp_bytes, seen.counted_s),
        code="temporary-files",
        subject=f"database {seen.name}",
        message=f"{counted(seen.temp_files, 'file')} of {size(seen.temp_bytes)} in "
        f"{age(seen.counted_s)}",
        mend="log_temp_files names the statements: give them work_mem, or an index in their order",
    )


def _since(databases: Sequence[Database], figure: str) -> str:
    """Return a figure of all databases with how long they were counted."""
    longest_s = max((each.counted_s for each in databases), default=0)
    return f"{figure} in {age(longest_s)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How many ids have been used since a database was frozen, and when autovacuum is forced."""

    name: str
    transactions: int
    multixacts: int
    transactions_forced: int
    multixacts_forced: int


def ages(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Look at how near the end of its ids each database is."""
    return judge_ages(sight.rows("ages", Age), thresholds)


def judge_ages(databases: Sequence[Age], thresholds: Thresholds) -> Iterator[Check]:
    """Judge the age of transaction ids and of multixacts, each by its share of 2^31."""
    for name, used in (("transaction ids", "transactions"), ("multixacts", "multixacts")):
        found = [(each.name, getattr(each, used)) for each in databases]
        forced = getattr(databases[0], f"{used}_forced")
        oldest, most = max(found, key=lambda each: each[1])
        yield check(
            name,
            f"{number(most)} used since {oldest} was frozen ({share(most / _LAST_AGE)} of 2^31); "
            f"autovacuum is forced at {number(forced)}",
            (_old(name, database, count, thresholds) for database, count in found),
        )


def _old(name: str, database: str, count: int, thresholds: Thresholds) -> Finding | None:
    return beyond(
        thresholds.freeze_age_share,
        count / _LAST_AGE,
        code="near-wraparound",
        subject=f"database {database}",
        message=f"{number(count)} {name} were used since it was frozen, "
        f"{share(count / _LAST_AGE)} of those that there are",
        mend="end what holds VACUUM back (old transactions, prepared ones, slots), then "
        "VACUUM (FREEZE) it",
    )
