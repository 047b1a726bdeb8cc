"""The matrix of a pooler: one load, straight and pooled, with few and with many users."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from b2bench.findings import Finding
from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from b2bench.runs import Latency
from b2bench.target import Way

RECORD_VERSION = 1
POOLERS_FILE = "poolers.json"
POOLERS_PAGE = "poolers.html"
_US_PER_MS = 1_000
_FEWEST_RUNS = 3
_NAMES: dict[Way, str] = {"direct": "direct", "pgbouncer": "PgBouncer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How the load came to the server."""

    via: Way
    is_prepared: bool

    @property
    def name(self) -> str:
        """What tables call it.

        >>> Route(via="pgbouncer", is_prepared=False).name
        'PgBouncer, unprepared'
        """
        return f"{_NAMES[self.via]}, {'prepared' if self.is_prepared else 'unprepared'}"


def routes(*, prepares: bool) -> tuple[Route, ...]:
    """Return every route that there is.

    Preparing is varied by itself, so that its share in the difference can be told from the
    pooler's.

    Args:
        prepares: whether the pooler carries prepared statements.
    """
    return (
        Route(via="direct", is_prepared=True),
        Route(via="direct", is_prepared=False),
        *([Route(via="pgbouncer", is_prepared=True)] if prepares else []),
        Route(via="pgbouncer", is_prepared=False),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolerSample:
    """One run of the matrix.

    Args:
        run: the run's folder, below the matrix's.
        backends: sessions of the load with the server, most at one time.
        backend_memory_bytes: their own memory, most at one time; `None` where the server's
            processes cannot be looked at.
        pooler_memory_bytes: PgBouncer's own.
        connect_ms: what each of some further sessions took to open, before the load.
        findings: what speaks against the run itself; its targets are not judged.
    """

    run: str
    route: Route
    users: int
    measured_s: float
    completed: int
    failed: int
    response: Latency
    backends: int
    backend_memory_bytes: int | None
    pooler_memory_bytes: int | None
    connect_ms: tuple[float, ...]
    client_cpu_share: float
    findings: tuple[Finding, ...] = ()

    @property
    def throughput_per_s(self) -> float:
        """Requests completed in a second."""
        return self.completed / self.measured_s if self.measured_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolersRecord:
    """A finished matrix.

    Args:
        pgbouncer: the program with its version.
        think_s: mean pause of a user between requests.
        rounds: how often each cell was measured, all cells in turn.
    """

    name: str
    workload: str
    target: str
    pgbouncer: str
    pool_size: int
    routes: tuple[Route, ...]
    users: tuple[int, ...]
    rounds: int
    duration_s: float
    warmup_s: float
    think_s: float
    samples: tuple[PoolerSample, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    data_set: DataSet | None
    record_version: int = RECORD_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Some measurements of one thing: the middle one, and how far the others are."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def spread(self) -> float:
        """How far the farthest is from the median, as a share of it.

        >>> Figure(values=(9.0, 10.0, 12.0)).spread
        0.2
        """
        farthest = max(abs(value - self.middle) for value in self.values)
        return farthest / self.middle if self.middle else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """All runs of one route with one number of users."""

    route: Route
    users: int
    samples: tuple[PoolerSample, ...]

    @property
    def throughput_per_s(self) -> Figure:
        """Requests completed in a second, of each run."""
        return _figure(sample.throughput_per_s for sample in self.samples)

    @property
    def p50_ms(self) -> Figure:
        """Median response time of each run."""
        return _figure(sample.response.p50_us / _US_PER_MS for sample in self.samples)

    @property
    def p95_ms(self) -> Figure:
        """95th percentile of each run."""
        return _figure(sample.response.p95_us / _US_PER_MS for sample in self.samples)

    @property
    def p99_ms(self) -> Figure:
        """99th percentile of each run."""
        return _figure(sample.response.p99_us / _US_PER_MS for sample in self.samples)

    @property
    def requests(self) -> int:
        """Requests of all runs that ended."""
        return sum(sample.completed + sample.failed for sample in self.samples)

    @property
    def failed(self) -> int:
        """Requests of all runs that failed."""
        return sum(sample.failed for sample in self.samples)

    @property
    def connect_ms(self) -> Figure:
        """What each session took that was opened to measure just that."""
        return _figure(value for sample in self.samples for value in sample.connect_ms)

    @property
    def backends(self) -> int:
        """Sessions with the server, most in any run."""
        return max(sample.backends for sample in self.samples)

    @property
    def backend_memory_bytes(self) -> int | None:
        """The backends' own memory, most in any run."""
        return _most(sample.backend_memory_bytes for sample in self.samples)

    @property
    def pooler_memory_bytes(self) -> int | None:
        """PgBouncer's own memory, most in any run."""
        return _most(sample.pooler_memory_bytes for sample in self.samples)

    @property
    def is_valid(self) -> bool:
        """Whether nothing speaks against any of the runs."""
        return not any(sample.findings for sample in self.samples)


def _figure(values: Iterable[float]) -> Figure:
    return Figure(values=tuple(values))


def _most(sizes: Iterable[int | None]) -> int | None:
    return max((size for size in sizes if size is not None), default=None)


def cells(record: PoolersRecord) -> tuple[Cell, ...]:
    """Return the cells that were measured, by users and then by route."""
    return tuple(
        Cell(route=route, users=users, samples=samples)
        for users in record.users
        for route in record.routes
        if (samples := tuple(_of(record.samples, route, users)))
    )


def _of(samples: Sequence[PoolerSample], route: Route, users: int) -> Iterator[PoolerSample]:
    return (each for each in samples if (each.route, each.users) == (route, users))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one change alone did, with one number of users.

    Args:
        what: the change.
        throughput: requests per second afterwards for each before; `None` where the runs
            overlap, so that nobody knows.
        p95: the same of the 95th percentile.
    """

    what: str
    users: int
    before: Route
    after: Route
    throughput: float | None
    p95: float | None
    runs: int


_DIRECT, _DIRECT_UNPREPARED = (Route(via="direct", is_prepared=each) for each in (True, False))
_POOLED, _POOLED_UNPREPARED = (Route(via="pgbouncer", is_prepared=each) for each in (True, False))
_CHANGES = (
    ("pooling", _DIRECT_UNPREPARED, _POOLED_UNPREPARED),
    ("pooling", _DIRECT, _POOLED),
    ("preparing", _DIRECT_UNPREPARED, _DIRECT),
    ("preparing", _POOLED_UNPREPARED, _POOLED),
)


def effects(record: PoolersRecord) -> tuple[Effect, ...]:
    """Return what pooling alone and preparing alone did, wherever both sides were measured."""
    found = {(cell.route, cell.users): cell for cell in cells(record)}
    return tuple(
        _effect(what, found[before, users], found[after, users])
        for what, before, after in _CHANGES
        for users in record.users
        if (before, users) in found and (after, users) in found
    )


def _effect(what: str, before: Cell, after: Cell) -> Effect:
    return Effect(
        what=what,
        users=before.users,
        before=before.route,
        after=after.route,
        throughput=ratio(before.throughput_per_s, after.throughput_per_s),
        p95=ratio(before.p95_ms, after.p95_ms),
        runs=len(before.samples),
    )


def ratio(before: Figure, after: Figure) -> float | None:
    """Return how many times as much it is, `None` unless all runs of one side are above.

    With three runs on either side, equals stand apart like that in one case of ten; with fewer
    nothing is said.

    >>> ratio(Figure(values=(9.0, 10.0, 11.0)), Figure(values=(18.0, 20.0, 22.0)))
    2.0
    >>> ratio(Figure(values=(9.0, 10.0, 20.0)), Figure(values=(18.0, 20.0, 22.0))) is None
    True
    """
    if min(len(before.values), len(after.values)) < _FEWEST_RUNS:
        return None
    apart = max(before.values) < min(after.values) or max(after.values) < min(before.values)
    return after.middle / before.middle if apart and before.middle else None
