"""Metrics over HTTP: one session with the server, one scrape at a time, a snapshot for the rest."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from b2bench.database import reading
from b2bench.errors import B2benchError, BadInput
from b2bench.queryids import StatementId
from b2bench.target import Target
from exporters import metrics
from exporters.collectors.bench_run import RunCollector
from exporters.collectors.pg_stat_statements import StatementsCollector
from exporters.families import family

_STATEMENT_TIMEOUT_S = 5.0
_LOCK_TIMEOUT_S = 1.0


class Exporter(Collector):
    """Collects on demand; a scrape that finds another one under way gets the last snapshot.

    Args:
        target: the database with pg_stat_statements, not one that is copied for runs.
        statements: which statements the requests of a run are.
        runs: the folder of runs.
    """

    def __init__(self, target: Target, statements: Sequence[StatementId], runs: Path) -> None:
        self._session = _Session(target)
        self._statements = StatementsCollector([s.queryid for s in statements])
        self._run = RunCollector(runs, statements)
        self._busy = threading.Lock()
        self._snapshot: list[Family] = []
        self._at = 0.0

    def render(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return bytes(generate_latest(registry))

    def describe(self) -> Iterable[Family]:
        """Say nothing beforehand, so that registering does not scrape."""
        return []

    def collect(self) -> Iterator[Family]:
        """Yield fresh families, or the last ones while another scrape is under way."""
        if self._busy.acquire(blocking=not self._snapshot):
            try:
                self._snapshot = list(self._fresh())
                self._at = time.monotonic()
            finally:
                self._busy.release()
        yield from self._snapshot
        yield family(metrics.SNAPSHOT_AGE, [((), time.monotonic() - self._at)])

    def _fresh(self) -> Iterator[Family]:
        collectors: dict[str, Callable[[], Iterable[Family]]] = {
            self._statements.name: self._from_server,
            self._run.name: self._run.collect,
        }
        ups, costs = dict[str, bool](), dict[str, float]()
        for name, collect in collectors.items():
            started = time.perf_counter()
            families = _all_or_none(collect)
            costs[name] = time.perf_counter() - started
            ups[name] = families is not None
            yield from families or []
        yield family(metrics.SERVER_UP, [((), float(ups[self._statements.name]))])
        yield family(metrics.COLLECTOR_UP, [((name,), float(up)) for name, up in ups.items()])
        yield family(metrics.COLLECTOR_SECONDS, [((name,), s) for name, s in costs.items()])

    def _from_server(self) -> list[Family]:
        with self._session.connection() as connection:
            return list(self._statements.collect(connection))

    def close(self) -> None:
        """End the session with the server."""
        self._session.close()


def _all_or_none(collect: Callable[[], Iterable[Family]]) -> list[Family] | None:
    try:
        return list(collect())
    except (B2benchError, psycopg.Error):
        return None


class _Session:
    """One read-only session, opened when needed and again after it was lost."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._stack = ExitStack()
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        if self._connection is None:
            self._connection = self._stack.enter_context(
                reading(
                    self._target,
                    statement_timeout_s=_STATEMENT_TIMEOUT_S,
                    lock_timeout_s=_LOCK_TIMEOUT_S,
                )
            )
        try:
            yield self._connection
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        self._connection = None
        self._stack.close()
        self._stack = ExitStack()


@contextmanager
def serving(exporter: Exporter, host: str, port: int) -> Iterator[str]:
    """Serve an exporter's metrics and yield the address to scrape.

    Raises:
        BadInput: the port is taken or the host is not this machine's.
    """
    registry = CollectorRegistry()
    registry.register(exporter)
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise BadInput(
            f"{host}:{port} cannot be served: {error.strerror}: choose another with --port"
        ) from error
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        exporter.close()
