"""What cumulative counters have grown by between two readings, whatever was reset in between."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Entries as they are at one instant.

    Args:
        keys: what each entry is known by, no two alike.
        since_s: when each entry began to count, as far as the server says it.
        counters: of each entry, in rows.
    """

    keys: Sequence[Hashable]
    since_s: Floats
    counters: Floats


@dataclass(slots=True)
class Growth:
    """Compares each reading with the one before, which is all that it keeps."""

    _places: dict[Hashable, int] = field(default_factory=dict)
    _last: Reading | None = None

    def since_last(self, now: Reading) -> Floats:
        """Return what each counter has grown by, never less than 0.

        An entry counts from 0 where it was not there before, says that it began anew, or shows
        less than before in any counter.

        >>> growth = Growth()
        >>> at = lambda *calls: Reading(
        ...     keys=["a"], since_s=np.zeros(1), counters=np.array([calls], float)
        ... )
        >>> [growth.since_last(at(*calls)).tolist() for calls in ((5, 9), (7, 9), (8, 1))]
        [[[5.0, 9.0]], [[2.0, 0.0]], [[8.0, 1.0]]]
        """
        base = np.zeros_like(now.counters)
        if self._last is not None:
            get = self._places.get
            places = np.fromiter((get(key, -1) for key in now.keys), np.intp, len(now.keys))
            known = np.flatnonzero(places >= 0)
            before = self._last.counters[places[known]]
            went_on = self._last.since_s[places[known]] == now.since_s[known]
            went_on &= (now.counters[known] >= before).all(axis=1)
            base[known[went_on]] = before[went_on]
        self._last, self._places = now, dict(zip(now.keys, range(len(now.keys)), strict=True))
        return now.counters - base
