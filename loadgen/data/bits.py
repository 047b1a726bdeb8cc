"""Counter-based randomness: every cell is a pure function of seed, column and row.

Only raw Philox bits and exact arithmetic are used, so that an upgrade of NumPy changes nothing.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]
_WORDS_PER_COUNTER = 4
# a stretch of cells is made so many times faster than as many single ones
_STRETCH_GAIN = 15
# Philox 4x64 of ten rounds: multipliers, and what the keys grow by (Salmon et al. 2011)
_ROUNDS = 10
_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def raw(seed: int, column: str, start: int, stop: int) -> Bits:
    """Return 64 random bits for each row in [start, stop) of a column like `products.price`."""
    first = start // _WORDS_PER_COUNTER
    generator = np.random.Philox(key=_key(seed, column), counter=[first, 0, 0, 0])
    words = generator.random_raw(stop - first * _WORDS_PER_COUNTER)
    return np.asarray(words[start - first * _WORDS_PER_COUNTER :], dtype=np.uint64)


def raw_at(seed: int, column: str, rows: Ints) -> Bits:
    """Return the 64 random bits of any rows of a column, in time that only their number bounds."""
    if len(rows) == 0:
        return np.zeros(0, dtype=np.uint64)
    first, last = int(rows.min()), int(rows.max())
    if last - first < _STRETCH_GAIN * len(rows):
        return raw(seed, column, first, last + 1)[rows - first]
    return _philox(_key(seed, column), rows.astype(np.uint64))


def _key(seed: int, column: str) -> Bits:
    digest = blake2b(f"{seed}/{column}".encode(), digest_size=16).digest()
    return np.frombuffer(digest, np.uint64)


def _philox(key: Bits, rows: Bits) -> Bits:
    """Return what `numpy.random.Philox` makes for single rows."""
    words = np.uint64(_WORDS_PER_COUNTER)
    zeros = np.zeros(len(rows), dtype=np.uint64)
    # NumPy counts up before it makes the first word
    block = [rows // words + np.uint64(1), zeros, zeros, zeros]
    keys = [int(part) for part in key]
    for _ in range(_ROUNDS):
        (high0, low0), (high1, low1) = (
            _product(factor, block[place])
            for factor, place in zip(_MULTIPLIERS, (0, 2), strict=True)
        )
        block = [
            high1 ^ block[1] ^ np.uint64(keys[0]),
            low1,
            high0 ^ block[3] ^ np.uint64(keys[1]),
            low0,
        ]
        keys = [(part + step) % 2**64 for part, step in zip(keys, _KEY_STEPS, strict=True)]
    return np.choose((rows % words).astype(np.int64), block)


def _product(factor: np.uint64, numbers: Bits) -> tuple[Bits, Bits]:
    """Return the upper and the lower 64 bits of products."""
    high, low = factor >> _HALF, factor & _LOW
    above, below = numbers >> _HALF, numbers & _LOW
    cross = high * below + (low * below >> _HALF)
    carry = low * above + (cross & _LOW)
    return high * above + (cross >> _HALF) + (carry >> _HALF), factor * numbers


def uniform(seed: int, column: str, start: int, stop: int) -> Floats:
    """Return numbers in [0, 1) with 53 random bits."""
    return _fractions(raw(seed, column, start, stop))


def uniform_at(seed: int, column: str, rows: Ints) -> Floats:
    """Return the numbers that `uniform` gives for any rows."""
    return _fractions(raw_at(seed, column, rows))


def _fractions(words: Bits) -> Floats:
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def whole(seed: int, column: str, start: int, stop: int, below: int) -> Ints:
    """Return whole numbers in [0, below), all equally likely."""
    return (uniform(seed, column, start, stop) * below).astype(np.int64)


def whole_at(seed: int, column: str, rows: Ints, below: int) -> Ints:
    """Return the numbers that `whole` gives for any rows."""
    return (uniform_at(seed, column, rows) * below).astype(np.int64)


def chance(seed: int, column: str, start: int, stop: int, share: float) -> NDArray[np.bool_]:
    """Return true for about `share` of the rows."""
    return uniform(seed, column, start, stop) < share


def chance_at(seed: int, column: str, rows: Ints, share: float) -> NDArray[np.bool_]:
    """Return what `chance` gives for any rows."""
    return uniform_at(seed, column, rows) < share


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
    running = edges(weights)
    rest = total - least * len(weights)
    # exact in any case, and without an object for each number where the products are short enough
    fits = int(running[-1]) * rest < 2**63
    products = (running if fits else running.astype(object)) * rest
    bounds = (products // int(running[-1])).astype(np.int64)
    counts = (bounds[1:] - bounds[:-1] + least).astype(np.int32)
    if most is None or counts.max(initial=0) <= most:
        return counts
    capped = np.minimum(counts, most)
    return capped + allotted(int((counts - capped).sum()), most - capped)


def edges(counts: Ints) -> Ints:
    """Return where each parent's children begin when they lie end to end, and where all end."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def firsts(counts: Ints) -> Ints:
    """Return where each parent's children begin when they lie end to end."""
    return edges(counts)[:-1]


def owners(counts: Ints, start: int, stop: int) -> tuple[Ints, Ints]:
    """Return for child rows in [start, stop) the index of the parent and the place under it."""
    return places(edges(counts), np.arange(start, stop, dtype=np.int64))


def places(begins: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return for child rows the index of the parent and the place under it.

    Args:
        begins: where the children of each parent begin, and where all end.
        rows: of children, counted from the first child of the first parent.
    """
    parent = np.searchsorted(begins, rows, side="right") - 1
    return parent.astype(np.int64), rows - begins[parent]
