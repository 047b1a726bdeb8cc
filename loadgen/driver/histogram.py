"""Microseconds in an HdrHistogram, recorded by the batch."""

import numpy as np
import numpy.typing as npt
from hdrh.histogram import HdrHistogram

from b2bench.runs import Latency

LONGEST_US = 3_600_000_000
DIGITS = 3

Microseconds = npt.NDArray[np.int64]


class Histogram:
    """Counts of latencies from one microsecond to one hour, to three digits."""

    def __init__(self) -> None:
        self.hdr = HdrHistogram(1, LONGEST_US, DIGITS)
        # the very memory that HdrHistogram counts in
        self._counts = np.frombuffer(self.hdr.counts, dtype=np.uint64)
        self._sum_us = 0

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return int(self.hdr.total_count)

    @property
    def sum_us(self) -> int:
        """The exact sum of the values."""
        return self._sum_us

    def record(self, values_us: Microseconds) -> None:
        """Count many values at once, in a hundredth of the time of one at a time."""
        if not values_us.size:
            return
        values = np.clip(values_us, 0, LONGEST_US)
        counts = np.bincount(self._places(values), minlength=len(self._counts))
        self._counts += counts.astype(np.uint64)
        self._sum_us += int(values_us.sum())
        self.hdr.total_count += len(values)
        self.hdr.min_value = min(self.hdr.min_value, int(values.min()))
        self.hdr.max_value = max(self.hdr.max_value, int(values.max()))

    def _places(self, values: Microseconds) -> Microseconds:
        """Return each value's place in the counts, as `HdrHistogram._counts_index_for` does."""
        half = self.hdr.sub_bucket_half_count_magnitude
        # frexp gives the number of bits, exactly so below 2**53
        bits = np.frexp((values | self.hdr.sub_bucket_mask).astype(np.float64))[1]
        bucket = bits.astype(np.int64) - (half + 1)
        places: Microseconds = ((bucket + 1) << half) + (values >> bucket)
        return places - int(self.hdr.sub_bucket_half_count)

    def percentile_us(self, percent: float) -> int:
        """Return the value that this share of the values does not exceed, 0 if there is none."""
        if not self.count:
            return 0
        rank = max(1, int(np.ceil(percent / 100 * self.count)))
        place = int(np.searchsorted(np.cumsum(self._counts), rank))
        lowest = self.hdr.get_value_from_index(place)
        return min(int(self.hdr.get_highest_equivalent_value(lowest)), int(self.hdr.max_value))

    def distribution(self) -> tuple[tuple[float, int], ...]:
        """Return values at rising quantiles, each of which a value lies above, and the largest.

        Each half of what remains above has five points, as HdrHistogram's own percentile plots.
        """
        if not self.count:
            return ()
        quantiles = [1 - 0.5**half * (1 - step / 10) for half in range(30) for step in range(5)]
        known = [quantile for quantile in quantiles if self.count * (1 - quantile) >= 1]
        points = ((round(at, 9), self.percentile_us(at * 100)) for at in known)
        return (*points, (1.0, int(self.hdr.max_value)))

    def add(self, other: "Histogram") -> None:
        """Count the other's values, too; exact, since both count in the same places."""
        largest = max(self.hdr.max_value, other.hdr.max_value)
        self.hdr.add(other.hdr)
        # which rounds it up to the end of its bucket
        self.hdr.max_value = largest
        self._sum_us += other.sum_us

    def summary(self) -> Latency:
        """Return the figures that a person reads."""
        return Latency(
            count=self.count,
            mean_us=self._sum_us / self.count if self.count else 0.0,
            p50_us=self.percentile_us(50),
            p90_us=self.percentile_us(90),
            p95_us=self.percentile_us(95),
            p99_us=self.percentile_us(99),
            p999_us=self.percentile_us(99.9),
            max_us=int(self.hdr.max_value),
        )
