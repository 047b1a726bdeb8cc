"""Ratios of pairs, their intervals, and what these say."""

from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.paired_statistics import Direction, PairedRatio, paired_ratio

TIMES = st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e4)), min_size=6, max_size=40)


def compared(
    baseline: list[float], candidate: list[float], *, level: float = 0.01, seed: int = 1
) -> PairedRatio:
    return paired_ratio(baseline, candidate, level=level, seed=seed)


def noisy(seed: int, pairs: int = 24, spread: float = 0.1) -> list[float]:
    random = np.random.default_rng(seed)
    return list(np.exp(random.normal(0, spread, pairs)))


def interval(low: float, high: float) -> PairedRatio:
    return PairedRatio(ratio=1.0, low=low, high=high, pairs=20, log_error=0.01, level=0.01)


def test_twice_the_time_is_a_ratio_of_two() -> None:
    before = noisy(1)
    found = compared(before, [2 * each for each in before])
    assert found.ratio == pytest.approx(2)
    assert (found.low, found.high) == pytest.approx((2, 2))


def test_the_interval_holds_a_known_ratio() -> None:
    found = compared(noisy(1), [1.3 * each for each in noisy(2)])
    assert found.low < 1.3 < found.high
    assert found.low > 1
    assert found.pairs == 24


def test_the_same_seed_gives_the_same_interval() -> None:
    assert compared(noisy(1), noisy(2), seed=7) == compared(noisy(1), noisy(2), seed=7)
    assert compared(noisy(1), noisy(2), seed=7) != compared(noisy(1), noisy(2), seed=8)


def test_a_few_hiccups_do_not_decide() -> None:
    quiet, disturbed = noisy(1), noisy(2)
    for pair in (3, 9, 15):
        disturbed[pair] *= 100
    assert compared(quiet, disturbed).ratio == pytest.approx(1, abs=0.1)


def test_equal_sides_miss_one_about_as_often_as_they_may() -> None:
    missed = sum(
        not found.low <= 1 <= found.high
        for seed in range(200)
        for found in [compared(noisy(2 * seed), noisy(2 * seed + 1), level=0.05, seed=seed)]
    )
    # 5 % of 200, and a bootstrap of 24 pairs is a little too sure
    assert 2 <= missed <= 24


def test_equal_sides_are_hardly_ever_beyond_a_floor() -> None:
    directions = {
        compared(noisy(2 * seed), noisy(2 * seed + 1), seed=seed).direction(1.1)
        for seed in range(100)
    }
    assert directions <= {Direction.WITHIN, Direction.OPEN}


@given(pairs=TIMES, factor=st.floats(0.001, 1000))
def test_the_unit_does_not_matter(pairs: list[tuple[float, float]], factor: float) -> None:
    baseline, candidate = map(list, zip(*pairs, strict=True))
    found = compared(baseline, candidate)
    scaled = compared([factor * x for x in baseline], [factor * x for x in candidate])
    assert scaled.ratio == pytest.approx(found.ratio)
    assert scaled.low == pytest.approx(found.low)


@given(pairs=TIMES)
def test_the_other_way_round_it_is_the_inverse(pairs: list[tuple[float, float]]) -> None:
    baseline, candidate = map(list, zip(*pairs, strict=True))
    found, inverse = compared(baseline, candidate), compared(candidate, baseline)
    assert inverse.ratio == pytest.approx(1 / found.ratio)
    assert found.low <= found.ratio * (1 + 1e-9)
    assert found.ratio <= found.high * (1 + 1e-9)


@pytest.mark.parametrize(
    ("low", "high", "direction"),
    [
        (1.11, 1.3, Direction.SLOWER),
        (1.05, 1.3, Direction.OPEN),
        (0.95, 1.05, Direction.WITHIN),
        (0.7, 0.95, Direction.OPEN),
        (0.7, 0.89, Direction.FASTER),
        # certainly another time, and not enough to matter
        (1.02, 1.08, Direction.WITHIN),
    ],
)
def test_an_interval_counts_from_the_floor_on(
    low: float, high: float, direction: Direction
) -> None:
    assert interval(low, high).direction(1.1) is direction


def test_more_noise_hides_larger_effects() -> None:
    quiet = compared(noisy(1, spread=0.01), noisy(2, spread=0.01)).smallest(1.1)
    loud = compared(noisy(1, spread=0.3), noisy(2, spread=0.3)).smallest(1.1)
    assert 1.1 < quiet < 1.15
    assert loud > 1.3


def test_an_effect_of_the_smallest_size_is_found_four_times_in_five_over_three_passes() -> None:
    # of one sample it is an estimate
    smallest = mean(
        [compared(noisy(2 * seed), noisy(2 * seed + 1)).smallest(1.1) for seed in range(50)]
    )
    found = sum(
        compared(noisy(2 * seed), [smallest * x for x in noisy(2 * seed + 1)]).low > 1.1
        for seed in range(300)
    )
    # 0.93 in each pass
    assert found / 300 == pytest.approx(0.93, abs=0.06)
