"""Scrapes of a server that is full, or locked: how many fail, ours and Debian's."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import make_conninfo

from b2bench.database import capabilities, connect, maintenance
from b2bench.target import Target
from tests.benchmarks.exporter.running import (
    DEBIAN,
    PASSWORD,
    Running,
    Scrape,
    corrected_examples,
    ours,
    peers,
    roles,
    without_missing_views,
)
from tests.benchmarks.laboratory import Laboratory, Line
from tests.exporters.exporters import collectors

_SCRAPES = 200
# the peer waits for the lock as long as it is held, and every scrape for Prometheus's ten seconds
_FEW = 10
_INTERVAL_S = 0.5
_CONNECTIONS = 500
_CROWD = "crowd"
_LOCKED = "products"
_STATEMENTS = "pg_stat_statements"
_AGE = "b2bench_exporter_snapshot_age_seconds"


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with a server while it is scraped."""

    what: str
    made: Callable[[], AbstractContextManager[None]]
    scrapes: int = _SCRAPES


@dataclass(slots=True, kw_only=True)
class _Count:
    """What went wrong in some scrapes.

    Args:
        incomplete: a collector, or a query of the peer's, failed.
    """

    failed: int = 0
    incomplete: int = 0
    without_statements: int = 0
    oldest_s: float = 0.0
    missing: set[str] = field(default_factory=set)

    def ours(self, scrape: Scrape) -> None:
        up = collectors(scrape.series)
        missing = {name for name, is_up in up.items() if not is_up}
        self.failed += scrape.series.get("pg_up") != 1
        self.incomplete += bool(missing)
        self.missing |= missing
        self.without_statements += up.get(_STATEMENTS) != 1
        self.oldest_s = max(self.oldest_s, scrape.series.get(_AGE, 0.0))

    def theirs(self, scrape: Scrape) -> None:
        said = [is_up for name, is_up in scrape.series.items() if "_collector_success{" in name]
        self.failed += scrape.series.get("pg_up") != 1
        self.incomplete += scrape.series.get("pg_exporter_last_scrape_error") != 0 or 0 in said
        self.without_statements += not any("_statements_calls{" in name for name in scrape.series)


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield failed scrapes with many sessions, without free slots, and under a held lock."""
    target, _ = laboratory.filled("tiny")
    with connect(target) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("SELECT pg_stat_statements_reset()")
        major = capabilities(connection).major
        connection.execute(f"CREATE ROLE {_CROWD} LOGIN PASSWORD '{PASSWORD}'".encode())
    options = [
        f"--extend.query-path={corrected_examples(major, laboratory.folder)}",
        *without_missing_views(major),
    ]
    with roles(laboratory.server), ExitStack() as stack:
        mine = stack.enter_context(ours(target))
        theirs = stack.enter_context(peers(target, *options)) if DEBIAN.exists() else None
        for trouble in _troubles(target):
            yield from _under(trouble, mine, theirs)
    with connect(target) as connection:
        connection.execute(f"DROP ROLE {_CROWD}".encode())


def _troubles(target: Target) -> Iterator[_Trouble]:
    yield _Trouble(f"{_CONNECTIONS} connections", lambda: _crowd(target, _CONNECTIONS))
    yield _Trouble("all slots taken", lambda: _crowd(target, None))
    yield _Trouble(f"ACCESS EXCLUSIVE lock on {_LOCKED}", lambda: _lock(target, _LOCKED))
    yield _Trouble(
        f"ACCESS EXCLUSIVE lock on {_STATEMENTS}, as ALTER EXTENSION takes it",
        lambda: _lock_view(target),
        scrapes=_FEW,
    )


@contextmanager
def _crowd(target: Target, most: int | None) -> Iterator[None]:
    """Open so many sessions, or as many as there are slots for."""
    conninfo = make_conninfo(target.conninfo, user=_CROWD, password=PASSWORD)
    with ExitStack() as stack:
        opened = 0
        while most is None or opened < most:
            try:
                stack.enter_context(psycopg.connect(conninfo, autocommit=True))
            except psycopg.OperationalError:
                break
            opened += 1
        yield


@contextmanager
def _lock(target: Target, relation: str) -> Iterator[None]:
    with connect(target) as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {relation} IN ACCESS EXCLUSIVE MODE".encode())
        yield


@contextmanager
def _lock_view(target: Target) -> Iterator[None]:
    """Lock the view where each of the two reads it: ours where it stays connected."""
    with _lock(target, _STATEMENTS), _lock(maintenance(target), _STATEMENTS):
        yield


def _under(trouble: _Trouble, mine: Running, theirs: Running | None) -> Iterator[Line]:
    count, peer = _Count(), _Count()
    mine.scrape()
    with trouble.made():
        longest_s = 0.0
        for _ in range(trouble.scrapes):
            begin_s = time.monotonic()
            count.ours(mine.scrape())
            if theirs:
                peer.theirs(theirs.scrape())
            time.sleep(max(0.0, begin_s + _INTERVAL_S - time.monotonic()))
            longest_s = max(longest_s, time.monotonic() - begin_s)
    yield Line(
        what=f"{trouble.what}: failed scrapes of {trouble.scrapes}, without statements, ours",
        measured=f"{count.failed}, {count.without_statements}",
        wanted="none",
        met=count.failed == count.without_statements == 0,
    )
    yield Line(
        what="  incomplete, ours",
        measured=f"{count.incomplete} {' '.join(sorted(count.missing))}".strip(),
    )
    yield Line(
        what="  greatest age of a snapshot",
        measured=f"{count.oldest_s:.2f} s",
        wanted=f"at most two intervals, {2 * longest_s:.1f} s",
        met=count.oldest_s <= 2 * longest_s,
    )
    if theirs:
        yield Line(
            what="  Debian's: failed, incomplete, without statements",
            measured=f"{peer.failed}, {peer.incomplete}, {peer.without_statements}",
        )
