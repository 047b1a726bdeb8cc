"""Counter-based randomness: every cell is a pure function of seed, column and row.

Only raw Philox bits and exact arithmetic are used, so that an upgrade of NumPy changes nothing.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_WORDS_PER_COUNTER = 4


def raw(seed: int, column: str, start: int, stop: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each row in [start, stop) of a column like `products.price`."""
    key = np.frombuffer(blake2b(f"{seed}/{column}".encode(), digest_size=16).digest(), np.uint64)
    first = start // _WORDS_PER_COUNTER
    generator = np.random.Philox(key=key, counter=[first, 0, 0, 0])
    words = generator.random_raw(stop - first * _WORDS_PER_COUNTER)
    return np.asarray(words[start - first * _WORDS_PER_COUNTER :], dtype=np.uint64)


def uniform(seed: int, column: str, start: int, stop: int) -> Floats:
    """Return numbers in [0, 1) with 53 random bits."""
    return (raw(seed, column, start, stop) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def whole(seed: int, column: str, start: int, stop: int, below: int) -> Ints:
    """Return whole numbers in [0, below), all equally likely."""
    return (uniform(seed, column, start, stop) * below).astype(np.int64)


def chance(seed: int, column: str, start: int, stop: int, share: float) -> NDArray[np.bool_]:
    """Return true for about `share` of the rows."""
    return uniform(seed, column, start, stop) < share


def shuffled(seed: int, column: str, count: int) -> Ints:
    """Return a permutation of [0, count)."""
    return np.argsort(raw(seed, column, 0, count), kind="stable").astype(np.int64)


def quantiles(points: list[float], at: Floats) -> Floats:
    """Return values of a distribution given by equally spaced quantiles, straight lines between."""
    position = at * (len(points) - 1)
    below = position.astype(np.int64)
    table = np.asarray(points, dtype=np.float64)
    return table[below] + (table[below + 1] - table[below]) * (position - below)


def zipf_cumulative(count: int, flatness: int) -> Floats:
    """Return cumulative shares of ranks 0 to count - 1, each weighing 1 / (rank + flatness)."""
    cumulative = np.cumsum(1.0 / (np.arange(count, dtype=np.float64) + flatness))
    return np.asarray(cumulative / cumulative[-1], dtype=np.float64)


def ranks(cumulative: Floats, at: Floats) -> Ints:
    """Return the rank that each number in [0, 1) falls on."""
    found = np.searchsorted(cumulative, at, side="right")
    return np.minimum(found, len(cumulative) - 1).astype(np.int64)


def allotted(total: int, weights: Ints, *, least: int = 0, most: int | None = None) -> Ints:
    """Share out a total by weights, exactly, with at least `least` and at most `most` for each.

    What is above `most` goes to the others, by the room that they have left.
    """
    edges = np.concatenate(([0], np.cumsum(weights)))
    rest = total - least * len(weights)
    bounds = (edges.astype(object) * rest) // int(edges[-1])
    whole_bounds = bounds.astype(np.int64)
    counts = np.asarray(whole_bounds[1:] - whole_bounds[:-1] + least, dtype=np.int64)
    if most is None or counts.max(initial=0) <= most:
        return counts
    capped = np.minimum(counts, most)
    return capped + allotted(int((counts - capped).sum()), most - capped)


def firsts(counts: Ints) -> Ints:
    """Return where each parent's children begin when they lie end to end."""
    return np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)


def owners(counts: Ints, start: int, stop: int) -> tuple[Ints, Ints]:
    """Return for child rows in [start, stop) the index of the parent and the place under it."""
    edges = np.concatenate(([0], np.cumsum(counts)))
    rows = np.arange(start, stop, dtype=np.int64)
    parent = np.searchsorted(edges, rows, side="right") - 1
    return parent.astype(np.int64), rows - edges[parent]
