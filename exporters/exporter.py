"""Collects at most once at a time, keeps the last snapshot for whoever comes meanwhile."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector as Registered

from b2bench.errors import B2benchError
from b2bench.queryids import StatementId
from b2bench.target import Target
from exporters import metrics, own_metrics
from exporters.collector import Collector
from exporters.collectors.bench_plans import PlanSource, PlanWatcher
from exporters.collectors.bench_run import RunCollector
from exporters.collectors.pg_stat_activity import ActivitySampler
from exporters.collectors.pg_stat_statements import StatementsCollector
from exporters.families import family
from exporters.sampling import Sampling
from exporters.session import Session
from exporters.under_load import database_under_load

# a scrape waits no longer for fresh figures; Prometheus gives up after ten seconds
PATIENCE_S = 4.0


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


@dataclass(slots=True)
class _Kept:
    """What a collector yielded last, and when."""

    families: list[Family] = field(default_factory=list)
    at_s: float = float("-inf")
    up: bool = False
    took_s: float = 0.0


class Exporter(Registered):
    """The figures of one server, and of the run against it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._session = Session(watch.server)
        self._statements = StatementsCollector([s.queryid for s in watch.statements])
        self._of_the_server = metrics.of_the_server()
        self._of_a_database = metrics.of_a_database()
        self._run = RunCollector(watch.runs, watch.statements)
        self._activity = ActivitySampler()
        self._sampling = Sampling(Session(watch.server), self._activity.sample)
        self._plans = PlanWatcher(watch.plans, watch.plans_every_s)
        self._process = ProcessCollector(registry=None)
        self._kept = dict[str, _Kept]()
        self._collecting = threading.Lock()
        self._fresh = threading.Event()
        self._snapshot: list[Family] = []
        self._at_s = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to sample and to look at plans."""
        self._sampling.start()
        self._plans.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End threads and sessions."""
        self._plans.stop()
        self._sampling.stop()
        with self._collecting:
            self._session.close()

    @property
    def waited_s(self) -> float:
        """How long the sessions that stay open have waited for the server's answers."""
        return self._session.waited_s + self._sampling.session.waited_s

    def render(self, accept: str | None = None) -> tuple[bytes, str]:
        """Return the metrics in the format that an Accept header asks for, and its name."""
        registry = CollectorRegistry()
        registry.register(self)
        encoder, content_type = choose_encoder(accept or "")
        return encoder(registry), content_type

    def describe(self) -> Iterable[Family]:
        """Say nothing beforehand, so that registering does not scrape."""
        return []

    def collect(self) -> Iterator[Family]:
        """Yield fresh families; the last ones while a collection is under way or takes too long."""
        if self._collecting.acquire(blocking=False):
            self._fresh.clear()
            threading.Thread(target=self._collect_once, name="collect", daemon=True).start()
            self._fresh.wait(PATIENCE_S)
        elif not self._snapshot:
            self._fresh.wait(PATIENCE_S)
        stuck = self._session.is_stuck
        yield from () if stuck else self._snapshot
        if stuck or not self._snapshot:
            yield family(own_metrics.SERVER_UP, [((), 0.0)])
        yield family(own_metrics.SNAPSHOT_AGE, [((), time.monotonic() - self._at_s)])

    def _collect_once(self) -> None:
        try:
            began_s = time.monotonic()
            self._snapshot = list(self._families())
            self._at_s = began_s
        finally:
            self._collecting.release()
            self._fresh.set()

    def _families(self) -> Iterator[Family]:
        up = self._is_up()
        for collector in (self._statements, *self._of_the_server):
            yield from self._asked(collector, self._session if up else None)
        yield from self._relations() if up else ()
        yield from self._local(
            self._activity.name, self._activity.families, up=up and self._sampling.is_up
        )
        yield from self._local(self._run.name, self._run.collect)
        if self._watch.plans is not None:
            yield from self._local(self._plans.name, self._plans.families, up=self._plans.is_up)
        yield from self._own(up=up)

    def _is_up(self) -> bool:
        try:
            with self._session.connection() as connection:
                connection.execute("SELECT 1")
        except (B2benchError, psycopg.Error):
            return False
        return True

    def _relations(self) -> Iterator[Family]:
        """Ask in the database under load; a session of its own would keep it from being copied."""
        stays = self._watch.database == self._watch.server
        if not stays and not any(self._is_due(each) for each in self._of_a_database):
            for collector in self._of_a_database:
                yield from self._kept[collector.name].families
            return
        session = self._session if stays else Session(self._under_load())
        try:
            for collector in self._of_a_database:
                yield from self._asked(collector, session)
        finally:
            if not stays:
                session.close()

    def _under_load(self) -> Target:
        with self._session.connection() as connection:
            return database_under_load(connection, self._watch.database)

    def _is_due(self, collector: Collector) -> bool:
        kept = self._kept.setdefault(collector.name, _Kept())
        return not kept.up or time.monotonic() - kept.at_s >= collector.every_s

    def _asked(self, collector: Collector, session: Session | None) -> list[Family]:
        """Return what a collector yields now, or did not long ago; a failed one gives nothing."""
        if session is None:
            self._kept[collector.name] = _Kept()
        elif self._is_due(collector):
            self._kept[collector.name] = _ask(collector, session)
        return self._kept[collector.name].families

    def _local(
        self, name: str, collect: Callable[[], Iterable[Family]], *, up: bool = True
    ) -> list[Family]:
        begin_s = time.perf_counter()
        families = list(collect()) if up else []
        self._kept[name] = _Kept(families, time.monotonic(), up, time.perf_counter() - begin_s)
        return families

    def _own(self, *, up: bool) -> Iterator[Family]:
        sessions = (self._session, self._sampling.session)
        yield family(own_metrics.SERVER_UP, [((), float(up))])
        yield family(
            own_metrics.COLLECTOR_UP, _by_name({n: float(k.up) for n, k in self._kept.items()})
        )
        yield family(
            own_metrics.COLLECTOR_SECONDS, _by_name({n: k.took_s for n, k in self._kept.items()})
        )
        yield family(own_metrics.CONNECTIONS, [((), float(sum(s.is_open for s in sessions)))])
        yield family(own_metrics.SERVER_SECONDS, [((), self.waited_s)])
        for own in self._process.collect():
            if own.name in {"process_cpu_seconds", "process_resident_memory_bytes"}:
                yield own


def _ask(collector: Collector, session: Session) -> _Kept:
    begin_s = time.perf_counter()
    try:
        with session.connection() as connection:
            families = list(collector.collect(connection))
    except (B2benchError, psycopg.Error):
        return _Kept(took_s=time.perf_counter() - begin_s)
    return _Kept(families, time.monotonic(), up=True, took_s=time.perf_counter() - begin_s)


def _by_name(values: Mapping[str, float]) -> list[tuple[tuple[str], float]]:
    return [((name,), value) for name, value in values.items()]
