"""A capacity with plausible figures, made of nothing but arithmetic."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from b2bench.runs import QueryResult, RunRecord, Second, Stage
from reports.capacity import Capacity, RateStep, SweepStep
from reports.capacity_steps import fit_sweep, rate_step, sweep_step
from tests.reports.sample_run import DATA_SET, PROVENANCE, latency, load_result, query, run_record

STEP_S = 10
SESSIONS = 40


def at_rate(
    rate: float,
    p50_us: int,
    *,
    queries: Sequence[QueryResult] = (),
    client_cpu_share: float = 0.4,
    late: int = 0,
) -> RunRecord:
    """Return a step of the open model; `late` requests were answered after its end."""
    count = int(rate * STEP_S)
    seen = list(queries) or [
        query("find_sku", count - count // 4, p50_us // 4),
        query("search_text", count // 4, p50_us),
    ]
    result = load_result(seen, seconds=STEP_S, client_cpu_share=client_cpu_share)
    result = replace(result, seconds=tuple(_seconds(count, late)))
    return _with_stage(run_record(result), f"rate-{rate:g}", SESSIONS, rate)


def _seconds(count: int, late: int) -> Iterator[Second]:
    each = count // STEP_S
    for at in range(STEP_S):
        completed = each - late if at == STEP_S - 1 else each
        yield Second(elapsed_s=at, completed=completed, failed=0, p50_us=1, p95_us=1, p99_us=1)
    if late:
        yield Second(elapsed_s=STEP_S, completed=late, failed=0, p50_us=1, p95_us=1, p99_us=1)


def at_sessions(
    sessions: int, per_s: float, *, client_cpu_share: float = 0.4, failed: int = 0
) -> RunRecord:
    """Return a step of the sweep."""
    count = int(per_s * STEP_S)
    response = latency(count, int(1e6 * sessions / per_s))
    seen = replace(query("find_sku", count, 1), response=response, service=response, failed=failed)
    result = load_result([seen], seconds=STEP_S, client_cpu_share=client_cpu_share)
    return _with_stage(run_record(result), f"sweep-{sessions}", sessions, None)


def _with_stage(record: RunRecord, name: str, sessions: int, rate: float | None) -> RunRecord:
    stage = Stage(duration_s=STEP_S, users=sessions, rate=rate)
    run = f"20250601T120000.000Z-capacity-search/{name}"
    return replace(record, plan=replace(record.plan, run=run, stages=(stage,)))


# the law's λ 100, σ 0.05, κ 0.002, off by a few per cent
SWEEP = tuple(
    sweep_step(at_sessions(sessions, per_s))
    for sessions, per_s in ((1, 101), (2, 188), (4, 344), (8, 548), (16, 722), (32, 676))
)
STEPS = (
    rate_step(at_rate(200, 20_000)),
    rate_step(at_rate(300, 24_000)),
    rate_step(at_rate(450, 61_000)),
    rate_step(at_rate(450, 62_000)),
    rate_step(at_rate(367, 40_000)),
)


def capacity(
    steps: Sequence[RateStep] = STEPS, sweep: Sequence[SweepStep] = SWEEP, *, slo_ms: float = 100
) -> Capacity:
    """Return a finished search."""
    law, held_out = fit_sweep(sweep)
    return Capacity(
        run="20250601T120000.000Z-capacity-search",
        workload="search",
        target="host=127.0.0.1 port=5432 dbname=b2b",
        slo_ms=slo_ms,
        sessions=SESSIONS,
        step_s=STEP_S,
        warmup_s=2,
        in_place=False,
        provenance=PROVENANCE,
        data_set=DATA_SET,
        sweep=tuple(sweep),
        steps=tuple(steps),
        law=law,
        held_out=held_out,
    )
