"""Response times by the part of the measurement they belong to; past parts keep only figures."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from b2bench.runs import Fault, Second, Span
from loadgen.driver.clock import NS_PER_S
from loadgen.driver.histogram import Microseconds
from loadgen.driver.meanings import meaning_of

_PERCENTS = (50, 95, 99)
# a hundred thousand single values are less than a megabyte
_FRESH_MOST = 100_000
_BITS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    completed: int = 0
    mean_us: float = 0.0
    p50_us: int = 0
    p95_us: int = 0
    p99_us: int = 0


class _Part:
    """Values that are kept one by one, like ones together as soon as there are many."""

    def __init__(self) -> None:
        self._values: Microseconds = np.zeros(0, dtype=np.int64)
        self._counts: Microseconds = np.zeros(0, dtype=np.int64)
        self._sum_us = 0
        self._fresh = list[Microseconds]()
        self._fresh_size = 0

    def add(self, values_us: Microseconds) -> None:
        self._sum_us += int(values_us.sum())
        self._fresh.append(values_us)
        self._fresh_size += values_us.size
        if self._fresh_size > _FRESH_MOST:
            self._put_together(_three_digits(np.concatenate(self._fresh)))

    def _put_together(self, fresh: Microseconds) -> None:
        values, counts = np.unique(fresh, return_counts=True)
        everything = np.concatenate((self._values, values))
        self._values, places = np.unique(everything, return_inverse=True)
        weights = np.concatenate((self._counts, counts))
        self._counts = np.bincount(places, weights=weights).astype(np.int64)
        self._fresh, self._fresh_size = [], 0

    def figures(self) -> _Figures:
        if self._fresh:
            self._put_together(np.concatenate(self._fresh))
        reached = np.cumsum(self._counts)
        total = int(reached[-1])
        ranks = [max(1, -(-percent * total // 100)) for percent in _PERCENTS]
        p50, p95, p99 = self._values[np.searchsorted(reached, ranks)]
        return _Figures(
            completed=total,
            mean_us=self._sum_us / total,
            p50_us=int(p50),
            p95_us=int(p95),
            p99_us=int(p99),
        )


def _three_digits(values_us: Microseconds) -> Microseconds:
    """Return values rounded down to eleven bits, as an HdrHistogram keeps them."""
    spare = np.maximum(np.frexp(values_us.astype(np.float64))[1] - _BITS, 0)
    rounded: Microseconds = (values_us >> spare) << spare
    return rounded


class Parts:
    """Figures of many parts; values come in any order, but for a part that has been closed."""

    def __init__(self) -> None:
        self._open = defaultdict[int, _Part](_Part)
        self._closed: dict[int, _Figures] = {}

    def add(self, places: Microseconds, values_us: Microseconds) -> None:
        """Add values to the parts of these numbers."""
        for place in np.unique(places):
            self._open[int(place)].add(values_us[places == place])

    def close(self, before: int) -> None:
        """Turn the parts before this one into figures."""
        for place in [place for place in self._open if place < before]:
            self._closed[place] = self._open.pop(place).figures()

    def of(self, place: int) -> _Figures:
        """Return a closed part's figures."""
        return self._closed.get(place, _Figures())

    @property
    def last(self) -> int:
        """The highest number that anything was added to, -1 if nothing was."""
        return max((*self._open, *self._closed), default=-1)


class Timeline:
    """The measurement second by second: what ended in each, and how long it had taken."""

    def __init__(self) -> None:
        self._parts = Parts()
        self._failed = defaultdict[tuple[int, str], int](int)

    def add(self, ended_ns: Microseconds, response_us: Microseconds) -> None:
        """Add completed requests; `ended_ns` counts from the start of the measurement."""
        self._parts.add(ended_ns // NS_PER_S, response_us)

    def add_failure(self, ended_ns: int, sqlstate: str) -> None:
        """Add a failed request."""
        self._failed[ended_ns // NS_PER_S, sqlstate] += 1

    def close(self, before_s: int) -> None:
        """Turn the seconds before this one into figures: nothing more will end in them."""
        self._parts.close(before_s)

    def seconds(self) -> tuple[Second, ...]:
        """Return all seconds up to the last in which anything ended."""
        last = max(self._parts.last, *(second for second, _ in self._failed), -1)
        self.close(last + 1)
        failed = defaultdict[int, int](int)
        for (second, _), count in self._failed.items():
            failed[second] += count
        return tuple(
            _second(second, self._parts.of(second), failed[second]) for second in range(last + 1)
        )

    def faults(self) -> tuple[Fault, ...]:
        """Return failures by second and kind."""
        return tuple(
            Fault(elapsed_s=second, sqlstate=sqlstate, meaning=meaning_of(sqlstate), count=count)
            for (second, sqlstate), count in sorted(self._failed.items())
        )


class Spans:
    """Parts of the measurement by the intended start of the requests.

    Args:
        edges_s: where the parts begin and end, from the start of the measurement.
    """

    def __init__(self, edges_s: Sequence[float]) -> None:
        self._edges_s = tuple(edges_s)
        self._edges_ns = np.array(self._edges_s) * NS_PER_S
        self._parts = Parts()
        self._failed = defaultdict[int, int](int)

    def add(self, intended_ns: Microseconds, response_us: Microseconds) -> None:
        """Add completed requests that belong to the measurement."""
        places = np.searchsorted(self._edges_ns, intended_ns, side="right") - 1
        self._parts.add(places, response_us)

    def add_failure(self, intended_ns: int) -> None:
        """Add a failed request."""
        self._failed[bisect_right(self._edges_ns, intended_ns) - 1] += 1

    def spans(self, measured_s: float) -> Iterator[Span]:
        """Yield every part that had begun when the measurement ended."""
        self._parts.close(len(self._edges_s))
        for place, begin_s in enumerate(self._edges_s[:-1]):
            if begin_s < measured_s:
                figures = self._parts.of(place)
                yield Span(
                    begin_s=begin_s,
                    duration_s=min(self._edges_s[place + 1], measured_s) - begin_s,
                    completed=figures.completed,
                    failed=self._failed[place],
                    mean_us=figures.mean_us,
                    p50_us=figures.p50_us,
                    p95_us=figures.p95_us,
                    p99_us=figures.p99_us,
                )


def _second(elapsed_s: int, figures: _Figures, failed: int) -> Second:
    return Second(
        elapsed_s=elapsed_s,
        completed=figures.completed,
        failed=failed,
        p50_us=figures.p50_us,
        p95_us=figures.p95_us,
        p99_us=figures.p99_us,
    )
