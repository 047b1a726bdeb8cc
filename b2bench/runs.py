"""The records of a run: what was planned, what it looks like now, what came of it."""

from dataclasses import dataclass, field
from typing import Literal

from b2bench.findings import Finding
from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from b2bench.target import Way

RECORD_VERSION = 2
PLAN_FILE = "plan.json"
LIVE_FILE = "live.json"
RECORD_FILE = "run.json"
RESULT_FILE = "load.json"
HISTOGRAM_FILE = "histograms.hlog"
REPORT_FILE = "report.html"
METRICS_FILE = "metrics.om.gz"

Phase = Literal["connecting", "warm-up", "measuring", "finished", "interrupted"]
Arrival = Literal["poisson", "regular"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioShare:
    """A scenario (a Locust user class by name) and its weight among all requests.

    Args:
        think_s: mean pause of its users between requests, closed model only.
        queries: how often a user runs each query class, where the scenario itself does not say.
    """

    scenario: str
    weight: float
    think_s: float = 0.0
    queries: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A span of constant load.

    Args:
        name: what the report calls it; empty where a run is one stage.
        users: sessions at work; 0 leaves it to Locust's page.
        rate: requests per second offered by the open model; `None` is the closed model.
    """

    name: str = ""
    duration_s: float
    users: int
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One statement that the run will execute, and the server's number for it.

    `name` is the step's; the statements around a transaction are named `begin`, `commit`,
    `rollback` and `set_config`.
    """

    name: str
    queryid: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedQuery:
    """A query class in the run, with its target (95th percentile at the client).

    Args:
        role: the database role that its statements run under, if another than the session's.
    """

    name: str
    slo_ms: float | None
    steps: tuple[PlannedStep, ...]
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run is to do. Holds no secret: the connection string travels in the environment.

    Args:
        run: the folder's name, `<utc time>-<workload>`.
        database: the name of the database under load, for processes on other machines.
        stages: one after another, all of one model; the warm-up has the load of the first.
        warmup_s: load before the measurement, not counted.
        arrivals: how the open model spaces its requests.
        max_lag_s: a request of the open model that would be sent later than this is skipped and
            counted; `None` sends it, however late.
        processes: how many share the load; 1 is a single process of Locust.
        replica: where query classes that only read go, if not to the target; as a person may
            see it.
        via: straight to the server, or through a pooler.
        is_prepared: statements are prepared once for each session; a pooler may be too old.
        rounds: how often the stages are gone through, in turn with another database's.
        in_place: whether the run changes the data set itself and not a clone of it.
        grace_s: how long running and late requests may take after the end.
    """

    run: str
    workload: str
    target: str
    stages: tuple[Stage, ...]
    warmup_s: float
    seed: int
    scenarios: tuple[ScenarioShare, ...]
    queries: tuple[PlannedQuery, ...]
    arrivals: Arrival = "poisson"
    max_lag_s: float | None = None
    processes: int = 1
    replica: str | None = None
    via: Way = "direct"
    is_prepared: bool = True
    database: str = ""
    rounds: int = 1
    in_place: bool = False
    grace_s: float = 10.0

    @property
    def users(self) -> int:
        """How many sessions there are, in the stage that has most."""
        return max(stage.users for stage in self.stages)

    @property
    def rate(self) -> float | None:
        """The highest rate of the open model, `None` in the closed model."""
        return max((stage.rate for stage in self.stages if stage.rate is not None), default=None)

    @property
    def duration_s(self) -> float:
        """The length of the measurement."""
        return sum(stage.duration_s for stage in self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBuckets:
    """A cumulative histogram as Prometheus wants it; the last edge is followed by `+Inf`."""

    edges_s: tuple[float, ...]
    cumulative: tuple[int, ...]
    count: int
    sum_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveQuery:
    """What a query class did so far, warm-up excluded."""

    name: str
    slo_ms: float | None
    completed: int
    failed: int
    response: LiveBuckets
    steps: tuple[PlannedStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSnapshot:
    """A run while it is under way, written each second by the load's process."""

    run: str
    workload: str
    phase: Phase
    at_unix_s: float
    elapsed_s: float
    users: int
    queries: tuple[LiveQuery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A histogram in figures, microseconds; `count` values."""

    count: int
    mean_us: float
    p50_us: int
    p90_us: int
    p95_us: int
    p99_us: int
    p999_us: int
    max_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """How often a step was executed from start to end, warm-up and retries included."""

    step: str
    executions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCount:
    """Failures of one kind: the SQLSTATE and what it means; never values."""

    sqlstate: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of the measurement: the requests that were meant to start in it, those completed.

    Args:
        begin_s: from the start of the measurement.
    """

    begin_s: float
    duration_s: float
    completed: int
    failed: int
    mean_us: float
    p50_us: int
    p95_us: int
    p99_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What the client saw of one query class, warm-up excluded.

    Args:
        retries: transactions begun anew, by SQLSTATE (40001, 40P01).
        response: from the intended start to the answer.
        service: from sending to the answer.
        lag: from the intended start to sending.
        distribution: response times at rising quantiles, `(0.999, 12_345)` in microseconds.
        stages: one for each stage of the plan.
        spans: the measurement in about ten equal parts, none of which crosses a stage's end:
            samples of how much the figures vary.
    """

    name: str
    slo_ms: float | None
    completed: int
    failed: int
    retries: tuple[ErrorCount, ...]
    response: Latency
    service: Latency
    lag: Latency
    steps: tuple[StepCount, ...]
    errors: tuple[ErrorCount, ...] = ()
    distribution: tuple[tuple[float, int], ...] = ()
    stages: tuple[Span, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def restarts(self) -> int:
        """Transactions begun anew, whatever the reason."""
        return sum(kind.count for kind in self.retries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """One second of the measurement: requests that ended in it and their response times."""

    elapsed_s: int
    completed: int
    failed: int
    p50_us: int
    p95_us: int
    p99_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Failures of one kind in one second of the measurement."""

    elapsed_s: int
    sqlstate: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProcess:
    """How one process of the load fared: a client that is late itself measures itself.

    Args:
        cpu_share: CPU seconds per second of the measurement.
        cpu_seconds: how many seconds used up to 10 % of a processor, up to 20 %, … and more than
            90 %.
        loop_lag: how late the event loop woke a sleeper that it should have woken at once.
    """

    cpu_share: float
    cpu_seconds: tuple[int, ...]
    loop_lag: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What the load's process leaves: offered = completed + failed + skipped + unfinished.

    Args:
        late: requests of the open model that were due before a user was free.
        reconnects: sessions that were lost and opened anew.
        response: of all query classes together.
        lag: of all query classes together.
        stages: one for each stage of the plan, all query classes together.
        clients: one for each process that made requests.
    """

    phase: Phase
    started_unix_s: float
    measured_s: float
    offered: int
    completed: int
    failed: int
    skipped: int
    unfinished: int
    late: int
    reconnects: int
    response: Latency
    lag: Latency
    queries: tuple[QueryResult, ...]
    seconds: tuple[Second, ...]
    stages: tuple[Span, ...]
    clients: tuple[ClientProcess, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def client_cpu_s(self) -> float:
        """CPU seconds of all processes that made requests."""
        return sum(client.cpu_share for client in self.clients) * self.measured_s


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAccount:
    """One statement of one query class: the client's count beside the server's, start to end."""

    query: str
    step: str
    queryid: int | None
    client_calls: int
    server_calls: int
    server_time_ms: float
    shared_blocks: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCount:
    """How often a session of the load was seen waiting for something, or working (`CPU`)."""

    kind: str
    event: str
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowStatement:
    """One line of the server's slow log, without its values.

    Args:
        elapsed_s: when it ended, from the start of the measurement.
        query: the query class and step, as far as the queryid says it.
    """

    elapsed_s: float
    duration_ms: float
    queryid: int | None
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen of the server while the load ran, by a session of its own.

    Args:
        samples: how often pg_stat_activity was looked at.
        backends: the load's sessions on the server, most at one time.
        slow: the longest statements of the slow log; `None` where the log cannot be read.
    """

    samples: int
    backends: int
    waits: tuple[WaitCount, ...]
    slow: tuple[SlowStatement, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsRecording:
    """The exporter's metrics beside the run, in `metrics.om.gz`.

    Args:
        scrapes: how often they were taken.
        every_s: how often they were to be.
        server_s: how long the exporter waited for the server's answers, all scrapes together.
        problem: why it ended before the run, empty where it did not.
    """

    scrapes: int
    every_s: float
    server_s: float
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A finished run: plan, provenance, result, the server's account, findings.

    Args:
        statements: empty where the server could not be asked any more.
        is_account_complete: pg_stat_statements threw nothing out and was not reset meanwhile.
        metrics: `None` where the exporter's metrics were not recorded.
    """

    plan: RunPlan
    provenance: Provenance
    data_set: DataSet | None
    result: LoadResult
    statements: tuple[StatementAccount, ...]
    findings: tuple[Finding, ...]
    is_account_complete: bool = True
    observation: Observation | None = None
    metrics: MetricsRecording | None = None
    record_version: int = RECORD_VERSION
