"""The records of a run: what was planned, what it looks like now, what came of it."""

from dataclasses import dataclass
from typing import Literal

from b2bench.findings import Finding
from b2bench.marker import DataSet
from b2bench.provenance import Provenance

RECORD_VERSION = 1
PLAN_FILE = "plan.json"
LIVE_FILE = "live.json"
RECORD_FILE = "run.json"
RESULT_FILE = "load.json"
HISTOGRAM_FILE = "histograms.hlog"
REPORT_FILE = "report.html"

Phase = Literal["connecting", "warm-up", "measuring", "finished", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioShare:
    """A scenario (a Locust user class by name) and its weight in the workload."""

    scenario: str
    weight: float


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
    """A query class in the run, with its target (95th percentile at the client)."""

    name: str
    slo_ms: float | None
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run is to do. Holds no secret: the connection string travels in the environment.

    Args:
        run: the folder's name, `<utc time>-<workload>`.
        rate: requests per second offered by the open model; `None` is the closed model.
        think_s: mean pause of a user between requests, closed model only.
        warmup_s: load before the measurement, not counted.
        in_place: whether the run changes the data set itself and not a clone of it.
        grace_s: how long running and late requests may take after the end.
    """

    run: str
    workload: str
    target: str
    users: int
    rate: float | None
    think_s: float
    warmup_s: float
    duration_s: float
    seed: int
    scenarios: tuple[ScenarioShare, ...]
    queries: tuple[PlannedQuery, ...]
    in_place: bool = False
    grace_s: float = 10.0


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
class QueryResult:
    """What the client saw of one query class, warm-up excluded.

    Args:
        response: from the intended start to the answer.
        service: from sending to the answer.
        lag: from the intended start to sending.
    """

    name: str
    slo_ms: float | None
    completed: int
    failed: int
    retries: int
    response: Latency
    service: Latency
    lag: Latency
    steps: tuple[StepCount, ...]
    errors: tuple[ErrorCount, ...] = ()


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
class LoadResult:
    """What the load's process leaves: offered = completed + failed + skipped + unfinished.

    Args:
        response: of all query classes together.
        lag: of all query classes together.
    """

    phase: Phase
    started_unix_s: float
    measured_s: float
    offered: int
    completed: int
    failed: int
    skipped: int
    unfinished: int
    client_cpu_share: float
    response: Latency
    lag: Latency
    queries: tuple[QueryResult, ...]
    seconds: tuple[Second, ...]


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
class RunRecord:
    """A finished run: plan, provenance, result, the server's account, findings."""

    plan: RunPlan
    provenance: Provenance
    data_set: DataSet | None
    result: LoadResult
    statements: tuple[StatementAccount, ...]
    findings: tuple[Finding, ...]
    record_version: int = RECORD_VERSION
