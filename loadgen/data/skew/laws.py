"""Laws that a data set's skew is declared by, and how far a true sample may lie from them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from loadgen.data.bits import Floats, Ints

# of a thousand data sets made by a law, one may lie further from it than the bounds below say
RISK = 0.001
_PARTS = 500


def zipf(count: int, flatness: int) -> Floats:
    """Return the shares of ranks 0 to count - 1, each weighing 1 / (rank + flatness).

    >>> zipf(3, 1).round(3).tolist()
    [0.545, 0.273, 0.182]
    """
    weights = 1 / (np.arange(count) + flatness)
    return np.asarray(weights / weights.sum())


def drawn_together(shares: Floats, count: int) -> Floats:
    """Return the chance of each rank to be among `count` different ones drawn by their shares.

    Chances are in proportion to the shares, and those that would exceed one are one: sampling with
    probability proportional to size.

    >>> drawn_together(np.asarray([0.6, 0.2, 0.2]), 2).tolist()
    [1.0, 0.5, 0.5]
    """
    chances = count * shares
    while (chances > 1).any():
        sure = chances >= 1
        rest = (count - sure.sum()) / max(shares[~sure].sum(), np.finfo(np.float64).tiny)
        chances = np.where(sure, 1.0, rest * shares)
    return np.asarray(chances)


def even(values: Sequence[float], parts: int = _PARTS) -> Floats:
    """Return equally likely values of a distribution given by equally spaced quantiles.

    >>> even([0, 2, 10], parts=2).tolist()
    [0.5, 1.5, 4.0, 8.0]
    """
    low, high = np.asarray(values[:-1])[:, None], np.asarray(values[1:])[:, None]
    within = (np.arange(parts) + 0.5) / parts
    return np.asarray((low + (high - low) * within).ravel(), dtype=np.float64)


def kolmogorov(draws: int, risk: float = RISK) -> float:
    """Return how far the cumulative shares of independent draws may lie from their law.

    The inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant (1990): it holds for
    any law and any number of draws.

    >>> round(kolmogorov(20_000), 4)
    0.0138
    """
    return math.sqrt(math.log(2 / risk) / (2 * max(draws, 1)))


def hoeffding(sizes: float, squares: float, points: int) -> float:
    """Return how far any of some shares may lie from its law, where rows come in groups.

    Hoeffding's inequality (1963), the risk divided among the points. Groups are independent of each
    other, the rows of one need not be; for independent rows both sums are their number.

    Args:
        sizes: the sum of the groups' sizes.
        squares: the sum of their squares.
        points: the number of shares looked at.

    >>> round(hoeffding(20_000, 20_000, points=1), 4) == round(kolmogorov(20_000), 4)
    True
    """
    return math.sqrt(squares * math.log(2 * points / RISK) / 2) / max(sizes, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """Children shared out among parents by weights, in whole numbers.

    A parent's weight is one of some equally likely ones. Its exact part is cut to a whole number
    where the running sum of all parts happens to stand, so that it is rounded up as often as the
    fraction says.

    Args:
        least: every parent has so many beforehand.
    """

    parents: int
    children: int
    weights: Floats
    least: int = 0

    def at_most(self, count: Ints, *, scale: float = 1.0) -> Floats:
        """Return the share of parents with at most so many children.

        >>> halves = Allotment(parents=10, children=15, weights=np.asarray([1.0]))
        >>> halves.at_most(np.asarray([0, 1, 2])).tolist()
        [0.0, 0.5, 1.0]
        """
        exact = self._mean * scale * self.weights / self.weights.mean()
        # E[clip(k + 1 - x)] is the mean of the law of x between k and k + 1
        places = np.sort(exact)
        sums = np.concatenate(([0.0], np.cumsum(places)))
        free = np.asarray(count, dtype=np.float64) - self.least
        below, above = (np.searchsorted(places, free + step) for step in (0, 1))
        between = (free + 1) * (above - below) - (sums[above] - sums[below])
        return np.asarray((below + between) / len(places), dtype=np.float64)

    @property
    def tolerance(self) -> float:
        """How far the distribution of a true allotment may lie from the law.

        Two parts, each with half the risk: the draw of the weights, and their mean, by which all
        of them are scaled to the given number of children (by the central limit theorem).
        """
        deviations = NormalDist().inv_cdf(1 - RISK / 4)
        spread = float(self.weights.std() / self.weights.mean())
        change = deviations * spread / math.sqrt(max(self.parents, 1))
        count = np.arange(self.most + 2)
        law = self.at_most(count)
        moved = max(
            float(np.abs(self.at_most(count, scale=factor) - law).max())
            for factor in (1 - min(change, 0.99), 1 + change)
        )
        return kolmogorov(self.parents, RISK / 2) + moved

    @property
    def most(self) -> int:
        """The most children that a parent is expected to have."""
        largest = float(self.weights.max() / self.weights.mean())
        return self.least + math.ceil(self._mean * largest)

    @property
    def _mean(self) -> float:
        return max(self.children - self.least * self.parents, 0) / max(self.parents, 1)
