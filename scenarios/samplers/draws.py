"""Random numbers for one batch of arguments, apart from those that made the data."""

from dataclasses import dataclass

import numpy as np

from loadgen.data import bits
from loadgen.data.bits import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Columns of `count` random numbers, each a pure function of seed, sampler and purpose."""

    seed: int
    name: str
    count: int

    def uniform(self, purpose: str) -> Floats:
        """Return numbers in [0, 1)."""
        return bits.uniform(self.seed, f"draw/{self.name}.{purpose}", 0, self.count)

    def whole(self, purpose: str, below: int) -> Ints:
        """Return whole numbers in [0, below)."""
        return bits.whole(self.seed, f"draw/{self.name}.{purpose}", 0, self.count, below)

    def below(self, purpose: str, bounds: Ints) -> Ints:
        """Return whole numbers in [0, bound), each row with its own bound."""
        return (self.uniform(purpose) * bounds).astype(np.int64)
