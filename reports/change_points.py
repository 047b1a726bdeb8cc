"""Where the level of a series changes, and by how much."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_low

from b2bench.errors import BadInput

# times the logarithm of the length: the last of thirty runs stands out from 3.3 deviations on
_PENALTY = 3.0
# of the level: work that is counted varies by less from run to run
_RELATIVE_NOISE = 0.005
_LEAST_RUNS = 3
# of a normal distribution: its standard deviation over its median absolute deviation
_DEVIATIONS = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A change of a level.

    Args:
        at: place of the first value of the new level.
        before: the level, which is the median, up to there.
        after: the level from there to the next change.
    """

    at: int
    before: float
    after: float


def change_points(values: Sequence[float], *, noise: float = 1.0) -> tuple[ChangePoint, ...]:
    """Return where the level of a series changes.

    The segmentation with the least squared distance from the segments' means, each change paid
    for by a penalty that grows with the logarithm of the length (Killick, Fearnhead and Eckley,
    2012, by the library ruptures). A series of counts hardly varies, so its noise is no less than
    one, no less than half a per cent of its level, and no less than what neighbours differ by.

    Args:
        values: one for each run, in their order.
        noise: the least standard deviation that is taken for none.

    Raises:
        BadInput: the library cannot be had for this Python.

    Example:
        >>> [(each.at, each.before, each.after) for each in change_points([4, 4, 4, 9, 9, 9])]
        [(3, 4.0, 9.0)]
        >>> change_points([4, 5, 4, 4, 5, 4, 5]), change_points([4, 4, 4])
        ((), ())
    """
    if len(values) < _LEAST_RUNS or min(values) == max(values):
        return ()
    ends = _segments(values, _noise(values, noise))
    levels = [
        float(median(values[begin:end])) for begin, end in zip([0, *ends], ends, strict=False)
    ]
    return tuple(
        ChangePoint(at=at, before=before, after=after)
        for at, before, after in zip(ends, levels, levels[1:], strict=False)
        if before != after
    )


def _segments(values: Sequence[float], noise: float) -> list[int]:
    """Return the places after the end of each segment."""
    import numpy as np  # noqa: PLC0415 (a quarter of a second at start-up, with ruptures a whole one)

    try:
        from ruptures import KernelCPD  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadInput(
            "change points need the library ruptures, which cannot be had for this Python: use 3.13"
        ) from None

    signal = np.asarray(values, dtype=np.float64)[:, np.newaxis] / noise
    # with a linear kernel its cost is the squared distance from the mean, and it is written in C
    search = KernelCPD(kernel="linear", min_size=1, jump=1).fit(signal - signal.mean())
    return [int(end) for end in search.predict(pen=_PENALTY * math.log(len(values)))]


def _noise(values: Sequence[float], least: float) -> float:
    """Return how far values of one level are apart, as a standard deviation."""
    steps = [abs(after - before) for before, after in pairwise(values)]
    # the lower one: of two steps, one may be the change
    own = _DEVIATIONS * median_low(steps) / math.sqrt(2)
    return max(least, _RELATIVE_NOISE * abs(median(values)), own)
