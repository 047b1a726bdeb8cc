"""When a shop is busy: hours of the day, days of the week, months of the year."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from loadgen.data.bits import Floats, Ints

HOUR_US = 3_600_000_000
# relative: builders order in spring; offices in America are open from 13 to 23 h UTC
MONTHS = (80, 85, 110, 120, 130, 125, 105, 100, 105, 95, 80, 65)
WEEKDAYS = (19, 21, 20, 19, 16, 3, 2)
HOURS = (5, 3, 2, 1, 1, 1, 1, 2, 3, 4, 6, 12, 30, 60, 85, 95, 90, 80, 85, 90, 75, 50, 25, 12)


class Seasons:
    """How busy the shop was in each hour of a time.

    Args:
        begin: the first hour.
        end: the hour after the last.
    """

    def __init__(self, begin: datetime, end: datetime) -> None:
        hours = int((end - begin) / timedelta(hours=1))
        moments = [begin + timedelta(hours=hour) for hour in range(hours)]
        self._begin_us = int(begin.timestamp()) * 1_000_000
        self._busy = np.asarray(
            [MONTHS[at.month - 1] * WEEKDAYS[at.weekday()] * HOURS[at.hour] for at in moments],
            dtype=np.int64,
        )
        self._before = np.concatenate(([0], np.cumsum(self._busy))).astype(np.float64)

    def between(self, at: Floats, begin_us: Ints | int, end_us: Ints | int) -> Ints:
        """Return moments in [begin, end) as business falls on them, for uniform numbers.

        All in microseconds since 1970 (UTC).
        """
        first, last = self._done(np.asarray(begin_us)), self._done(np.asarray(end_us))
        wanted = first + at * (last - first)
        hour = np.searchsorted(self._before, wanted, side="right") - 1
        hour = np.minimum(hour, len(self._busy) - 1)
        within = (wanted - self._before[hour]) / self._busy[hour] * HOUR_US
        return np.asarray(self._begin_us + hour * HOUR_US + within.astype(np.int64))

    def _done(self, moment_us: Ints) -> Floats:
        """Return how much of the business is over at a moment."""
        hour, within = np.divmod(moment_us - self._begin_us, HOUR_US)
        return np.asarray(self._before[hour] + self._busy[hour] * (within / HOUR_US))


@cache
def seasons() -> Seasons:
    """Return the seasons of every moment that a data set may speak of."""
    return Seasons(datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
