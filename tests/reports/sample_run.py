"""A run's record with plausible figures, made of nothing but arithmetic."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from b2bench.runs import (
    ClientProcess,
    ErrorCount,
    Latency,
    LoadResult,
    PlannedQuery,
    PlannedStep,
    QueryResult,
    RunPlan,
    RunRecord,
    ScenarioShare,
    Second,
    Stage,
    StatementAccount,
    StepCount,
)
from reports.verdicts import judge_run

PROVENANCE = Provenance(
    b2bench="0.1.0",
    at=datetime(2025, 6, 1, 12, 0, tzinfo=UTC),
    python="3.11.7",
    machine="Example CPU @ 2.50GHz",
    processors=2,
    memory_bytes=8 * 1024**3,
    server="PostgreSQL 18.6",
    server_version=180006,
    settings={"shared_buffers": "256MB", "work_mem": "16MB"},
)

DATA_SET = DataSet(
    profile="standard",
    scale=Decimal(1),
    seed=1,
    generator_version=1,
    as_of=datetime(2025, 6, 1, tzinfo=UTC),
    recipe={"products": 10_000, "variants": 100_000},
    rows={"products": 10_000, "variants": 100_000},
    sha256="0123456789abcdef",
    state="complete",
)


def latency(count: int, p50_us: int, *, spread: float = 3.0) -> Latency:
    """Return a latency whose p99 is `spread` times its median."""
    p99_us = int(p50_us * spread)
    between_us = p99_us - p50_us
    return Latency(
        count=count,
        mean_us=p50_us * 1.1,
        p50_us=p50_us,
        p90_us=p50_us + between_us // 3,
        p95_us=p50_us + between_us // 2,
        p99_us=p99_us,
        p999_us=p99_us * 2,
        max_us=p99_us * 3,
    )


def query(
    name: str,
    count: int,
    p50_us: int,
    *,
    slo_ms: float | None = 100,
    spread: float = 3.0,
    lag_us: int = 60,
    errors: tuple[ErrorCount, ...] = (),
) -> QueryResult:
    """Return what the client saw of one class."""
    return QueryResult(
        name=name,
        slo_ms=slo_ms,
        completed=count,
        failed=sum(error.count for error in errors),
        retries=(),
        response=latency(count, p50_us, spread=spread),
        service=latency(count, p50_us, spread=spread),
        lag=latency(count, lag_us),
        steps=(StepCount(step="main", executions=count),),
        errors=errors,
    )


QUERIES = (
    query("browse_category", 12_400, 2_300, slo_ms=50),
    query("find_sku", 24_100, 420, slo_ms=20, spread=5),
    query("price_cart", 8_020, 9_800),
    query("product_page", 15_350, 3_100, slo_ms=50, spread=4),
    query("search_text", 6_240, 31_000, spread=6),
    query("place_order", 610, 14_200, slo_ms=200),
    query("sales_by_month", 12, 640_000, slo_ms=None),
)


def load_result(
    queries: Sequence[QueryResult] = QUERIES,
    *,
    seconds: int = 60,
    client_cpu_share: float = 0.41,
    loop_lag_us: int = 80,
    skipped: int = 0,
) -> LoadResult:
    """Return a result in which every request is accounted for."""
    completed = sum(each.completed for each in queries)
    failed = sum(each.failed for each in queries)
    return LoadResult(
        phase="finished",
        started_unix_s=1_748_779_200.0,
        measured_s=float(seconds),
        offered=completed + failed + skipped,
        completed=completed,
        failed=failed,
        skipped=skipped,
        unfinished=0,
        late=0,
        reconnects=0,
        response=_worst([each.response for each in queries]),
        lag=_worst([each.lag for each in queries]),
        queries=tuple(queries),
        seconds=tuple(_second(at, completed // seconds) for at in range(seconds)),
        stages=(),
        clients=(
            ClientProcess(
                cpu_share=client_cpu_share, cpu_seconds=(), loop_lag=latency(900, loop_lag_us)
            ),
        ),
    )


def _worst(latencies: Sequence[Latency]) -> Latency:
    """Return the worst of some latencies in place of all of them together."""
    worst = max(latencies, key=lambda each: each.p99_us, default=latency(0, 0))
    return replace(worst, count=sum(each.count for each in latencies))


def _second(at: int, completed: int) -> Second:
    wave = 1 + (at * 7 % 11) / 30 + (4 if at in {31, 32} else 0)
    return Second(
        elapsed_s=at,
        completed=int(completed * (1.1 - (at * 5 % 13) / 60) / (3 if at == 31 else 1)),
        failed=0,
        p50_us=int(2_100 * wave),
        p95_us=int(16_000 * wave),
        p99_us=int(48_000 * wave),
    )


def run_plan(queries: Sequence[QueryResult] = QUERIES) -> RunPlan:
    """Return the plan of an open-model run."""
    return RunPlan(
        run="20250601T120000Z-mixed",
        workload="mixed",
        target="host=127.0.0.1 port=5432 dbname=b2b",
        stages=(Stage(duration_s=60, users=40, rate=1_100),),
        warmup_s=10,
        seed=1,
        scenarios=(ScenarioShare(scenario="Buyer", weight=1),),
        queries=tuple(
            PlannedQuery(
                name=each.name,
                slo_ms=each.slo_ms,
                steps=(PlannedStep(name="main", queryid=1),),
            )
            for each in queries
        ),
    )


def run_record(result: LoadResult | None = None) -> RunRecord:
    """Return a record with its verdict."""
    result = result or load_result()
    plan = run_plan(result.queries)
    return RunRecord(
        plan=plan,
        provenance=PROVENANCE,
        data_set=DATA_SET,
        result=result,
        statements=tuple(_account(each) for each in result.queries),
        findings=judge_run(result, batch={"sales_by_month"}),
    )


def _account(result: QueryResult) -> StatementAccount:
    return StatementAccount(
        query=result.name,
        step="main",
        queryid=1,
        client_calls=result.completed,
        server_calls=result.completed,
        server_time_ms=result.service.mean_us * 0.8 * result.completed / 1_000,
        shared_blocks=result.completed * 42,
        rows=result.completed * 20,
    )
