"""Schedules, without a server and without waiting."""

import itertools
import math
from random import Random
from statistics import mean, pstdev

from b2bench.runs import Stage
from loadgen.driver.clock import NS_PER_S, Alarm, now_ns
from loadgen.driver.pacing import Arrivals, Slots, ThinkTime
from loadgen.driver.window import Window


def _window(*, rate: float = 1000, duration_s: float = 100, warmup_s: float = 0) -> Window:
    stage = Stage(duration_s=duration_s, users=1, rate=rate)
    window = Window(warmup_s=warmup_s, stages=[stage], grace_s=1)
    window.open()
    return window


def test_arrivals_are_a_poisson_process_of_the_rate() -> None:
    arrivals = Arrivals(_window(), shares={"Buyer": 1.0}, seed=1)
    due = [arrivals.take("Buyer") for _ in range(20_000)]
    gaps_ms = [(later - sooner) / 1e6 for sooner, later in itertools.pairwise(due)]
    assert math.isclose(mean(gaps_ms), 1, rel_tol=0.03)
    # of an exponential distribution the deviation is the mean
    assert math.isclose(pstdev(gaps_ms), 1, rel_tol=0.03)


def test_every_scenario_gets_its_share_of_the_arrivals() -> None:
    shares = {"Buyer": 0.83, "PricingDesk": 0.15, "Representative": 0.02}
    window = _window(duration_s=50)
    arrivals = Arrivals(window, shares=shares, seed=2)
    taken = {scenario: _take_all(arrivals, window, scenario) for scenario in shares}
    total = sum(taken.values())
    assert math.isclose(total, 50_000, rel_tol=0.03)
    for scenario, share in shares.items():
        assert math.isclose(taken[scenario] / total, share, rel_tol=0.1)


def _take_all(arrivals: Arrivals, window: Window, scenario: str) -> int:
    return next(
        count for count in itertools.count() if not window.measures(arrivals.take(scenario))
    )


def test_arrivals_that_nobody_took_are_counted_without_the_warm_up() -> None:
    window = _window(rate=100, warmup_s=1, duration_s=9)
    shares = {"Buyer": 0.5, "Clerk": 0.5}
    everything = Arrivals(window, shares=shares, seed=3).untaken()
    arrivals = Arrivals(window, shares=shares, seed=3)
    measured = sum(window.measures(arrivals.take("Clerk")) for _ in range(200))
    assert 750 < everything < 1050
    assert arrivals.untaken() == everything - measured


def test_a_late_arrival_is_due_at_once_and_keeps_its_instant() -> None:
    window = _window(rate=10)
    window.begin_ns -= 10 * NS_PER_S
    arrivals = Arrivals(window, shares={"Buyer": 1.0}, seed=4)
    alarm = Alarm()
    before = now_ns()
    intended = Slots(window, arrivals, "Buyer").wait(alarm)
    alarm.close()
    assert intended is not None
    assert intended < before - 5 * NS_PER_S
    assert now_ns() - before < NS_PER_S / 10


def test_after_the_cut_nothing_is_due() -> None:
    window = _window(rate=1)
    arrivals = Arrivals(window, shares={"Buyer": 1.0}, seed=5)
    window.cut()
    alarm = Alarm()
    assert Slots(window, arrivals, "Buyer").wait(alarm) is None
    assert ThinkTime(window, think_s=[0], random=Random(1)).wait(alarm) is None  # noqa: S311
    alarm.close()


def test_an_alarm_wakes_within_a_millisecond() -> None:
    alarm = Alarm()
    late_us = []
    for _ in range(20):
        deadline = now_ns() + 2_000_000
        alarm.sleep_until(deadline)
        late_us.append((now_ns() - deadline) / 1000)
    alarm.close()
    assert min(late_us) >= 0
    assert sorted(late_us)[10] < 1000
