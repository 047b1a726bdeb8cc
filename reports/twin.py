"""Our load beside its twin, the same load by pgbench: figures of rounds in turn, and ratios."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

_US_PER_S = 1_000_000
_RATE = "requests per"
BLOCKS = "server blocks per request"
TWIN_FILE = "twin.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinQuery:
    """One query class on one side in one round.

    Args:
        server_us: the server's time for one pass through its steps; `None` if not counted.
    """

    name: str
    completed: int
    mean_us: float
    p50_us: int
    p95_us: int
    server_us: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSide:
    """One side in one round; response times of all query classes together.

    Args:
        cpu_requests: requests answered while `client_cpu_s` of the client's processor was used.
        sent: statements that the client says it ran, from start to end.
        counted: the same statements as the server counted them.
        server_us: the server's time for one request, waiting for a processor included.
        server_blocks: how many blocks the server touched for one request.
    """

    completed: int
    failed: int
    skipped: int
    retries: int
    per_s: float
    client_cpu_s: float
    cpu_requests: int
    mean_us: float
    p50_us: int
    p95_us: int
    p99_us: int
    server_us: float
    server_blocks: float
    sent: int
    counted: int
    queries: tuple[TwinQuery, ...]

    @property
    def per_cpu_s(self) -> float:
        """Requests for each second of the client's processor."""
        return self.cpu_requests / self.client_cpu_s if self.client_cpu_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRound:
    """Both sides, one right after the other."""

    ours: TwinSide
    pgbench: TwinSide


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A query class that neither side ran."""

    query: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRun:
    """Microseconds that pgbench takes to ask for nothing: `-M prepared`, and as the scripts do."""

    plain_client_us: float
    plain_response_us: float
    form_client_us: float
    form_response_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRecord:
    """A load beside its twin.

    Args:
        version: of pgbench.
        sets: of arguments in the scripts; pgbench begins anew when they are used up.
        form: measured several times, beside the rounds.
    """

    run: str
    workload: str
    users: int
    rate: float | None
    version: str
    sets: int
    form: tuple[FormRun, ...]
    left_out: tuple[LeftOut, ...]
    rounds: tuple[TwinRound, ...]

    @property
    def counts_agree(self) -> bool:
        """Whether the server counted what the clients sent, wherever nothing was begun anew."""
        sides = [side for each in self.rounds for side in (each.ours, each.pgbench)]
        return all(
            side.sent == side.counted for side in sides if not side.retries and not side.failed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The median of some rounds with the lowest and the highest."""

    median: float
    low: float
    high: float
    count: int

    @property
    def percent(self) -> float:
        """The farthest that a round lies from the median, in per cent of it."""
        if not self.median:
            return 0.0
        return 100 * max(self.high - self.median, self.median - self.low) / self.median


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRow:
    """One figure on both sides, and the ratio of each round; microseconds if it is a time."""

    name: str
    ours: Spread
    pgbench: Spread
    ratio: Spread | None
    is_time: bool


_FIGURES: tuple[tuple[str, Callable[[TwinSide], float]], ...] = (
    ("requests per second", lambda side: side.per_s),
    ("requests per client CPU-second", lambda side: side.per_cpu_s),
    ("response, mean", lambda side: side.mean_us),
    ("response, p50", lambda side: side.p50_us),
    ("response, p95", lambda side: side.p95_us),
    ("response, p99", lambda side: side.p99_us),
    ("server time per request", lambda side: side.server_us),
    (BLOCKS, lambda side: side.server_blocks),
)
WITHOUT_FORM = "requests per client CPU-second, scripts' form taken off"


def twin_rows(record: TwinRecord) -> list[TwinRow]:
    """Return every figure of the whole load, ours over pgbench's."""
    rows = [_row(name, record.rounds, figure) for name, figure in _FIGURES]
    corrected = _row(
        WITHOUT_FORM,
        record.rounds,
        lambda side: side.per_cpu_s,
        lambda side: per_cpu_s_without_form(side, form_client_us(record)),
    )
    return [*rows[:2], corrected, *rows[2:]]


def form_client_us(record: TwinRecord) -> float:
    """Return what the form costs pgbench's processor, a request.

    The least of all runs are compared: whatever disturbs a run makes it longer.
    """
    return min(run.form_client_us for run in record.form) - min(
        run.plain_client_us for run in record.form
    )


def form_response_us(record: TwinRecord) -> float:
    """Return what the form adds to pgbench's response, from the least of all runs."""
    return min(run.form_response_us for run in record.form) - min(
        run.plain_response_us for run in record.form
    )


def per_cpu_s_without_form(side: TwinSide, form_us: float) -> float:
    """Return what pgbench would do with a second of processor time if its form were free."""
    if not side.per_cpu_s:
        return 0.0
    request_us = _US_PER_S / side.per_cpu_s
    # whoever has measured a price above the whole has measured noise
    return _US_PER_S / max(request_us - max(form_us, 0.0), request_us / 2)


def query_rows(record: TwinRecord) -> list[TwinRow]:
    """Return the median response of each query class that both sides ran in every round."""
    names = [query.name for query in record.rounds[0].ours.queries]
    sides = [side for each in record.rounds for side in (each.ours, each.pgbench)]
    return [
        _row(name, record.rounds, _median_of(name))
        for name in names
        if all(_median_of(name)(side) for side in sides)
    ]


def _median_of(name: str) -> Callable[[TwinSide], float]:
    def p50_us(side: TwinSide) -> float:
        return next((float(query.p50_us) for query in side.queries if query.name == name), 0.0)

    return p50_us


def _row(
    name: str,
    rounds: Sequence[TwinRound],
    ours: Callable[[TwinSide], float],
    theirs: Callable[[TwinSide], float] | None = None,
) -> TwinRow:
    left = [ours(each.ours) for each in rounds]
    right = [(theirs or ours)(each.pgbench) for each in rounds]
    ratios = [one / other for one, other in zip(left, right, strict=True) if other]
    return TwinRow(
        name=name,
        ours=_spread(left),
        pgbench=_spread(right),
        ratio=_spread(ratios) if ratios else None,
        is_time=name != BLOCKS and not name.startswith(_RATE),
    )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(median=median(values), low=min(values), high=max(values), count=len(values))
