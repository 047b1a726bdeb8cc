"""pg_stat_statements: counters that never fall, a bounded number of series, text once."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import psycopg
from prometheus_client.metrics_core import Metric as Family

from b2bench.clones import origin
from b2bench.database import capabilities
from b2bench.errors import ExtensionMissing
from b2bench.sqlfile import read_sql_file
from exporters.families import family
from exporters.growth import Floats, Growth, Reading
from exporters.leaders import Leaders
from exporters.metric import MILLISECONDS, Metric
from exporters.versions import newest_not_above


def _statement(name: str, text: str, column: str, unit: str = "", theirs: str = "") -> Metric:
    return Metric(
        name=f"pg_stat_statements_{name}",
        kind="counter",
        help=text,
        labels=("datname", "queryid"),
        unit=unit,
        source=f"pg_stat_statements.{column}",
        postgres_exporter=theirs,
    )


CALLS = _statement(
    "calls_total", "Executions of a statement", "calls", theirs="pg_stat_statements_calls_total"
)
EXECUTION_SECONDS = _statement(
    "execution_seconds_total",
    "Time spent executing a statement",
    "total_exec_time",
    "seconds",
    "pg_stat_statements_seconds_total",
)
ROWS = _statement(
    "rows_total",
    "Rows that a statement returned or changed",
    "rows",
    theirs="pg_stat_statements_rows_total",
)
BLOCKS_HIT = _statement(
    "shared_blocks_hit_total", "Blocks found in shared buffers", "shared_blks_hit"
)
BLOCKS_READ = _statement(
    "shared_blocks_read_total", "Blocks read into shared buffers", "shared_blks_read"
)
BLOCKS_DIRTIED = _statement("shared_blocks_dirtied_total", "Blocks changed", "shared_blks_dirtied")
TEMP_BLOCKS = _statement(
    "temp_blocks_total",
    "Blocks of temporary files read and written",
    "temp_blks_read + temp_blks_written",
)
WAL_BYTES = _statement("wal_bytes_total", "Write-ahead log made", "wal_bytes", "bytes")
BLOCK_READ_SECONDS = _statement(
    "block_read_seconds_total",
    "Time spent reading blocks",
    "shared_blk_read_time (blk_read_time before 1.11)",
    "seconds",
    "pg_stat_statements_block_read_seconds_total",
)
STATEMENT_COUNTERS = (
    CALLS,
    EXECUTION_SECONDS,
    ROWS,
    BLOCKS_HIT,
    BLOCKS_READ,
    BLOCKS_DIRTIED,
    TEMP_BLOCKS,
    WAL_BYTES,
    BLOCK_READ_SECONDS,
)
QUERY_INFO = Metric(
    name="pg_stat_statements_query_info",
    kind="info",
    help="The normalised text of a statement, 1",
    labels=("queryid", "query"),
    source="pg_stat_statements.query",
)
ENTRIES = Metric(
    name="pg_stat_statements_entries",
    kind="gauge",
    help="Statements that pg_stat_statements holds",
    source="count(*)",
)
DEALLOCATIONS = Metric(
    name="pg_stat_statements_deallocations_total",
    kind="counter",
    help="Times that the least executed statements were thrown out for want of room",
    source="pg_stat_statements_info.dealloc",
)
RESET = Metric(
    name="pg_stat_statements_reset_timestamp_seconds",
    kind="gauge",
    help="When pg_stat_statements was emptied last",
    unit="seconds",
    source="pg_stat_statements_info.stats_reset",
)
ALL_CALLS = Metric(
    name="pg_stat_statements_all_calls_total",
    kind="counter",
    help="Executions of all statements of a database, queryids and other together",
    labels=("datname",),
    source="pg_stat_statements.calls",
)
ALL_SECONDS = Metric(
    name="pg_stat_statements_all_execution_seconds_total",
    kind="counter",
    help="Time spent executing all statements of a database",
    labels=("datname",),
    unit="seconds",
    source="pg_stat_statements.total_exec_time",
)
METRICS = (
    *STATEMENT_COUNTERS,
    QUERY_INFO,
    ENTRIES,
    DEALLOCATIONS,
    RESET,
    ALL_CALLS,
    ALL_SECONDS,
)

_NAME = "pg_stat_statements"
_Label = TypeVar("_Label")
_OTHER = "other"
# of a copy that came and went between two scrapes, or before the first
_DROPPED = "dropped"
_CRITERIA = [
    STATEMENT_COUNTERS.index(metric)
    for metric in (EXECUTION_SECONDS, CALLS, BLOCKS_HIT, BLOCKS_READ, TEMP_BLOCKS, WAL_BYTES)
]
_CALLS = STATEMENT_COUNTERS.index(CALLS)
_SECONDS = STATEMENT_COUNTERS.index(EXECUTION_SECONDS)
_FACTORS = np.array(
    [
        MILLISECONDS if metric in (EXECUTION_SECONDS, BLOCK_READ_SECONDS) else 1.0
        for metric in STATEMENT_COUNTERS
    ]
)
_COUNTERS = len(STATEMENT_COUNTERS)
_ATTEMPTS = 3
_TEXTS_EVERY_S = 60.0
# more than texts usually take, so that the server need not write them to a temporary file; no
# set_config, which would count as a run's own
_TEXTS_MEMORY = "SET LOCAL work_mem = '256MB'"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Info:
    """A row of pg_stat_statements_info.sql."""

    deallocations: float = 0.0
    reset_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """What pg_stat_statements holds: a reading, and which statement each entry is."""

    reading: Reading
    statements: Sequence[tuple[str, int]]
    info: _Info


class StatementsCollector:
    """Exports the statements that matter one by one, and the others of each database as one.

    A statement matters when it belongs to a query class, or is or was among the leaders by time,
    calls, blocks, temporary files or write-ahead log. What it did before it was admitted stays
    with the others, so that theirs does not fall.

    Args:
        queryids: statements of query classes, always exported.
        most: how many leaders there may be.
        texts_every_s: texts are read at most so often, whatever is new: the server reads them all.
    """

    name = _NAME
    every_s = 0.0
    metrics = METRICS

    def __init__(
        self,
        queryids: Sequence[int],
        *,
        most: int = 150,
        texts_every_s: float = _TEXTS_EVERY_S,
    ) -> None:
        self._leaders = Leaders(queryids, most=most)
        self._texts_every_s = texts_every_s
        self._texts_at_s = float("-inf")
        self._texts = dict[int, str]()
        self._growth = Growth()
        self._databases = dict[int, str]()
        self._there = set[str]()
        self._shown = dict[tuple[str, str], Floats]()
        self._all = dict[str, Floats]()
        self._info = _Info()
        self._deallocations = 0.0
        self._probed = (0, "")

    def name_also(self, queryids: Iterable[int]) -> None:
        """Export these one by one from now on, too."""
        self._leaders.name(queryids)

    def collect(self, connection: psycopg.Connection) -> Iterator[Family]:
        """Read the view once and yield its families.

        Raises:
            ExtensionMissing: pg_stat_statements is not loaded or not installed here.
        """
        try:
            entries = self._read(connection)
        except psycopg.Error:
            # the extension may have become another version
            self._probed = (0, "")
            raise
        self._note(entries.info)
        self._count(entries.statements, self._growth.since_last(entries.reading) * _FACTORS)
        self._put_away({datname for datname, _ in entries.statements})
        self._learn_texts(connection, {queryid for _, queryid in entries.statements})
        yield from self._families(len(entries.statements))

    def _read(self, connection: psycopg.Connection) -> _Entries:
        """Read all entries, once more when they were reset while they were read."""
        statement = _statement_for(self._version(connection))
        self._learn_databases(connection)
        info = _info(connection)
        for _ in range(_ATTEMPTS):
            rows = connection.cursor(binary=True).execute(statement).fetchall()
            before, info = info, _info(connection)
            if before.reset_s == info.reset_s:
                break
        return _Entries(
            reading=_reading(rows, info.reset_s),
            statements=[(self._databases.get(row[0], _DROPPED), row[2]) for row in rows],
            info=info,
        )

    def _version(self, connection: psycopg.Connection) -> str:
        """Return the extension's version, which is asked for once in a session.

        The session looks in the extension's schema from then on.
        """
        session = connection.info.backend_pid
        if self._probed[0] != session:
            connection.execute(_sql("schema"))
            self._probed = session, capabilities(connection).require_extension(_NAME)
        return self._probed[1]

    def _learn_databases(self, connection: psycopg.Connection) -> None:
        """Name copies after the database that they were made from: runs make no new series."""
        rows = connection.execute(_sql("databases")).fetchall()
        self._databases |= {oid: origin(datname) for oid, datname in rows}
        self._there = {self._databases[oid] for oid, _ in rows}

    def _note(self, info: _Info) -> None:
        went_on = (
            info.reset_s == self._info.reset_s and info.deallocations >= self._info.deallocations
        )
        self._deallocations += info.deallocations - went_on * self._info.deallocations
        self._info = info

    def _count(self, statements: Sequence[tuple[str, int]], growth: Floats) -> None:
        """Add what each statement has done to its own sums or the others', and to the total."""
        changed = np.flatnonzero(growth.any(axis=1))
        grown, who = growth[changed], [statements[place] for place in changed.tolist()]
        self._admit(who, grown)
        for statement, more in zip(who, grown, strict=True):
            datname, queryid = statement
            label = str(queryid) if statement in self._leaders else _OTHER
            _add(self._shown, (datname, label), more)
        names = np.array([datname for datname, _ in who])
        for name in set(names.tolist()):
            _add(self._all, name, grown[names == name].sum(axis=0))

    def _admit(self, statements: Sequence[tuple[str, int]], growth: Floats) -> None:
        known = [place for place, (name, _) in enumerate(statements) if name != _DROPPED]
        ranked = growth[known][:, _CRITERIA]
        gone = self._leaders.admit([statements[place] for place in known], ranked, time.monotonic())
        for datname, queryid in gone:
            if (sums := self._shown.pop((datname, str(queryid)), None)) is not None:
                _add(self._shown, (datname, _OTHER), sums)

    def _put_away(self, counted: set[str]) -> None:
        """Put databases together that are gone with all their statements: no series for ever."""
        kept = self._there | counted | {_DROPPED}
        for label in [label for label in self._shown if label[0] not in kept]:
            _add(self._shown, (_DROPPED, _OTHER), self._shown.pop(label))
        for datname in self._all.keys() - kept:
            _add(self._all, _DROPPED, self._all.pop(datname))

    def _learn_texts(self, connection: psycopg.Connection, there: set[int]) -> None:
        shown = {int(label) for _, label in self._shown if label != _OTHER}
        new = sorted((shown & there) - self._texts.keys())
        now_s = time.monotonic()
        if new and now_s - self._texts_at_s >= self._texts_every_s:
            self._texts_at_s = now_s
            # texts that took too long are read another time, the counters are there all the same
            with suppress(psycopg.errors.QueryCanceled):
                self._texts |= _texts(connection, new)
        self._texts = {queryid: text for queryid, text in self._texts.items() if queryid in shown}

    def _families(self, entries: int) -> Iterator[Family]:
        for place, metric in enumerate(STATEMENT_COUNTERS):
            yield family(metric, [(label, sums[place]) for label, sums in self._shown.items()])
        texts = [((str(queryid), text), 1.0) for queryid, text in self._texts.items() if text]
        yield family(QUERY_INFO, texts)
        yield family(ENTRIES, [((), float(entries))])
        yield family(DEALLOCATIONS, [((), self._deallocations)])
        yield family(RESET, [((), self._info.reset_s)])
        for metric, place in ((ALL_CALLS, _CALLS), (ALL_SECONDS, _SECONDS)):
            yield family(metric, [((name,), sums[place]) for name, sums in self._all.items()])


def _reading(rows: Sequence[tuple[int | float | None, ...]], reset_s: float) -> Reading:
    """Return entries by database, role and number; one without a time began at the last reset."""
    numbers = np.array([row[3:] for row in rows], np.float64).reshape(-1, 1 + _COUNTERS)
    since_s, counters = numbers[:, 0], numbers[:, 1:]
    return Reading(
        keys=[row[:3] for row in rows],
        since_s=np.where(np.isnan(since_s), reset_s, since_s),
        counters=counters,
    )


def _add(sums: dict[_Label, Floats], label: _Label, more: Floats) -> None:
    before = sums.get(label)
    sums[label] = more if before is None else before + more


def _info(connection: psycopg.Connection) -> _Info:
    row = connection.execute(_sql("info")).fetchone()
    return _Info(deallocations=float(row[0]), reset_s=row[1]) if row else _Info()


def _texts(connection: psycopg.Connection, queryids: list[int]) -> dict[int, str]:
    """Return the beginnings of texts; none of a statement whose text the server has lost."""
    with connection.transaction():
        connection.execute(_TEXTS_MEMORY)
        rows = connection.execute(_sql("texts"), (queryids,)).fetchall()
    return {queryid: text or "" for queryid, text in rows}


@cache
def _sql(part: str) -> bytes:
    path = Path(__file__).with_name(f"{_NAME}_{part}.sql")
    return read_sql_file(path).parts[0].sql.encode()


@cache
def _statement_for(version: str) -> bytes:
    path = newest_not_above(Path(__file__).parent, _NAME, version)
    if path is None:
        raise ExtensionMissing(
            f"{_NAME} {version} is too old: run ALTER EXTENSION {_NAME} UPDATE as a superuser"
        )
    return read_sql_file(path).parts[0].sql.encode()
