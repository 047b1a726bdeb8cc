"""Counters that never fall: sums of what a server's own counters grew by."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Accumulation(Generic[K]):
    """Sums by key, which begin with what the server had counted when it was first read.

    A counter that fell was reset, or belongs to something that was dropped and made again: it
    began at nothing, so all it has is new. What is gone keeps its sum.
    """

    def __init__(self) -> None:
        self._last = dict[K, float]()
        self._sums = dict[K, float]()

    def add(self, key: K, value: float, *, under: K) -> None:
        """Add what a counter grew by since it was read last to the sum that it is shown under.

        What it grew by before it was shown under another name stays where it is.
        """
        before = self._last.get(key, 0.0)
        grown = value - before if value >= before else value
        self._last[key] = value
        self._sums[under] = self._sums.get(under, 0.0) + grown

    def items(self) -> Iterable[tuple[K, float]]:
        """Return every name with its sum."""
        return self._sums.items()
