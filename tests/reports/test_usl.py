"""The Universal Scalability Law, fitted to data made of known parameters."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from reports.usl import Law, Point, fit, hold_out

SESSIONS = (1, 2, 4, 8, 16, 32, 64)
TRUTHS = [(0.05, 0.001), (0.1, 0.0), (0.4, 0.002), (0.9, 0.0), (0.0, 0.001)]
RATE = 120.0
FITS = 150


def throughput(sessions: int, contention: float, coherence: float) -> float:
    others = sessions - 1
    return RATE * sessions / (1 + contention * others + coherence * sessions * others)


def steps(
    contention: float,
    coherence: float,
    *,
    noise: float = 0.0,
    seed: int = 1,
    sessions: Sequence[int] = SESSIONS,
) -> list[Point]:
    random = np.random.default_rng(seed)
    return [
        Point(
            sessions=each,
            per_s=throughput(each, contention, coherence) * math.exp(random.normal(0, noise)),
        )
        for each in sessions
    ]


def fitted(points: Sequence[Point]) -> Law:
    law = fit(points)
    assert law is not None
    return law


@pytest.mark.parametrize(("contention", "coherence"), TRUTHS)
def test_data_without_noise_give_their_parameters_back(contention: float, coherence: float) -> None:
    law = fitted(steps(contention, coherence))
    assert law.rate.value == pytest.approx(RATE, rel=1e-3)
    assert law.contention.value == pytest.approx(contention, abs=1e-3)
    assert law.coherence.value == pytest.approx(coherence, abs=1e-5)
    assert law.at(40).value == pytest.approx(throughput(40, contention, coherence), rel=1e-3)


@pytest.mark.parametrize(("contention", "coherence"), TRUTHS)
def test_intervals_hold_the_truth_as_often_as_they_say(contention: float, coherence: float) -> None:
    held = np.zeros(4)
    for seed in range(FITS):
        law, held_out = hold_out(steps(contention, coherence, noise=0.04, seed=seed))
        assert law is not None
        assert held_out is not None
        held += [
            law.rate.low <= RATE <= law.rate.high,
            law.contention.low <= contention <= law.contention.high,
            law.coherence.low <= coherence <= law.coherence.high,
            held_out.inside,
        ]
    # 95 %; where a parameter lies at its bound its interval ends there, and holds it more often
    assert (held / FITS >= 0.9).all(), held / FITS


def test_an_interval_that_is_to_hold_95_of_100_misses_some() -> None:
    misses = 0
    for seed in range(FITS):
        law = fitted(steps(0.4, 0.002, noise=0.04, seed=seed))
        misses += not law.rate.low <= RATE <= law.rate.high
    assert 0 < misses <= FITS * 0.1


def test_the_peak_is_where_the_law_turns() -> None:
    peak = fitted(steps(0.05, 0.001)).peak
    assert peak is not None
    assert peak.sessions == pytest.approx(math.sqrt(0.95 / 0.001), rel=1e-2)
    assert peak.per_s.value == pytest.approx(throughput(31, 0.05, 0.001), rel=1e-3)


def test_a_law_that_never_falls_has_no_peak_and_says_so() -> None:
    law = fitted(steps(0.1, 0.0))
    assert law.peak is None
    assert any("κ is at its bound" in doubt for doubt in law.doubts())


def test_a_peak_far_beyond_what_was_measured_is_none() -> None:
    assert fitted(steps(0.01, 1e-6)).peak is None


def test_the_step_with_most_sessions_is_held_out_and_predicted() -> None:
    points = steps(0.05, 0.001)
    law, held_out = hold_out([points[-1], *points[:-1]])
    assert law is not None
    assert held_out is not None
    assert law.points == len(points) - 1
    assert held_out.measured == points[-1]
    assert held_out.off == pytest.approx(0, abs=0.01)


def test_a_held_out_step_that_breaks_the_law_is_outside_its_interval() -> None:
    points = steps(0.05, 0.001, noise=0.01)
    fallen = Point(sessions=64, per_s=points[-1].per_s / 2)
    _, held_out = hold_out([*points[:-1], fallen])
    assert held_out is not None
    assert held_out.off == pytest.approx(1, abs=0.3)
    assert not held_out.inside


def test_four_steps_are_all_fitted_and_three_are_not() -> None:
    points = steps(0.05, 0.001, noise=0.02)
    law, held_out = hold_out(points[:4])
    assert law is not None
    assert held_out is None
    assert any("the intervals are wide" in doubt for doubt in law.doubts())
    assert hold_out(points[:3]) == (None, None)


def test_a_server_that_follows_another_law_is_told_by_its_scatter() -> None:
    # so many processors, and a sharp knee where they are all busy
    knee = [Point(sessions=each, per_s=min(each, 8) * 20.0) for each in SESSIONS]
    assert any("follows another" in doubt for doubt in fitted(knee).doubts())
    assert list(fitted(steps(0.2, 0.001, noise=0.001)).doubts()) == []


def test_steps_that_vary_wildly_give_a_law_that_says_so() -> None:
    wild = [
        Point(sessions=sessions, per_s=per_s)
        for sessions, per_s in (
            (1, 1_594),
            (2, 706),
            (4, 1_015),
            (8, 1_134),
            (16, 1_396),
            (32, 235),
        )
    ]
    law, held_out = hold_out(wild)
    assert law is not None
    assert held_out is not None
    assert any("the steps vary too much" in doubt for doubt in law.doubts())
    assert held_out.predicted.is_vague
