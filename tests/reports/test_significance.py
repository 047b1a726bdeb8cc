"""Differences that are more than chance."""

import math

import numpy as np
import pytest

from reports.significance import ALPHA, Ratio, corrected, memory_of, paired, unpaired

STEADY = (10.0, 10.2, 9.9, 10.1, 10.0, 9.8)


def test_a_clear_difference_of_pairs_is_found_with_its_ratio() -> None:
    found = paired(STEADY, [1.2 * value for value in STEADY])
    assert found is not None
    assert found.ratio == pytest.approx(1.2)
    assert found.differs
    assert found.sizes_shown == "n=6 pairs"


def test_what_happens_to_both_of_a_pair_is_no_difference() -> None:
    rising = [10.0 * 1.5**place for place in range(6)]
    found = paired(rising, [value * (1.01 if odd else 0.99) for odd, value in
                            zip((0, 1, 0, 1, 1, 0), rising, strict=True)])  # fmt: skip
    assert found is not None
    assert not found.differs
    assert found.p > 0.5
    assert 0.9 < found.low < found.high < 1.1


def test_fewer_than_five_samples_say_nothing() -> None:
    assert paired(STEADY[:4], STEADY[:4]) is None
    assert unpaired(STEADY, STEADY[:4], memory=0.0) is None


def test_equal_samples_are_equal() -> None:
    found = paired([10.0] * 6, [10.0] * 6)
    assert found is not None
    assert (found.ratio, found.p, found.differs) == (1.0, 1.0, False)


def test_welch_s_interval_is_the_one_that_scipy_gives() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(1)
    baseline, candidate = np.exp(rng.normal(0, 0.05, (2, 10)))
    found = unpaired(baseline, candidate, memory=0.0)
    assert found is not None
    test = ttest_ind(np.log(candidate), np.log(baseline), equal_var=False)
    assert found.p == pytest.approx(test.pvalue)
    interval = test.confidence_interval(0.95)
    # the drift of a short series may reach further than its interval
    assert math.log(found.low) == pytest.approx(
        min(interval.low, math.log(found.ratio) - math.log(found.drift))
    )


def test_a_run_that_moves_by_itself_hides_smaller_differences() -> None:
    moving = [10.0] * 5 + [13.0] * 5
    moved = unpaired(moving, [1.1 * value for value in moving], memory=0.0)
    still = unpaired([10.0] * 10, [11.0] * 10, memory=0.0)
    assert moved is not None
    assert still is not None
    assert not moved.differs
    assert moved.drift == pytest.approx(1.3)
    assert still.differs


def test_neighbours_that_are_alike_widen_the_interval() -> None:
    rng = np.random.default_rng(2)
    baseline, candidate = np.exp(rng.normal(0, 0.05, (2, 10)))
    alone = unpaired(baseline, candidate, memory=0.0)
    alike = unpaired(baseline, candidate, memory=0.5)
    assert alone is not None
    assert alike is not None
    assert alike.log_error > 1.5 * alone.log_error


def test_the_memory_of_many_short_series_is_found() -> None:
    rng = np.random.default_rng(3)
    for memory in (0.0, 0.5):
        found = memory_of(np.exp(0.1 * _series(rng, memory, 10)) for _ in range(200))
        assert found == pytest.approx(memory, abs=0.08)


def test_series_without_spread_have_no_memory() -> None:
    assert memory_of([[10.0] * 10, [10.0, 11.0]]) == 0.0


def _series(rng: np.random.Generator, memory: float, length: int) -> np.ndarray:
    """Return an autoregressive series of first order that has forgotten its beginning."""
    steps = rng.normal(0, math.sqrt(1 - memory**2), length + 30)
    values = np.zeros(length + 30)
    for place in range(1, length + 30):
        values[place] = memory * values[place - 1] + steps[place]
    return values[30:]


def test_the_correction_is_holm_s() -> None:
    given = [_with_p(p) for p in (0.04, 0.01, 0.03, 0.005)]
    by_holm = corrected(given)
    assert [each.p for each in by_holm if each] == pytest.approx([0.06, 0.03, 0.06, 0.02])


def test_what_has_no_samples_is_not_counted() -> None:
    alone, none = corrected([_with_p(0.04), None])
    assert none is None
    assert alone is not None
    assert alone.p == pytest.approx(0.04)


@pytest.mark.parametrize("seed", range(20))
def test_an_interval_leaves_1_out_exactly_where_the_corrected_p_is_small(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = [
        paired(np.exp(rng.normal(0, 0.03, 6)), np.exp(rng.normal(0.06, 0.03, 6))) for _ in range(5)
    ]
    for found in corrected(pairs):
        assert found is not None
        assert found.differs == (found.p < ALPHA)


def _with_p(p: float) -> Ratio:
    """Return a ratio with five degrees of freedom and this p."""
    from scipy.special import stdtrit

    error = 0.01
    log = float(stdtrit(5, 1 - p / 2)) * error
    return Ratio(
        ratio=math.exp(log),
        low=0,
        high=0,
        p=p,
        sizes=(6,),
        smallest=0,
        log_error=error,
        degrees=5,
    )
