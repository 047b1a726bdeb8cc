"""Look at the server ten times a second while a load runs: who waits, and for what."""

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from threading import Event, Lock, Thread

import psycopg

from b2bench.database import connect
from b2bench.errors import B2benchError
from b2bench.runs import LoadResult, Observation, RunPlan, SlowStatement, WaitCount
from b2bench.target import Target
from loadgen.driver.slowlog import LogPlace, log_end, slow_statements

OBSERVER = "b2bench (observer)"
_EVERY_S = 0.1
_RECONNECT_S = 0.5
_STATEMENT_MS = 1_000
# a server that does not answer is left behind: the thread ends with the command
_ENDING_S = 3.0
_OURS = "b2bench (%"
# a session that ends while it is being closed speaks for itself
_LOST = (B2benchError, psycopg.Error)
# as loadgen.driver.connection names them; that module is for processes that gevent has patched
_THE_LOADS = "b2bench load%"
_ANYBODYS = "%"
# the database by its oid, so that the planner can leave the view's joins out
_SAMPLE = """
SELECT CASE WHEN state = 'active' THEN coalesce(wait_event_type, 'CPU') ELSE '' END AS kind,
       CASE WHEN state = 'active' THEN coalesce(wait_event, '') ELSE '' END AS event,
       count(*) AS sessions
  FROM pg_stat_activity
 WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND backend_type = 'client backend'
   AND application_name NOT LIKE %(ours)s
   AND application_name LIKE %(load)s
 GROUP BY 1, 2
"""


class Observer:
    """A session of its own that samples pg_stat_activity, in a thread.

    It is one session at a time, whatever happens: one that was lost is opened anew after a pause.
    A sample, prepared, takes 0.15 ms there and back with 50 sessions and 0.6 ms with 500: less
    than one per cent of a processor.

    Args:
        target: the database under load, reached directly: a pooler's sessions are the server's,
            too, but a pooler would lend one of them to the observer.
        is_shared: others may work in the database, so that only sessions which bear the load's
            name are counted; else all are, as a pooler may give its sessions any name.
    """

    def __init__(self, target: Target, *, is_shared: bool) -> None:
        # the role that the load takes on may not be allowed to look at other sessions
        self._target = replace(target, role=None)
        self._names = {"ours": _OURS, "load": _THE_LOADS if is_shared else _ANYBODYS}
        self._stop = Event()
        self._lock = Lock()
        self._looks = Counter[int]()
        self._waits = Counter[tuple[int, str, str]]()
        self._backends = 0
        self._log: LogPlace | None = None
        self._thread = Thread(target=self._watch, name=OBSERVER, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def end(self) -> None:
        """Look no longer; returns at once unless the server is silent."""
        self._stop.set()
        self._thread.join(_ENDING_S)

    @property
    def looks(self) -> int:
        """How often it has looked and seen a session of the load."""
        with self._lock:
            return self._looks.total()

    def observation(self, plan: RunPlan, result: LoadResult) -> Observation:
        """Return what was seen in the measurement, and the slow log from its beginning on.

        Call it after `end`. Samples without any session of the load are not counted.
        """
        begin_s = result.started_unix_s + plan.warmup_s
        # seconds of the clock that begin in it
        measured = range(math.ceil(begin_s), math.ceil(begin_s + result.measured_s))
        with self._lock:
            waits = Counter[tuple[str, str]]()
            for (second, kind, event), sessions in self._waits.items():
                if second in measured:
                    waits[kind, event] += sessions
            samples = sum(looks for at, looks in self._looks.items() if at in measured)
        return Observation(
            samples=samples,
            backends=self._backends,
            waits=tuple(
                WaitCount(kind=kind, event=event, samples=sessions)
                for (kind, event), sessions in waits.most_common()
            ),
            slow=self._slow(plan, begin_s),
        )

    def _slow(self, plan: RunPlan, begin_s: float) -> tuple[SlowStatement, ...] | None:
        if self._log is None:
            return None
        try:
            with self._session() as connection:
                return slow_statements(
                    connection, self._log, begin_unix_s=begin_s, queries=plan.queries
                )
        except _LOST:
            return None  # the record says so: the log could not be read

    # what the thread does

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with self._session() as connection:
                    self._log = self._log or log_end(connection)
                    self._look_on(connection)
            except _LOST:
                # restarted, or not there yet; what was seen is kept
                self._stop.wait(_RECONNECT_S)

    def _session(self) -> AbstractContextManager[psycopg.Connection]:
        # as options of the session: a SET would stay with a pooler's session for the next client
        target = self._target.with_setting("default_transaction_read_only", "on")
        target = target.with_setting("statement_timeout", str(_STATEMENT_MS))
        return connect(target, application_name=OBSERVER)

    def _look_on(self, connection: psycopg.Connection) -> None:
        # preparing spares two thirds of a sample; the server is reached directly
        connection.prepare_threshold = 0
        due_s = time.monotonic()
        while not self._stop.is_set():
            rows = connection.execute(_SAMPLE, self._names).fetchall()
            self._note(int(time.time()), rows)
            # a late sample is not made up for: two at once would count one moment twice
            due_s = max(due_s + _EVERY_S, time.monotonic())
            self._stop.wait(due_s - time.monotonic())

    def _note(self, second: int, rows: list[tuple[str, str, int]]) -> None:
        backends = sum(sessions for _, _, sessions in rows)
        if not backends:
            return
        with self._lock:
            self._looks[second] += 1
            self._backends = max(self._backends, backends)
            for kind, event, sessions in rows:
                if kind:
                    self._waits[second, kind, event] += sessions


@contextmanager
def observing(target: Target, *, is_shared: bool) -> Iterator[Observer]:
    """Watch a database as long as the block lasts; arguments as `Observer`."""
    observer = Observer(target, is_shared=is_shared)
    observer.start()
    try:
        yield observer
    finally:
        observer.end()
