"""Levels of a series: steps are found where they are, and noise is none."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.change_points import change_points


def places(values: list[float], *, noise: float = 1.0) -> list[int]:
    return [point.at for point in change_points(values, noise=noise)]


@pytest.mark.parametrize("length", [0, 1, 2, 3, 40])
def test_a_constant_series_does_not_change(length: int) -> None:
    assert places([812.0] * length) == []


@pytest.mark.parametrize("level", [1, 100, 100_000])
def test_noise_by_one_is_no_change(level: int) -> None:
    for seed in range(50):
        draw = Random(seed)  # noqa: S311 (noise)
        series = [float(level + draw.choice((0, 1))) for _ in range(seed % 60 + 5)]
        assert places(series) == []


def test_a_rare_page_split_is_no_change() -> None:
    assert places([7.0] * 20 + [8.0] + [7.0] * 20) == []


def test_a_step_is_found_where_it_is() -> None:
    (point,) = change_points([4.0] * 12 + [812.0] * 8)
    assert (point.at, point.before, point.after) == (12, 4, 812)


def test_there_and_back_again_are_two_changes() -> None:
    there, back = change_points([4.0] * 10 + [812.0] * 3 + [4.0] * 10)
    assert (there.at, there.after, back.at, back.after) == (10, 812, 13, 4)


def test_the_newest_run_alone_is_a_change() -> None:
    assert places([4.0] * 29 + [9.0]) == [29]


def test_steps_below_the_floor_of_the_gate_are_seen_when_they_stay() -> None:
    assert places([1000.0] * 20 + [1050.0] * 20 + [1100.0] * 20) == [20, 40]


def test_a_change_is_seen_through_noise() -> None:
    draw = Random(1)  # noqa: S311 (noise)
    noisy = [draw.uniform(0.95, 1.05) for _ in range(40)]
    series = [2.0 * each for each in noisy[:25]] + [3.0 * each for each in noisy[25:]]
    assert places(series, noise=0.1) == [25]


def test_more_noise_hides_more() -> None:
    series = [100.0] * 10 + [105.0] * 10
    assert places(series, noise=1.0) == [10]
    assert places(series, noise=10.0) == []


@settings(deadline=None, max_examples=50)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(6, 30)), min_size=1, max_size=5
    ).filter(
        # each level is far enough from the one before
        lambda steps: all(
            abs(after - before) > 0.1 * 10_000 for (before, _), (after, _) in pairwise(steps)
        )
    )
)
def test_levels_without_noise_are_found_as_they_are(steps: list[tuple[int, int]]) -> None:
    series = [float(level) for level, length in steps for _ in range(length)]
    found = change_points(series)
    ends = [sum(length for _, length in steps[:count]) for count in range(1, len(steps))]
    assert [point.at for point in found] == ends
    assert [point.after for point in found] == [level for level, _ in steps[1:]]
