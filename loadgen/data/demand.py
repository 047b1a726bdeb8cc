"""Demand that falls on ranks by a law, and few different ranks drawn by it."""

from functools import lru_cache

import numpy as np

from loadgen.data import bits
from loadgen.data.bits import Floats, Ints

_ROUNDING = 1e-6


class Demand:
    """A law over ranks, the most wanted first.

    Args:
        cumulative: shares of demand up to each rank.
    """

    def __init__(self, cumulative: Floats) -> None:
        self._cumulative = cumulative
        self._before = np.concatenate(([0.0], cumulative))
        # with this many drawn, the rank itself is just not sure to be among them
        share, ranks = np.diff(self._before), np.arange(len(cumulative))
        self._most_unsure = ranks + (1 - self._before[:-1]) / share

    def one(self, at: Floats) -> Ints:
        """Return the ranks on which demand falls, for uniform numbers."""
        return bits.ranks(self._cumulative, at)

    def some(self, count: Ints, place: Ints, at: Floats) -> Ints:
        """Return member `place` of `count` different ranks, likely in proportion to their demand.

        Systematic sampling with unequal probabilities (Madow 1949): equal steps along the
        cumulative shares. The first ranks, which would be hit twice, are in for sure.

        Args:
            count: how many ranks are drawn together, at most all.
            place: which of them, from 0; the ranks ascend with it.
            at: a uniform number, the same for those that are drawn together.
        """
        sure = np.searchsorted(self._most_unsure, count + _ROUNDING)
        rest = np.maximum(count - sure, 1)
        before = self._before[sure]
        along = before + (1 - before) * (at + np.maximum(place - sure, 0)) / rest
        return np.asarray(np.where(place < sure, place, self.one(along)), dtype=np.int64)


def mixed(count: Ints, place: Ints, at: Floats) -> Ints:
    """Return another place for each of `count`, all of them different for the same `at`."""
    kinds, kind = np.unique(count, return_inverse=True)
    steps = np.asarray([stride(int(among)) for among in kinds], dtype=np.int64)
    begin = (at * count).astype(np.int64)
    return np.asarray((begin + place * steps[kind]) % count, dtype=np.int64)


@lru_cache(maxsize=4096)
def stride(among: int) -> int:
    """Return a step near the golden section of a circle that visits all its places."""
    step = max(1, int(among * 0.6180339887))
    while np.gcd(step, among) != 1:
        step += 1
    return step
