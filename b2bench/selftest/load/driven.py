"""Our own driver on the table: the open model with and without a lock, and as fast as it can."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hdrh.histogram import HdrHistogram

from b2bench.errors import RunFailed
from b2bench.progress import Progress, silent
from b2bench.runs import (
    HISTOGRAM_FILE,
    LoadResult,
    PlannedQuery,
    RunPlan,
    ScenarioShare,
    Second,
    Stage,
)
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds
from b2bench.target import Target
from loadgen.driver.clock import NS_PER_S
from loadgen.driver.histogram_log import read_histograms
from loadgen.driver.pacing import Arrivals
from loadgen.driver.supervise import run_load
from loadgen.driver.supply import seed_of
from loadgen.driver.window import Window

QUERY = "by_key"
QUANTILES = (
    *(round(0.05 * step, 2) for step in range(10, 18)),
    *(round(0.9 + 0.01 * step, 2) for step in range(10)),
    *(round(0.99 + 0.001 * step, 3) for step in range(1, 10)),
)
_TOLD = {
    "B2BENCH_QUERIES": str(Path(__file__).parent / "queries"),
    "B2BENCH_ARGUMENTS": "example",
}
# who runs a folder of query files
_SCENARIO = "Visitor"
_US_PER_S = 1_000_000
_US_PER_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What our driver says of one load.

    Args:
        distribution_ms: response times at rising quantiles.
        service_s: every service time.
    """

    plan: RunPlan
    result: LoadResult
    distribution_ms: tuple[tuple[float, float], ...]
    service_s: Seconds

    @property
    def seconds(self) -> Sequence[Second]:
        """The measurement second by second."""
        return self.result.seconds


def open_plan(setup: Setup, *, seed: int, measured_s: float) -> RunPlan:
    """Return the plan of a load in the open model."""
    return _plan(setup, seed=seed, measured_s=measured_s, rate=setup.rate)


def saturating_plan(setup: Setup, *, seed: int) -> RunPlan:
    """Return the plan of a load in which every session asks again at once."""
    return _plan(setup, seed=seed, measured_s=setup.saturated_s, rate=None)


def _plan(setup: Setup, *, seed: int, measured_s: float, rate: float | None) -> RunPlan:
    return RunPlan(
        run="selftest",
        workload="selftest",
        target="selftest",
        stages=(Stage(duration_s=measured_s, users=setup.sessions, rate=rate),),
        warmup_s=setup.warmup_s,
        seed=seed,
        scenarios=(ScenarioShare(scenario=_SCENARIO, weight=1),),
        queries=(PlannedQuery(name=QUERY, slo_ms=None, steps=()),),
    )


def drive(
    target: Target,
    plan: RunPlan,
    folder: Path,
    progress: Progress = silent,
) -> Driven:
    """Run a plan and read what it leaves.

    Raises:
        RunFailed: it did not run to its end, or a request failed.
    """
    result = run_load(target, plan, folder, progress, environment=_TOLD)
    if result.phase != "finished" or result.completed != result.offered:
        raise RunFailed(
            f"{result.completed} of {result.offered} requests were answered: the selftest needs"
            " all of them"
        )
    histograms = read_histograms(folder / HISTOGRAM_FILE)
    response = histograms[f"{QUERY}/response"].hdr
    return Driven(
        plan=plan,
        result=result,
        distribution_ms=tuple(
            (quantile, response.get_value_at_percentile(quantile * 100) / _US_PER_MS)
            for quantile in QUANTILES
        ),
        service_s=_values_s(histograms[f"{QUERY}/service"].hdr),
    )


def _values_s(histogram: HdrHistogram) -> Seconds:
    """Return every value that was recorded, in seconds, to the histogram's three digits."""
    steps = [
        (step.value_iterated_to, step.count_added_in_this_iter_step)
        for step in histogram.get_recorded_iterator()
    ]
    values_us, counts = np.array(steps, dtype=np.int64).T
    return np.repeat(values_us, counts) / _US_PER_S


def due_s(plan: RunPlan) -> Seconds:
    """Return when each request of a plan in the open model is due, warm-up included.

    They are the very instants of the run: the same process, from the same seed.
    """
    window = Window(warmup_s=plan.warmup_s, stages=plan.stages, grace_s=plan.grace_s)
    window.open(begin_ns=0)
    first_process = 0
    arrivals = Arrivals(
        window,
        shares={_SCENARIO: 1.0},
        seed=seed_of(plan.seed, "arrivals", first_process),
        spacing=plan.arrivals,
    )
    instants = [arrivals.take(_SCENARIO)]
    while instants[-1] < window.end_ns:
        instants.append(arrivals.take(_SCENARIO))
    return np.array(instants[:-1]) / NS_PER_S
