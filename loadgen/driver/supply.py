"""What one user asks next: a weighted choice of query classes, with arguments at hand."""

import hashlib
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from itertools import accumulate
from random import Random

from b2bench.arguments import ArgumentSource
from loadgen.driver.program import Program, Values

_FIRST_BATCH = 8
_LARGEST_BATCH = 128


class Supply:
    """Draws arguments in growing batches, so that a request only takes the next ones.

    Args:
        weights: query classes and how often the user runs them, relative to each other.
        user: the user's number: no two users draw the same.
    """

    def __init__(
        self, weights: Mapping[Program, float], source: ArgumentSource, *, seed: int, user: int
    ) -> None:
        self._programs = tuple(weights)
        self._cumulative = tuple(accumulate(weights.values()))
        self._last = len(self._programs) - 1
        self._source = source
        self._seed = seed
        self._user = user
        self._random = Random(seed_of(seed, user, "order"))  # noqa: S311 (a mix, not a secret)
        self._batches = dict.fromkeys(self._programs, 0)
        self._ready: dict[Program, deque[list[Values]]] = {
            program: deque() for program in self._programs
        }

    def next(self) -> tuple[Program, list[Values]]:
        """Return the next query class to run, and its values.

        Raises:
            BadInput: the source has nothing that fits.
        """
        if not self._last:
            ready = self._ready[self._programs[0]]
            if not ready:
                self._draw(self._programs[0])
            return self._programs[0], ready.popleft()
        # what Random.choices does, at a third of its price
        point = self._random.random() * self._cumulative[-1]
        program = self._programs[bisect_right(self._cumulative, point, hi=self._last)]
        ready = self._ready[program]
        if not ready:
            self._draw(program)
        return program, ready.popleft()

    def _draw(self, program: Program) -> None:
        batch = self._batches[program]
        self._batches[program] += 1
        drawn = self._source.draw(
            program.query,
            seed=seed_of(self._seed, self._user, program.query.name, batch),
            count=min(_FIRST_BATCH << min(batch, 8), _LARGEST_BATCH),
        )
        self._ready[program].extend(program.bind(arguments) for arguments in drawn)


def seed_of(*parts: object) -> int:
    """Return a seed that is a function of the parts and unlike that of any others.

    >>> seed_of(1, 2, "price_item", 0) == seed_of(1, 2, "price_item", 0)
    True
    """
    text = "/".join(str(part) for part in parts).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 1
