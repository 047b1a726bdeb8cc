"""A run with everything that can be in a record: stages, faults, retries, waits, a slow log."""

from dataclasses import replace
from math import log

from b2bench.runs import (
    ClientProcess,
    ErrorCount,
    Fault,
    Observation,
    PlannedQuery,
    PlannedStep,
    QueryResult,
    RunRecord,
    Second,
    SlowStatement,
    Span,
    Stage,
    StatementAccount,
    StepCount,
    WaitCount,
)
from reports.verdicts import judge_run
from tests.reports.sample_run import QUERIES, latency, load_result, query, run_record

STAGES = (
    Stage(name="steady", duration_s=25, users=40, rate=600),
    Stage(name="spike", duration_s=10, users=40, rate=1_800),
    Stage(name="recovery", duration_s=25, users=40, rate=600),
)
LOST = ErrorCount(sqlstate="57P01", meaning="admin shutdown", count=9)
DEADLOCK = ErrorCount(sqlstate="40P01", meaning="deadlock detected", count=3)
SERIALIZATION = ErrorCount(sqlstate="40001", meaning="serialization failure", count=14)
FAULTS = (
    Fault(elapsed_s=12, sqlstate="57P01", meaning="admin shutdown", count=7),
    Fault(elapsed_s=13, sqlstate="57P01", meaning="admin shutdown", count=2),
    Fault(elapsed_s=31, sqlstate="57014", meaning="query canceled", count=4),
)
# a transaction whose statements are executed once, shares its COMMIT with another, and retries
TRANSACTION = replace(
    query("reserve_stock", 1_000, 6_000, slo_ms=200),
    retries=(SERIALIZATION, DEADLOCK),
    steps=(
        StepCount(step="begin", executions=1_200),
        StepCount(step="lock", executions=1_200),
        StepCount(step="reserve", executions=1_150),
        StepCount(step="commit", executions=1_150),
    ),
)


def spike_record() -> RunRecord:
    """Return the record of a run in three stages, in which sessions were ended and a lock held."""
    queries = tuple(map(_with_parts, (*QUERIES, TRANSACTION, _failing())))
    base = load_result(queries)
    result = replace(
        base,
        late=1_204,
        reconnects=9,
        seconds=tuple(_second(second) for second in base.seconds),
        stages=tuple(_stage(begin_s, stage) for begin_s, stage in _begun()),
        clients=(_client(0.41), _client(0.52)),
        faults=FAULTS,
    )
    record = run_record(result)
    planned = (*record.plan.queries[:-2], *map(_planned, (TRANSACTION, _failing())))
    plan = replace(
        record.plan, stages=STAGES, queries=planned, via="pgbouncer", is_prepared=False,
        processes=2, replica="host=127.0.0.1 port=5433 dbname=b2b", max_lag_s=2.0,
    )  # fmt: skip
    return replace(
        record,
        plan=plan,
        statements=(*record.statements[:-2], *STATEMENTS),
        observation=OBSERVATION,
        findings=judge_run(result, batch={"sales_by_month"}),
    )


def _begun() -> list[tuple[float, Stage]]:
    return [(sum(each.duration_s for each in STAGES[:at]), s) for at, s in enumerate(STAGES)]


def _stage(begin_s: float, stage: Stage) -> Span:
    busy = stage.name == "spike"
    return Span(
        begin_s=begin_s,
        duration_s=stage.duration_s,
        completed=int((stage.rate or 0) * stage.duration_s),
        failed=4 if busy else 0,
        mean_us=24_000 if busy else 4_000,
        p50_us=9_000 if busy else 2_100,
        p95_us=96_000 if busy else 16_000,
        p99_us=210_000 if busy else 48_000,
    )


def _second(second: Second) -> Second:
    factor = 4 if 25 <= second.elapsed_s < 36 else 1
    return replace(
        second,
        completed=second.completed * (3 if 25 <= second.elapsed_s < 35 else 1),
        failed=sum(fault.count for fault in FAULTS if fault.elapsed_s == second.elapsed_s),
        p50_us=second.p50_us * factor,
        p95_us=second.p95_us * factor,
        p99_us=second.p99_us * factor,
    )


def _failing() -> QueryResult:
    return query("add_to_cart", 2_000, 1_800, errors=(LOST,))


def _with_parts(result: QueryResult) -> QueryResult:
    """Return a result with many quantiles, and its p95 in ten parts of the run."""
    p50_us, count = result.response.p50_us, max(result.response.count, 2)
    quantiles = [1 - 1 / 10 ** (step / 12) for step in range(1, 72)]
    spans = tuple(
        Span(
            begin_s=6.0 * at, duration_s=6, completed=count // 10, failed=0,
            mean_us=p50_us * 1.1, p50_us=p50_us,
            p95_us=int(result.response.p95_us * (0.9 + at % 4 / 15)), p99_us=p50_us * 3,
        )
        for at in range(10)
    )  # fmt: skip
    rising = [(q, int(p50_us * (0.7 + 0.45 * log(1 / (1 - q))))) for q in quantiles]
    return replace(
        result,
        distribution=tuple(rising),
        spans=spans,
        stages=tuple(
            replace(_stage(begin_s, stage), p95_us=result.response.p95_us * (1 + at % 2))
            for at, (begin_s, stage) in enumerate(_begun())
        ),
    )


def _client(cpu_share: float) -> ClientProcess:
    return ClientProcess(
        cpu_share=cpu_share,
        cpu_seconds=(0, 0, 2, 16, 22, 9, 6, 3, 1, 1),
        loop_lag=latency(900, 80),
    )


def _planned(result: QueryResult) -> PlannedQuery:
    return PlannedQuery(
        name=result.name,
        slo_ms=result.slo_ms,
        steps=tuple(
            PlannedStep(
                name=step.step,
                # the plan knows no queryid of BEGIN and COMMIT
                queryid={"lock": 11, "reserve": 12, "main": 13}.get(step.step),
            )
            for step in result.steps
        ),
    )


def _served(query: str, step: str, queryid: int, calls: int, time_ms: float) -> StatementAccount:
    return StatementAccount(
        query=query, step=step, queryid=queryid, client_calls=calls, server_calls=calls,
        server_time_ms=time_ms, shared_blocks=calls * 12, rows=calls,
    )  # fmt: skip


STATEMENTS = (
    _served("reserve_stock, place_order", "begin", 9, 2_400, 24.0),
    _served("reserve_stock, place_order", "commit", 10, 2_300, 230.0),
    _served("reserve_stock", "lock", 11, 1_200, 2_400.0),
    _served("reserve_stock", "reserve", 12, 1_150, 575.0),
    _served("add_to_cart", "main", 13, 2_000, 1_800.0),
)
OBSERVATION = Observation(
    samples=600,
    backends=40,
    waits=(
        WaitCount(kind="CPU", event="", samples=910),
        WaitCount(kind="Lock", event="transactionid", samples=412),
        WaitCount(kind="IO", event="WalSync", samples=96),
        WaitCount(kind="LWLock", event="WALWrite", samples=71),
        WaitCount(kind="Client", event="ClientRead", samples=22),
        WaitCount(kind="Timeout", event="SpinDelay", samples=1),
    ),
    slow=(
        SlowStatement(elapsed_s=31.2, duration_ms=1_204.5, queryid=11, query="reserve_stock/lock"),
        SlowStatement(elapsed_s=31.4, duration_ms=840.0, queryid=None, query=""),
    ),
)
