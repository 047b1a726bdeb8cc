"""pgbench's random values, and the functions that scatter them.

The formulae are those of PostgreSQL's src/bin/pgbench/pgbench.c (named at each function). Where a
generator of pgbench's own takes part in a result that must be the same, as in `permute`, it is the
one of src/common/pg_prng.c; the random values come from Python's generator instead.
"""

import math
from random import Random

MIN_GAUSSIAN = 2.0
MIN_ZIPFIAN, MAX_ZIPFIAN = 1.001, 1000.0

_MASK = 2**64 - 1
_SIGN = 2**63
_FNV_PRIME, _FNV_BASIS = 0x100000001B3, 0xCBF29CE484222325
_MURMUR, _MURMUR_ROTATION = 0xC6A4A7935BD1E995, 47
_PERMUTE_ROUNDS = 6
_BYTES = 8


def uniform(random: Random, low: int, high: int) -> int:
    """Return a whole number, each equally likely, both ends included (getrand)."""
    return random.randint(low, high)


def exponential(random: Random, low: int, high: int, parameter: float) -> int:
    """Return a whole number, the low ones likelier: density falls to exp(-parameter).

    As getExponentialRand: -ln(c + (1 - c) u) / parameter with c = exp(-parameter) and u uniform
    in (0, 1], spread over the range.
    """
    cut = math.exp(-parameter)
    share = -math.log(cut + (1.0 - cut) * (1.0 - random.random())) / parameter
    return low + int((high - low + 1) * share)


def gaussian(random: Random, low: int, high: int, parameter: float) -> int:
    """Return a whole number, the middle ones likelier.

    As getGaussianRand: a normal value, drawn anew until it is within ±parameter standard
    deviations, spread over the range.
    """
    while True:
        deviation = random.gauss(0.0, 1.0)
        if -parameter <= deviation < parameter:
            share = (deviation + parameter) / (parameter * 2.0)
            return low + int((high - low + 1) * share)


def zipfian(random: Random, low: int, high: int, parameter: float) -> int:
    """Return a whole number, the k-th of the range with a probability like 1 / k^parameter.

    As getZipfianRand and computeIterativeZipfian: rejection after Luc Devroye, Non-Uniform Random
    Variate Generation, p. 550-551, Springer 1986.
    """
    count = high - low + 1
    if count <= 1:
        return low
    power = parameter - 1.0
    base = math.pow(2.0, power)
    largest = math.log(count + 1)
    while True:
        first, second = 1.0 - random.random(), random.random()
        # the same test as on the value itself, which may be beyond all floating-point numbers
        if -math.log(first) / power > largest:
            continue
        rank = math.floor(math.pow(first, -1.0 / power))
        slope = math.pow(1.0 + 1.0 / rank, power)
        fits = second * rank * (slope - 1.0) / (base - 1.0) <= slope / base
        if fits and rank <= count:
            return low - 1 + rank


def hash_fnv1a(value: int, seed: int) -> int:
    """Return the FNV-1a hash of the value's eight bytes (getHashFnv1a)."""
    result = _FNV_BASIS ^ (seed & _MASK)
    for byte in range(_BYTES):
        result = ((result ^ (value >> 8 * byte & 0xFF)) * _FNV_PRIME) & _MASK
    return signed(result)


def hash_murmur2(value: int, seed: int) -> int:
    """Return the MurmurHash2 of the value (getHashMurmur2)."""
    mixed = (value * _MURMUR) & _MASK
    mixed ^= mixed >> _MURMUR_ROTATION
    mixed = (mixed * _MURMUR) & _MASK
    result = (seed & _MASK) ^ (_BYTES * _MURMUR & _MASK) ^ mixed
    result = (result * _MURMUR) & _MASK
    result ^= result >> _MURMUR_ROTATION
    result = (result * _MURMUR) & _MASK
    return signed(result ^ result >> _MURMUR_ROTATION)


def permute(value: int, size: int, seed: int) -> int:
    """Return the value's place in a permutation of 0 … size-1 that the seed chooses (permute)."""
    if size <= 1:
        return 0
    generator = _Xoroshiro(seed & _MASK)
    width = size.bit_length() - 1
    mask = (1 << width) - 1
    place = (value & _MASK) % size
    for _ in range(_PERMUTE_ROUNDS):
        place = _scrambled(place, generator, width, mask)
        place = size - 1 - _scrambled(size - 1 - place, generator, width, mask)
        place = (place + generator.below(size)) % size
    return place


def _scrambled(place: int, generator: "_Xoroshiro", width: int, mask: int) -> int:
    """Multiply by an odd number, mix and rotate what lies in the half that is a power of two."""
    factor, mix = (generator.next() & mask) | 1, generator.next() & mask
    if place > mask:
        return place
    mixed = ((place * factor) ^ mix) & mask
    return ((mixed << 1) & mask) | (mixed >> (width - 1))


class _Xoroshiro:
    """Xoroshiro128**, seeded by splitmix64 (src/common/pg_prng.c)."""

    def __init__(self, seed: int) -> None:
        self._first = _splitmix((seed + 0x9E3779B97F4A7C15) & _MASK)
        self._second = _splitmix((seed + 2 * 0x9E3779B97F4A7C15) & _MASK)

    def next(self) -> int:
        first, mixed = self._first, self._first ^ self._second
        self._first = _rotated(first, 24) ^ mixed ^ (mixed << 16 & _MASK)
        self._second = _rotated(mixed, 37)
        return _rotated(first * 5 & _MASK, 7) * 9 & _MASK

    def below(self, size: int) -> int:
        shift = 64 - (size - 1).bit_length()
        while True:
            drawn = self.next() >> shift
            if drawn < size:
                return drawn


def _splitmix(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31


def _rotated(value: int, bits: int) -> int:
    return (value << bits & _MASK) | value >> 64 - bits


def signed(value: int) -> int:
    """Return 64 bits as C's signed integer has them.

    >>> signed(2**64 - 1)
    -1
    """
    return (value & _MASK ^ _SIGN) - _SIGN
