"""Collects at most once at a time, keeps the last snapshot for whoever comes meanwhile."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector as Registered

from b2bench.queryids import StatementId
from b2bench.target import Target
from exporters import metrics, own_metrics
from exporters.collector import Collector
from exporters.collectors.bench_plans import PlanSource, PlanWatcher, StepPlan
from exporters.collectors.bench_run import RunCollector
from exporters.collectors.pg_stat_activity import ActivitySampler
from exporters.collectors.pg_stat_statements import StatementsCollector
from exporters.complaints import Complaints
from exporters.exposition import expose
from exporters.families import family
from exporters.sampling import Sampling
from exporters.session import Session
from exporters.under_load import database_under_load

# a scrape waits no longer for fresh figures; Prometheus gives up after ten seconds
PATIENCE_S = 4.0
# no collection takes so long, whatever is slow: each statement is given up after a second
_GIVEN_UP_AFTER_S = 15.0
# a session for a moment waits no longer until the others' moment is over
_TURN_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is looked at.

    Args:
        server: the database that two sessions stay connected to; it has pg_stat_statements.
        database: whose tables and indexes are looked at.
        statements: which statements the requests of a run are.
        runs: the folder of runs.
        plans: looks up the plans of the query classes, `None` for not at all.
        plans_every_s: pause between two looks at them.
    """

    server: Target
    database: Target
    statements: Sequence[StatementId]
    runs: Path
    plans: PlanSource | None = None
    plans_every_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a collector yielded last, and when."""

    families: Sequence[Family] = ()
    at_s: float = float("-inf")
    up: bool = False
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """Everything at one instant; nothing before the first collection, or after a bug in it."""

    at_s: float
    families: Sequence[Family] = ()


class Exporter(Registered):
    """The figures of one server, and of the run against it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._complaints = Complaints()
        self._session = Session(watch.server)
        self._statements = StatementsCollector([s.queryid for s in watch.statements])
        self._of_the_server = metrics.of_the_server()
        self._of_a_database = metrics.of_a_database()
        self._run = RunCollector(watch.runs, watch.statements)
        self._activity = ActivitySampler()
        self._sampling = Sampling(Session(watch.server), self._activity.sample, self._complaints)
        self._moments = threading.Lock()
        self._plans = PlanWatcher(_in_turn(watch.plans, self._moments), watch.plans_every_s)
        self._process = ProcessCollector(registry=None)
        self._kept = dict[str, _Kept]()
        self._collecting = threading.Lock()
        self._fresh = threading.Event()
        self._snapshot = _Snapshot(at_s=time.monotonic())
        self._collecting_since_s: float | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to sample and to look at plans."""
        self._sampling.start()
        self._plans.start()

    def close(self) -> None:
        """End threads and sessions; a server that hangs is not waited for."""
        self._plans.stop()
        self._sampling.stop()
        if self._collecting.acquire(timeout=PATIENCE_S):
            self._session.close()

    @property
    def waited_s(self) -> float:
        """How long the sessions that stay open have waited for the server's answers."""
        return self._session.waited_s + self._sampling.session.waited_s

    def render(self, accept: str | None = None) -> tuple[bytes, str]:
        """Return the metrics in the format that an Accept header asks for, and its name."""
        return expose(self.collect(), accept)

    def describe(self) -> Iterable[Family]:
        """Say nothing beforehand, so that registering does not scrape."""
        return []

    def collect(self) -> Iterator[Family]:
        """Yield fresh families; the last ones while a collection is under way or takes too long."""
        if self._collecting.acquire(blocking=False):
            self._begin()
            self._fresh.wait(PATIENCE_S)
        elif not self._snapshot.families:
            self._fresh.wait(PATIENCE_S)
        snapshot = self._snapshot
        if self._is_stuck or not snapshot.families:
            yield from self._without_server()
        else:
            yield from snapshot.families
        yield family(own_metrics.SNAPSHOT_AGE, [((), time.monotonic() - snapshot.at_s)])

    @property
    def _is_stuck(self) -> bool:
        since_s = self._collecting_since_s
        for_s = time.monotonic() - since_s if since_s is not None else 0.0
        return self._session.is_stuck or for_s > _GIVEN_UP_AFTER_S

    def _begin(self) -> None:
        """Collect in a thread, so that whoever scrapes can lose patience."""
        self._fresh.clear()
        try:
            threading.Thread(target=self._collect_once, name="collect", daemon=True).start()
        except RuntimeError:
            self._collecting.release()
            raise

    def _collect_once(self) -> None:
        began_s = self._collecting_since_s = time.monotonic()
        try:
            families = self._complaints.attempt("the exporter", lambda: list(self._families()))
            self._snapshot = _Snapshot(at_s=began_s, families=families or ())
        finally:
            self._collecting_since_s = None
            self._fresh.set()
            self._collecting.release()

    def _without_server(self) -> Iterator[Family]:
        """Yield what is known though the server does not answer."""
        yield family(own_metrics.SERVER_UP, [((), 0.0)])
        yield from self._complaints.attempt(self._run.name, lambda: list(self._run.collect())) or ()
        yield from self._of_the_process()

    def _families(self) -> Iterator[Family]:
        up = self._complaints.attempt("the server", self._answers) or False
        named = self._complaints.attempt(self._run.name, self._run.queryids)
        self._statements.name_also(named or ())
        for collector in (self._statements, *self._of_the_server):
            yield from self._asked(collector, self._session if up else None)
        yield from self._relations(up=up)
        yield from self._local(
            self._activity.name, self._activity.families, up=up and self._sampling.is_up
        )
        yield from self._local(self._run.name, self._run.collect)
        if self._watch.plans is not None:
            yield from self._local(self._plans.name, self._plans.families, up=self._plans.is_up)
        yield from self._own(up=up)

    def _answers(self) -> bool:
        with self._session.connection() as connection:
            connection.execute("SELECT 1")
        return True

    def _relations(self, *, up: bool) -> Iterator[Family]:
        """Ask in the database under load; a session of its own would keep it from being copied."""
        if not up or self._watch.database == self._watch.server:
            yield from self._asked_of_a_database(self._session if up else None)
        elif any(map(self._is_due, self._of_a_database)) and self._moments.acquire(timeout=_TURN_S):
            try:
                yield from self._asked_for_a_moment()
            finally:
                self._moments.release()
        else:
            for collector in self._of_a_database:
                yield from self._kept.setdefault(collector.name, _Kept()).families

    def _asked_for_a_moment(self) -> Iterator[Family]:
        target = self._complaints.attempt("the database under load", self._under_load)
        session = Session(target) if target else None
        try:
            yield from self._asked_of_a_database(session)
        finally:
            if session:
                session.close()

    def _asked_of_a_database(self, session: Session | None) -> Iterator[Family]:
        for collector in self._of_a_database:
            yield from self._asked(collector, session)

    def _under_load(self) -> Target:
        with self._session.connection() as connection:
            return database_under_load(connection, self._watch.database)

    def _is_due(self, collector: Collector) -> bool:
        kept = self._kept.get(collector.name, _Kept())
        return not kept.up or time.monotonic() - kept.at_s >= collector.every_s

    def _asked(self, collector: Collector, session: Session | None) -> Sequence[Family]:
        """Return what a collector yields now, or did not long ago; a failed one gives nothing."""
        if session is None:
            self._kept[collector.name] = _Kept()
        elif self._is_due(collector):
            self._keep(collector.name, lambda: _answer(collector, session))
        return self._kept[collector.name].families

    def _local(
        self, name: str, collect: Callable[[], Iterable[Family]], *, up: bool = True
    ) -> Sequence[Family]:
        if up:
            self._keep(name, collect)
        else:
            self._kept[name] = _Kept()
        return self._kept[name].families

    def _keep(self, name: str, collect: Callable[[], Iterable[Family]]) -> None:
        begin_s = time.perf_counter()
        families = self._complaints.attempt(f"collector {name}", lambda: list(collect()))
        self._kept[name] = _Kept(
            families=families or (),
            at_s=time.monotonic(),
            up=families is not None,
            took_s=time.perf_counter() - begin_s,
        )

    def _own(self, *, up: bool) -> Iterator[Family]:
        yield family(own_metrics.SERVER_UP, [((), float(up))])
        yield family(
            own_metrics.COLLECTOR_UP, _by_name({n: float(k.up) for n, k in self._kept.items()})
        )
        yield family(
            own_metrics.COLLECTOR_SECONDS, _by_name({n: k.took_s for n, k in self._kept.items()})
        )
        yield from self._of_the_process()

    def _of_the_process(self) -> Iterator[Family]:
        sessions = (self._session, self._sampling.session)
        yield family(own_metrics.CONNECTIONS, [((), float(sum(s.is_open for s in sessions)))])
        yield family(own_metrics.SERVER_SECONDS, [((), self.waited_s)])
        for own in self._process.collect():
            if own.name in {"process_cpu_seconds", "process_resident_memory_bytes"}:
                yield own


def _in_turn(source: PlanSource | None, turn: threading.Lock) -> PlanSource | None:
    """Let a source of plans, which opens sessions, wait while another has one for a moment."""
    if source is None:
        return None

    def in_turn() -> Iterator[StepPlan]:
        plans = iter(source())
        while True:
            with turn:
                found = next(plans, None)
            if found is None:
                return
            yield found

    return in_turn


def _answer(collector: Collector, session: Session) -> list[Family]:
    with session.connection() as connection:
        return list(collector.collect(connection))


def _by_name(values: Mapping[str, float]) -> list[tuple[tuple[str], float]]:
    return [((name,), value) for name, value in values.items()]
