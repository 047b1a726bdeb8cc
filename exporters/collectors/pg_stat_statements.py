"""pg_stat_statements: counters that never fall, a bounded number of series, text once."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from operator import itemgetter

import psycopg
from prometheus_client.metrics_core import Metric as Family

from b2bench.clones import origin
from b2bench.database import capabilities
from b2bench.errors import ExtensionMissing
from b2bench.sqlfile import read_sql_file
from exporters.families import family
from exporters.metric import Metric
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

_OTHER = "other"
_CRITERIA = (EXECUTION_SECONDS, CALLS, BLOCKS_HIT)
_COUNTERS = len(STATEMENT_COUNTERS)

Key = tuple[str, int]
Counters = list[float]


class StatementsCollector:
    """Exports the statements that matter one by one, and the others as one.

    A statement matters when it belongs to a query class, or was among the leaders by time, calls
    or blocks while there was room: membership is sticky, so that a series does not come and go.

    Args:
        queryids: statements of query classes, always exported.
        most: how many there may be before leaders are no longer admitted.
    """

    name = "pg_stat_statements"
    every_s = 0.0
    metrics = METRICS

    def __init__(self, queryids: Sequence[int], *, most: int = 150) -> None:
        self._named = frozenset(queryids)
        self._most = most
        self._members = set[Key]()
        self._texts = dict[int, str]()
        self._last = dict[Key, Counters]()
        self._sums = dict[Key, Counters]()

    def collect(self, connection: psycopg.Connection) -> Iterator[Family]:
        """Read the view once and yield its families.

        Raises:
            ExtensionMissing: pg_stat_statements is not loaded or not installed here.
        """
        version = capabilities(connection).require_extension("pg_stat_statements")
        folder = files("exporters") / "collectors"
        path = newest_not_above(folder, self.name, version)
        if path is None:
            raise ExtensionMissing(
                f"{self.name} {version} is too old: run ALTER EXTENSION {self.name} UPDATE as a superuser"
            )
        rows = connection.execute(read_sql_file(path).parts[0].sql.encode()).fetchall()
        self._add(_by_key(rows))
        self._admit()
        self._learn_texts(connection)
        yield from self._counters()
        yield family(QUERY_INFO, [((str(k), t), 1.0) for k, t in self._texts.items()])
        yield family(ENTRIES, [((), float(len(rows)))])
        yield family(DEALLOCATIONS, [((), _deallocations(connection))])

    def _add(self, current: Mapping[Key, Counters]) -> None:
        """Add what each statement has done since the last scrape; a fall means a fresh start."""
        for key, counters in current.items():
            before = self._last.get(key)
            grown = before is not None and counters[0] >= before[0]
            base = before if before is not None and grown else [0.0] * _COUNTERS
            sums = self._sums.setdefault(key, [0.0] * _COUNTERS)
            for place in range(_COUNTERS):
                sums[place] += max(0.0, counters[place] - base[place])
        self._last = dict(current)

    def _admit(self) -> None:
        """Make members of named statements, and of the leaders while there is room."""
        self._members |= {key for key in self._sums if key[1] in self._named}
        for metric in _CRITERIA:
            place = STATEMENT_COUNTERS.index(metric)
            by_counter = {key: sums[place] for key, sums in self._sums.items()}
            leaders = sorted(by_counter, key=by_counter.__getitem__, reverse=True)
            room = max(0, self._most - len(self._members))
            self._members |= set(leaders[: min(room, self._most // len(_CRITERIA))])

    def _learn_texts(self, connection: psycopg.Connection) -> None:
        new = [queryid for _, queryid in self._members if queryid not in self._texts]
        if new:
            path = files("exporters") / "collectors" / "pg_stat_statements_texts.sql"
            rows = connection.execute(path.read_bytes(), (new,))
            self._texts |= dict(rows.fetchall())

    def _counters(self) -> Iterator[Family]:
        shown: dict[tuple[str, str], Counters] = {}
        for key, sums in self._sums.items():
            label = (key[0], str(key[1]) if key in self._members else _OTHER)
            total = shown.setdefault(label, [0.0] * _COUNTERS)
            shown[label] = [one + more for one, more in zip(total, sums, strict=True)]
        for place, metric in enumerate(STATEMENT_COUNTERS):
            yield family(metric, zip(shown, map(itemgetter(place), shown.values()), strict=True))


def _by_key(rows: Sequence[tuple[str, int, *tuple[float, ...]]]) -> dict[Key, Counters]:
    """Sum rows under the database that a copy was made from, so that runs make no new series."""
    found: dict[Key, Counters] = {}
    for datname, queryid, *counters in rows:
        sums = found.setdefault((origin(datname), queryid), [0.0] * _COUNTERS)
        for place, value in enumerate(counters):
            sums[place] += value
    return found


def _deallocations(connection: psycopg.Connection) -> float:
    row = connection.execute("SELECT dealloc FROM pg_stat_statements_info").fetchone()
    return float(row[0]) if row else 0.0
