"""How much longer one side takes than the other, from pairs of times that were taken in turn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import bootstrap, trim_mean

# of the pairs, at either end: so many hiccups of the machine on one side decide nothing
_TRIMMED = 0.25
_RESAMPLES = 2_000
# an interval from fewer pairs is mostly luck
LEAST_PAIRS = 6
# all three passes have to agree, and four in five times they should
_POWER = 0.8 ** (1 / 3)

Times = npt.NDArray[np.float64]


class Direction(StrEnum):
    """Where the candidate stands to the baseline: beyond the floor, within it, or not known."""

    SLOWER = "slower"
    FASTER = "faster"
    WITHIN = "within"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedRatio:
    """Candidate over baseline.

    Args:
        ratio: the middle half of the pairs' ratios, their geometric mean.
        low: an end of the bootstrap interval; so is `high`.
        pairs: how many.
        log_error: standard error of the ratio's logarithm.
        level: how often such an interval misses the truth.
    """

    ratio: float
    low: float
    high: float
    pairs: int
    log_error: float
    level: float

    def direction(self, floor: float) -> Direction:
        """Return what the interval says.

        Args:
            floor: a ratio above 1 from which on a difference matters.
        """
        if self.low > floor:
            return Direction.SLOWER
        if self.high < 1 / floor:
            return Direction.FASTER
        if 1 / floor < self.low and self.high < floor:
            return Direction.WITHIN
        return Direction.OPEN

    def smallest(self, floor: float) -> float:
        """Return the smallest ratio that would have been found beyond a floor, four in five times.

        The interval's low end has to be above the floor in each of three passes.
        """
        certain, often = float(ndtri(1 - self.level / 2)), float(ndtri(_POWER))
        return floor * math.exp((certain + often) * self.log_error)


def paired_ratio(
    baseline: Sequence[float], candidate: Sequence[float], *, level: float, seed: int
) -> PairedRatio:
    """Compare times that were taken in pairs, so that what the machine did meanwhile cancels.

    The interval is a percentile bootstrap of the trimmed mean (Efron and Tibshirani 1993,
    chapter 13; Wilcox 2012, chapter 4), the same one for the same seed.

    Args:
        baseline: times above 0 in any unit, `LEAST_PAIRS` or more.
        candidate: as many, in the order of the pairs.
        level: how often the interval may miss the truth.
        seed: of the resampling.
    """
    logs = np.log(np.asarray(candidate, dtype=float)) - np.log(np.asarray(baseline, dtype=float))
    found = bootstrap(
        (logs,),
        _middle,
        vectorized=True,
        n_resamples=_RESAMPLES,
        confidence_level=1 - level,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return PairedRatio(
        ratio=math.exp(float(_middle(logs))),
        low=math.exp(float(low)),
        high=math.exp(float(high)),
        pairs=len(logs),
        log_error=float(found.standard_error),
        level=level,
    )


def _middle(logs: Times, axis: int = -1) -> Times:
    return np.asarray(trim_mean(logs, _TRIMMED, axis=axis))
