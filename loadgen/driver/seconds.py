"""The measurement second by second: what ended in each, and how long it had taken."""

from collections import defaultdict

import numpy as np

from b2bench.runs import Second
from loadgen.driver.clock import NS_PER_S
from loadgen.driver.histogram import Microseconds


class Timeline:
    """Response times by the second in which they ended; past seconds keep only their figures."""

    def __init__(self) -> None:
        self._open = defaultdict[int, list[Microseconds]](list)
        self._failed = defaultdict[int, int](int)
        self._closed: dict[int, Second] = {}

    def add(self, ended_ns: Microseconds, response_us: Microseconds) -> None:
        """Add completed requests; `ended_ns` counts from the start of the measurement."""
        seconds = ended_ns // NS_PER_S
        for second in np.unique(seconds):
            self._open[int(second)].append(response_us[seconds == second])

    def add_failure(self, ended_ns: int) -> None:
        """Add a failed request."""
        self._failed[ended_ns // NS_PER_S] += 1

    def close(self, before_s: int) -> None:
        """Turn the seconds before this one into figures: nothing more will end in them."""
        for second in sorted({*self._open, *self._failed}):
            if second < before_s:
                arrays = self._open.pop(second, [])
                self._closed[second] = _figures(second, arrays, self._failed.pop(second, 0))

    def seconds(self) -> tuple[Second, ...]:
        """Return all seconds up to the last in which anything ended."""
        self.close(before_s=max((*self._open, *self._failed), default=-1) + 1)
        length = max(self._closed, default=-1) + 1
        return tuple(
            self._closed.get(second) or _figures(second, [], 0) for second in range(length)
        )


def _figures(second: int, arrays: list[Microseconds], failed: int) -> Second:
    values = np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
    p50, p95, p99 = (
        np.percentile(values, (50, 95, 99), method="inverted_cdf") if values.size else (0, 0, 0)
    )
    return Second(
        elapsed_s=second,
        completed=int(values.size),
        failed=failed,
        p50_us=int(p50),
        p95_us=int(p95),
        p99_us=int(p99),
    )
