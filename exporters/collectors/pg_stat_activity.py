"""What sessions do and wait for, sampled ten times a second into counters of seconds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import psycopg
from prometheus_client.metrics_core import Metric as Family

from b2bench.clones import origin
from b2bench.sqlfile import read_sql_file
from exporters.families import family
from exporters.metric import Metric

_SOURCE = "pg_stat_activity, sampled"
_CLIENT = "client backend"
_IDLE = "idle"
# a sample that came late stands for no more than this
_MOST_S = 1.0

WAIT_SECONDS = Metric(
    name="pg_wait_seconds_total",
    kind="counter",
    unit="seconds",
    help="Time that sessions spent, by state and wait; an empty event is the processor",
    labels=("datname", "backend_type", "state", "wait_event_type", "wait_event"),
    source=_SOURCE,
)
SESSIONS = Metric(
    name="pg_sessions",
    kind="gauge",
    help="Sessions of clients by state",
    labels=("datname", "state"),
    source=_SOURCE,
    postgres_exporter="pg_stat_activity_count",
)
OLDEST_TRANSACTION = Metric(
    name="pg_oldest_transaction_seconds",
    kind="gauge",
    help="Age of the oldest open transaction",
    labels=("datname",),
    unit="seconds",
    source="pg_stat_activity.xact_start",
    postgres_exporter="pg_stat_activity_max_tx_duration",
)
OLDEST_IDLE_IN_TRANSACTION = Metric(
    name="pg_oldest_idle_in_transaction_seconds",
    kind="gauge",
    unit="seconds",
    labels=("datname",),
    help="How long a session has been idle in a transaction, at most",
    source="pg_stat_activity.state_change",
)
OLDEST_QUERY = Metric(
    name="pg_oldest_query_seconds",
    kind="gauge",
    help="How long a statement has been running, at most",
    labels=("datname",),
    unit="seconds",
    source="pg_stat_activity.query_start",
)
SAMPLES = Metric(
    name="b2bench_exporter_samples_total",
    kind="counter",
    source="the exporter",
    help="Samples taken of pg_stat_activity; ten a second",
)
METRICS = (
    WAIT_SECONDS,
    SESSIONS,
    OLDEST_TRANSACTION,
    OLDEST_IDLE_IN_TRANSACTION,
    OLDEST_QUERY,
    SAMPLES,
)
_STATEMENT = read_sql_file(Path(__file__).with_suffix(".sql")).parts[0].sql


@dataclass(frozen=True, slots=True)
class Kind:
    """Sessions that do the same: a row of pg_stat_activity.sql, ages in seconds."""

    datname: str
    backend_type: str
    state: str
    wait_event_type: str
    wait_event: str
    sessions: int
    transaction_s: float
    state_s: float
    query_s: float


class ActivitySampler:
    """Adds up samples; whoever scrapes gets the sums and the last sample."""

    name = "pg_stat_activity"
    metrics = METRICS

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds = dict[tuple[str, ...], float]()
        self._last: Sequence[Kind] = ()
        self._samples = 0

    def sample(self, connection: psycopg.Connection, elapsed_s: float) -> None:
        """Take one sample, which stands for the time since the one before."""
        rows = connection.execute(_STATEMENT.encode()).fetchall()
        self.add([Kind(origin(row[0]), *row[1:]) for row in rows], elapsed_s)

    def add(self, kinds: Sequence[Kind], elapsed_s: float) -> None:
        """Add one sample; sessions that are idle wait for nobody and are not counted."""
        with self._lock:
            self._last, self._samples = kinds, self._samples + 1
            for kind in kinds:
                if kind.state and kind.state != _IDLE:
                    key = (
                        kind.datname,
                        kind.backend_type,
                        kind.state,
                        kind.wait_event_type,
                        kind.wait_event,
                    )
                    spent_s = kind.sessions * min(elapsed_s, _MOST_S)
                    self._seconds[key] = self._seconds.get(key, 0.0) + spent_s

    def families(self) -> Iterator[Family]:
        """Yield the sums so far and what the last sample showed."""
        with self._lock:
            seconds, last, samples = list(self._seconds.items()), self._last, self._samples
        # one that is only being opened has no database yet
        clients = [kind for kind in last if kind.backend_type == _CLIENT and kind.datname]
        yield family(WAIT_SECONDS, seconds)
        yield family(SESSIONS, _counted(clients).items())
        yield family(OLDEST_TRANSACTION, _oldest(clients, "transaction_s", "").items())
        yield family(
            OLDEST_IDLE_IN_TRANSACTION, _oldest(clients, "state_s", "idle in transaction").items()
        )
        yield family(OLDEST_QUERY, _oldest(clients, "query_s", "active").items())
        yield family(SAMPLES, [((), float(samples))])


def _counted(kinds: Iterable[Kind]) -> dict[tuple[str, str], float]:
    found = dict[tuple[str, str], float]()
    for kind in kinds:
        key = (kind.datname, kind.state)
        found[key] = found.get(key, 0.0) + kind.sessions
    return found


def _oldest(kinds: Sequence[Kind], age: str, state: str) -> dict[tuple[str], float]:
    """Return the greatest age in each database, 0 where no session is in a state that begins so."""
    found = {(kind.datname,): 0.0 for kind in kinds}
    for kind in kinds:
        if kind.state.startswith(state):
            found[kind.datname,] = max(found[kind.datname,], getattr(kind, age))
    return found
