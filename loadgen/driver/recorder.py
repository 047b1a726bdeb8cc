"""What the client saw of each query class, collected cheaply and counted by the batch."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from b2bench.runs import LiveBuckets
from loadgen.driver.histogram import Histogram, Microseconds
from loadgen.driver.program import Program
from loadgen.driver.seconds import Timeline
from loadgen.driver.window import Window

_NS_PER_US = 1_000
_US_PER_S = 1_000_000
_EDGES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came to an end since the last flush, warm-up included."""

    query: str
    response_us: Microseconds
    failures: Counter[str]


class QueryRecorder:
    """One query class: three histograms, failures by SQLSTATE; warm-up goes by intended start.

    `completed((intended_ns, sent_ns, done_ns))` is all that a successful request costs.
    """

    def __init__(
        self, program: Program, *, window: Window, timeline: Timeline, edges_s: Sequence[float]
    ) -> None:
        self.program = program
        self.response, self.service, self.lag = Histogram(), Histogram(), Histogram()
        self.failures = Counter[str]()
        self.retries = 0
        self._window = window
        self._timeline = timeline
        self._edges_s = tuple(edges_s)
        self._buckets = np.zeros(len(self._edges_s) + 1, dtype=np.int64)
        self._recent_failures = Counter[str]()
        self._rows = array("q")
        self.completed = self._rows.extend

    def restarted(self, intended_ns: int, retries: int) -> None:
        """Count restarts of a transaction."""
        if self._window.measures(intended_ns):
            self.retries += retries

    def failed(self, intended_ns: int, ended_ns: int, sqlstate: str) -> None:
        """Count a request that brought nothing."""
        self._recent_failures[sqlstate] += 1
        if self._window.measures(intended_ns):
            self.failures[sqlstate] += 1
            self._timeline.add_failure(ended_ns - self._window.measure_ns)

    def flush(self) -> Batch:
        """Move what was collected into the histograms."""
        rows = np.array(self._rows, dtype=np.int64).reshape(-1, 3)
        del self._rows[:]
        intended, sent, done = rows.T
        measured = (intended >= self._window.measure_ns) & (intended < self._window.end_ns)
        response_us = (done - intended) // _NS_PER_US
        self._record(response_us[measured], done[measured])
        self.service.record((done - sent)[measured] // _NS_PER_US)
        self.lag.record((sent - intended)[measured] // _NS_PER_US)
        failures, self._recent_failures = self._recent_failures, Counter()
        return Batch(query=self.program.query.name, response_us=response_us, failures=failures)

    def _record(self, response_us: Microseconds, done_ns: Microseconds) -> None:
        self.response.record(response_us)
        self._timeline.add(done_ns - self._window.measure_ns, response_us)
        places = np.searchsorted(np.array(self._edges_s) * _US_PER_S, response_us)
        self._buckets += np.bincount(places, minlength=len(self._buckets))

    def buckets(self) -> LiveBuckets:
        """Return the response times as a cumulative histogram with fixed edges."""
        return LiveBuckets(
            edges_s=self._edges_s,
            cumulative=tuple(int(count) for count in np.cumsum(self._buckets)[:-1]),
            count=self.response.count,
            sum_s=self.response.sum_us / _US_PER_S,
        )


class Recorder:
    """All query classes of a load, and the requests that were begun or left unfinished."""

    def __init__(self, programs: Sequence[Program], window: Window) -> None:
        self.begun = 0
        self.unfinished = 0
        self._window = window
        self._timeline = Timeline()
        edges_s = sorted({*_EDGES_S, *_targets_s(programs)})
        self.queries = {
            program.query.name: QueryRecorder(
                program, window=window, timeline=self._timeline, edges_s=edges_s
            )
            for program in programs
        }

    def begin(self, intended_ns: int) -> None:
        """Count a request as offered, if it belongs to the measurement."""
        if self._window.measures(intended_ns):
            self.begun += 1

    def leave(self, intended_ns: int) -> None:
        """Count a request that nobody waited for any longer."""
        if self._window.measures(intended_ns):
            self.unfinished += 1

    def flush(self) -> list[Batch]:
        """Count what was collected since the last flush."""
        batches = [query.flush() for query in self.queries.values()]
        self._timeline.close(before_s=int(self._window.measured_s))
        return batches

    @property
    def timeline(self) -> Timeline:
        """The measurement second by second."""
        return self._timeline


def _targets_s(programs: Sequence[Program]) -> list[float]:
    return [program.query.slo_ms / 1000 for program in programs if program.query.slo_ms]
