"""The books of a load: what all of its processes saw, counted exactly."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from b2bench.queries import QueryClass
from b2bench.runs import ClientProcess, LiveBuckets, RunPlan, Span
from loadgen.driver.around import step_names
from loadgen.driver.clock import NS_PER_S
from loadgen.driver.harvest import Harvest, QueryHarvest
from loadgen.driver.histogram import Histogram, Microseconds
from loadgen.driver.histogram_log import KINDS
from loadgen.driver.timeline import Spans, Timeline

_NS_PER_US = 1_000
_US_PER_S = 1_000_000
_EDGES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SPANS = 10
# what ended this long ago has been told by every process
_CLOSED_AFTER_S = 60
_CPU_STEPS = 10
_SECOND_LEAST_S = 0.5


class QueryLedger:
    """One query class: three histograms and failures by SQLSTATE, without the warm-up."""

    def __init__(self, query: QueryClass, plan: RunPlan, whole: "_Whole") -> None:
        self.query = query
        self.response, self.service, self.lag = Histogram(), Histogram(), Histogram()
        self.failures = Counter[str]()
        self.restarts = Counter[str]()
        self.executions = dict.fromkeys(step_names(query), 0)
        self.stages = _stage_spans(plan)
        self.spans = Spans(_span_edges_s(plan))
        self._end_ns = round(plan.duration_s * NS_PER_S)
        self._whole = whole
        self._buckets = np.zeros(len(whole.edges_s) + 1, dtype=np.int64)

    def absorb(self, harvest: QueryHarvest) -> None:
        """Count what a process saw."""
        intended, sent, done = harvest.instants()
        measured = (intended >= 0) & (intended < self._end_ns)
        self._record(intended[measured], sent[measured], done[measured])
        for failure in harvest.failures:
            if self._measures(failure.intended_ns):
                self.failures[failure.sqlstate] += 1
                self._whole.timeline.add_failure(failure.ended_ns, failure.sqlstate)
                for spans in (self.stages, self.spans, self._whole.stages):
                    spans.add_failure(failure.intended_ns)
        for restart in harvest.restarts:
            self.restarts[restart.sqlstate] += self._measures(restart.intended_ns)
        for step, count in harvest.executions.items():
            self.executions[step] += count

    def _measures(self, intended_ns: int) -> bool:
        return 0 <= intended_ns < self._end_ns

    def _record(self, intended: Microseconds, sent: Microseconds, done: Microseconds) -> None:
        response_us = (done - intended) // _NS_PER_US
        self.response.record(response_us)
        self.service.record((done - sent) // _NS_PER_US)
        self.lag.record((sent - intended) // _NS_PER_US)
        self._whole.timeline.add(done, response_us)
        for spans in (self.stages, self.spans, self._whole.stages):
            spans.add(intended, response_us)
        places = np.searchsorted(np.array(self._whole.edges_s) * _US_PER_S, response_us)
        self._buckets += np.bincount(places, minlength=len(self._buckets))

    def buckets(self) -> LiveBuckets:
        """Return the response times as a cumulative histogram with fixed edges."""
        return LiveBuckets(
            edges_s=self._whole.edges_s,
            cumulative=tuple(int(count) for count in np.cumsum(self._buckets)[:-1]),
            count=self.response.count,
            sum_s=self.response.sum_us / _US_PER_S,
        )


class _Whole:
    """What all query classes share."""

    def __init__(self, plan: RunPlan, edges_s: Sequence[float]) -> None:
        self.edges_s = tuple(edges_s)
        self.timeline = Timeline()
        self.stages = _stage_spans(plan)


class ProcessLedger:
    """How one process fared."""

    def __init__(self) -> None:
        self.users = 0
        self._cpu_s = self._elapsed_s = 0.0
        self._shares = list[float]()
        self._loop_lag = Histogram()

    def absorb(self, harvest: Harvest) -> None:
        """Count what it says of itself."""
        self.users = harvest.users
        self._cpu_s += harvest.cpu_s
        self._elapsed_s += harvest.elapsed_s
        # the last second of a measurement may be a part of one
        if harvest.elapsed_s >= _SECOND_LEAST_S:
            self._shares.append(harvest.cpu_s / harvest.elapsed_s)
        self._loop_lag.record(np.array(harvest.loop_lag_us, dtype=np.int64))

    def client(self) -> ClientProcess:
        """Return the figures."""
        steps = np.clip(np.ceil(np.array(self._shares) * _CPU_STEPS) - 1, 0, _CPU_STEPS - 1)
        return ClientProcess(
            cpu_share=self._cpu_s / self._elapsed_s if self._elapsed_s else 0.0,
            cpu_seconds=tuple(
                int(count) for count in np.bincount(steps.astype(int), minlength=_CPU_STEPS)
            ),
            loop_lag=self._loop_lag.summary(),
        )


class Ledger:
    """All query classes and all processes of a load."""

    def __init__(self, plan: RunPlan, queries: Iterable[QueryClass]) -> None:
        queries = list(queries)
        edges_s = sorted({*_EDGES_S, *(q.slo_ms / 1000 for q in queries if q.slo_ms)})
        self._whole = _Whole(plan, edges_s)
        self.queries = {query.name: QueryLedger(query, plan, self._whole) for query in queries}
        self.processes = defaultdict[str, ProcessLedger](ProcessLedger)
        self.begun = self.unfinished = self.skipped = self.late = self.reconnects = 0

    def absorb(self, harvest: Harvest, process: str = "") -> None:
        """Count what a process saw since its last harvest."""
        for query in harvest.queries:
            self.queries[query.query].absorb(query)
        self.processes[process].absorb(harvest)
        self.begun += harvest.begun
        self.unfinished += harvest.unfinished
        self.skipped += harvest.skipped
        self.late += harvest.late
        self.reconnects += harvest.reconnects

    def close(self, elapsed_s: float) -> None:
        """Let go of the single values of seconds that lie long behind."""
        self._whole.timeline.close(int(elapsed_s) - _CLOSED_AFTER_S)

    def histograms(self) -> Iterator[tuple[str, Histogram]]:
        """Yield all histograms, each with its tag."""
        for name, seen in self.queries.items():
            for kind in KINDS:
                yield f"{name}/{kind}", getattr(seen, kind)

    @property
    def users(self) -> int:
        """At work now, in all processes."""
        return sum(process.users for process in self.processes.values())

    @property
    def timeline(self) -> Timeline:
        """The measurement second by second."""
        return self._whole.timeline

    def stages(self, measured_s: float) -> tuple[Span, ...]:
        """Return the stages, all query classes together."""
        return tuple(self._whole.stages.spans(measured_s))


def _stage_spans(plan: RunPlan) -> Spans:
    return Spans([0.0, *np.cumsum([stage.duration_s for stage in plan.stages]).tolist()])


def _span_edges_s(plan: RunPlan) -> list[float]:
    """Return the ends of about ten parts, none shorter than a second unless its stage is."""
    return [0.0, *_span_ends_s(plan)]


def _span_ends_s(plan: RunPlan) -> Iterator[float]:
    begin_s = 0.0
    for stage in plan.stages:
        wanted = round(_SPANS * stage.duration_s / plan.duration_s)
        parts = max(1, min(wanted, int(stage.duration_s)))
        for part in range(1, parts + 1):
            yield begin_s + stage.duration_s * part / parts
        begin_s += stage.duration_s
