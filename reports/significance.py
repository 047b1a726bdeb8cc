"""Whether two series of figures differ by more than chance: ratios, intervals, p, many at once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

# fewer samples on a side say nothing about how much a figure varies
LEAST_SAMPLES = 5
# at most this share of comparisons of equal runs calls anything different
ALPHA = 0.05
# how often a difference as large as `smallest` would have been found
POWER = 0.8
# histograms keep three digits, so that samples which look equal differ by up to this
_RESOLUTION = 0.0005
# ten samples cannot tell a stronger memory from a drift
_MOST_MEMORY = 0.8

Logs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Candidate over baseline, with an interval and the p that it is 1.

    Args:
        ratio: of the geometric means of the samples.
        low: the interval's end; it holds 1 exactly where the difference may be chance.
        p: two-sided; corrected, once `corrected` has seen all ratios of a comparison.
        sizes: pairs, or samples of the baseline and of the candidate.
        smallest: a ratio above 1 that would have been found in four of five comparisons.
        drift: how far either series moved by itself from its first half to its second, as a
            ratio; 1 for pairs, in which it cancels.
    """

    ratio: float
    low: float
    high: float
    p: float
    sizes: tuple[int, ...]
    smallest: float
    drift: float = 1.0
    log_error: float
    degrees: float

    @property
    def differs(self) -> bool:
        """Whether it is neither chance nor drift."""
        return not self.low <= 1 <= self.high

    @property
    def sizes_shown(self) -> str:
        """The number of samples, `n=6 pairs` or `n=10+10`."""
        if len(self.sizes) == 1:
            return f"n={self.sizes[0]} pairs"
        return f"n={'+'.join(map(str, self.sizes))}"


def paired(baseline: Sequence[float], candidate: Sequence[float]) -> Ratio | None:
    """Compare samples that were taken in turn: what the machine did meanwhile cancels.

    Student's t on the logarithms of the ratios. Unlike a signed-rank test, whose p cannot fall
    below 0.03 with six pairs, it can hold against the correction for many query classes.

    Args:
        baseline: figures above 0; `None` is returned where there are fewer than five.
        candidate: as many.
    """
    if len(baseline) < LEAST_SAMPLES:
        return None
    logs = np.log(candidate) - np.log(baseline)
    error = float(np.std(logs, ddof=1)) / math.sqrt(len(logs))
    return _ratio(float(logs.mean()), error, degrees=len(logs) - 1, sizes=(len(logs),))


def unpaired(
    baseline: Sequence[float], candidate: Sequence[float], *, memory: float
) -> Ratio | None:
    """Compare the parts of one run with the parts of another, which ran at another time.

    Welch's t on logarithms. Neighbouring parts of a run resemble each other, so that ten parts
    are worth fewer than ten samples: the error is widened as for an autoregressive series. A run
    that moved by itself may do so again between the two, so a difference not larger than that
    is none.

    Args:
        baseline: figures above 0, in the order of time; `None` is returned where there are
            fewer than five on either side.
        candidate: likewise.
        memory: the autocorrelation from one part to the next, `memory_of` all series of the runs.
    """
    if min(len(baseline), len(candidate)) < LEAST_SAMPLES:
        return None
    sides = [np.log(baseline), np.log(candidate)]
    squares = [_squared_error(side, memory) for side in sides]
    worth = [max(2.0, len(side) / _widened(len(side), memory)) for side in sides]
    return _ratio(
        float(sides[1].mean() - sides[0].mean()),
        math.sqrt(sum(squares)),
        degrees=_welch_degrees(squares, worth),
        sizes=(len(baseline), len(candidate)),
        drift=max(map(_drift, sides)),
    )


def memory_of(series: Iterable[Sequence[float]]) -> float:
    """Return how alike neighbours are in many short series: autocorrelation at lag 1, 0 to 0.8.

    One series of ten samples tells next to nothing about it, fifty tell enough: what makes
    neighbours alike is the machine, which is the same for all. That of a short series comes out
    at r - (1 + 4r)/n (Marriott and Pope 1954), which is undone.
    """
    products, lengths = list[float](), list[int]()
    for one in series:
        if len(one) < LEAST_SAMPLES:
            continue
        apart = np.log(one) - np.mean(np.log(one))
        if scale := float(apart @ apart):
            products.append(float(apart[1:] @ apart[:-1]) / scale)
            lengths.append(len(one))
    if not lengths:
        return 0.0
    length = sum(lengths) / len(lengths)
    found = float(np.average(products, weights=lengths))
    return min(max(0.0, (found + 1 / length) / (1 - 4 / length)), _MOST_MEMORY)


def corrected(ratios: Sequence[Ratio | None]) -> tuple[Ratio | None, ...]:
    """Return the ratios of one comparison with Holm's correction in p and interval.

    A build is stopped by any one false alarm among fifty query classes, so it is the chance of
    any at all that is held to 5 % (Holm, and not Benjamini-Hochberg, which holds the share of
    false alarms among the alarms).
    """
    tested = sorted(
        (place for place, each in enumerate(ratios) if each is not None),
        key=lambda place: _p_at(ratios, place),
    )
    result, reached = list(ratios), 0.0
    for rank, place in enumerate(tested):
        found = ratios[place]
        if found is None:
            continue
        reached = max(reached, min(1.0, found.p * (len(tested) - rank)))
        # the level at which the interval leaves 1 out exactly where the corrected p is below 5 %
        level = ALPHA * found.p / reached if reached else ALPHA / (len(tested) - rank)
        result[place] = replace(_at_level(found, level), p=reached)
    return tuple(result)


def _p_at(ratios: Sequence[Ratio | None], place: int) -> float:
    found = ratios[place]
    return 1.0 if found is None else found.p


def _ratio(
    log: float, error: float, *, degrees: float, sizes: tuple[int, ...], drift: float = 0.0
) -> Ratio:
    error = max(error, _RESOLUTION)
    return _at_level(
        Ratio(
            ratio=math.exp(log),
            low=0.0,
            high=math.inf,
            p=float(2 * stdtr(degrees, -abs(log) / error)),
            sizes=sizes,
            smallest=math.inf,
            drift=math.exp(drift),
            log_error=error,
            degrees=degrees,
        ),
        ALPHA,
    )


def _at_level(ratio: Ratio, level: float) -> Ratio:
    """Return the ratio with the interval that misses the truth in this share of the cases."""
    log, drift = math.log(ratio.ratio), math.log(ratio.drift)
    certain = float(stdtrit(ratio.degrees, 1 - level / 2)) * ratio.log_error
    often = float(stdtrit(ratio.degrees, POWER)) * ratio.log_error
    reach = max(certain, drift)
    return replace(
        ratio,
        low=math.exp(log - reach),
        high=math.exp(log + reach),
        smallest=math.exp(reach + often),
    )


def _welch_degrees(squares: Sequence[float], worth: Sequence[float]) -> float:
    """Return the degrees of freedom of Welch and Satterthwaite."""
    parts = sum(square**2 / (samples - 1) for square, samples in zip(squares, worth, strict=True))
    return sum(squares) ** 2 / parts if parts else min(worth) - 1


def _widened(samples: int, memory: float) -> float:
    """Return how many times the mean's variance is that of independent samples.

    >>> _widened(10, 0.0), round(_widened(1_000_000, 0.5), 3)
    (1.0, 3.0)
    """
    lags = np.arange(1, samples)
    return float(1 + 2 * np.sum((1 - lags / samples) * memory**lags))


def _squared_error(side: Logs, memory: float) -> float:
    """Return the variance of the mean of a series whose neighbours are alike.

    They also spread less than independent samples do, which the first factor makes good.
    """
    samples = len(side)
    widened = _widened(samples, memory)
    spread = float(np.var(side, ddof=1)) * (samples - 1) / max(1.0, samples - widened)
    return spread * widened / samples


def _drift(side: Logs) -> float:
    half = len(side) // 2
    return float(abs(side[-half:].mean() - side[:half].mean()))
