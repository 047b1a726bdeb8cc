"""Stages, spacing and skipping of the open model, and who is at work in the closed one."""

import itertools
import math
from collections import Counter
from random import Random
from statistics import mean

from b2bench.runs import ScenarioShare, Stage
from loadgen.driver.allotment import allot, pauses_s
from loadgen.driver.clock import NS_PER_S, Alarm, now_ns
from loadgen.driver.pacing import Arrivals, ThinkTime
from loadgen.driver.roster import divided
from loadgen.driver.window import Window

BUYER = {"Buyer": 1.0}


def _window(*stages: Stage, warmup_s: float = 0) -> Window:
    window = Window(warmup_s=warmup_s, stages=stages, grace_s=1)
    window.open()
    return window


def _open(*rates: float, warmup_s: float = 0) -> Window:
    stages = [Stage(duration_s=10, users=1, rate=rate) for rate in rates]
    return _window(*stages, warmup_s=warmup_s)


def _all_due(arrivals: Arrivals, window: Window) -> list[int]:
    due = iter(lambda: arrivals.take("Buyer"), None)
    return list(itertools.takewhile(lambda at: at < window.end_ns, due))


def test_each_stage_has_arrivals_of_its_own_rate_and_the_warm_up_those_of_the_first() -> None:
    window = _open(1000, 100, 500, warmup_s=10)
    counts = Counter[int]()
    for due in _all_due(Arrivals(window, shares=BUYER, seed=1), window):
        counts[(due - window.begin_ns) // (10 * NS_PER_S)] += 1
    for count, expected in zip(counts.values(), (10_000, 10_000, 1_000, 5_000), strict=True):
        assert math.isclose(count, expected, rel_tol=0.1)


def test_regular_arrivals_have_equal_gaps_in_each_stage() -> None:
    window = _open(100, 200)
    due = _all_due(Arrivals(window, shares=BUYER, seed=1, spacing="regular"), window)
    gaps = Counter(round((b - a) / 1e6, 3) for a, b in itertools.pairwise(due))
    # the first gap has no arrival before it, the last ends with the load
    assert gaps == {10.0: 999, 5.0: 1_999}


def test_processes_share_regular_arrivals_without_meeting() -> None:
    window = _open(100)
    halves = [
        Arrivals(window, shares={"Buyer": 0.5}, seed=1, spacing="regular", phase=phase)
        for phase in (0.5, 1.0)
    ]
    due = sorted(itertools.chain.from_iterable(_all_due(half, window) for half in halves))
    assert {round((b - a) / 1e6, 3) for a, b in itertools.pairwise(due)} == {10.0}


def test_what_is_later_than_the_longest_lag_is_skipped_and_counted() -> None:
    window = _open(100)
    patient, hasty = (
        Arrivals(window, shares=BUYER, seed=2, max_lag_s=limit_s) for limit_s in (None, 1)
    )
    # five seconds of arrivals are overdue
    for instant in ("begin_ns", "measure_ns", "end_ns"):
        setattr(window, instant, getattr(window, instant) - 5 * NS_PER_S)
    assert patient.take("Buyer") < now_ns() - 4 * NS_PER_S
    assert now_ns() - hasty.take("Buyer") <= NS_PER_S
    assert (patient.skipped, patient.late) == (0, 1)
    assert 300 < hasty.skipped < 500


def test_users_that_a_stage_has_no_work_for_come_back_in_the_next_that_has() -> None:
    stages = [Stage(duration_s=0.05, users=1), Stage(duration_s=10, users=2)]
    window = _window(*stages)
    second = ThinkTime(window, think_s=(0, 0), random=Random(1), at_work=(False, True))  # noqa: S311
    alarm = Alarm()
    intended = second.wait(alarm)
    alarm.close()
    assert intended == window.measure_ns + NS_PER_S // 20


def test_users_of_the_last_busy_stage_go_home_after_it() -> None:
    window = _window(Stage(duration_s=0.01, users=2), Stage(duration_s=5, users=1))
    guest = ThinkTime(window, think_s=(0.5, 0.5), random=Random(1), at_work=(True, False))  # noqa: S311
    alarm = Alarm()
    assert guest.wait(alarm) is None
    alarm.close()


def test_users_are_allotted_for_their_share_of_requests_and_the_time_they_think() -> None:
    scenarios = [
        ScenarioShare(scenario="Buyer", weight=80, think_s=1),
        ScenarioShare(scenario="Clerk", weight=20, think_s=16),
    ]
    users = allot(50, scenarios)
    assert users == {"Buyer": 10, "Clerk": 40}
    pauses = pauses_s(users, scenarios)
    rates = {name: users[name] / pauses[name] for name in users}
    assert math.isclose(rates["Buyer"] / rates["Clerk"], 4)
    # a request costs four seconds of thinking on average
    assert math.isclose(sum(rates.values()), 50 / 4)


def test_ranks_are_dealt_to_all_processes_in_turn_and_none_twice() -> None:
    rosters = divided([{"Buyer": 3, "Clerk": 1}, {"Buyer": 2}, {"Buyer": 2}])
    buyers = [rank for roster in rosters for rank in roster.ranks["Buyer"]]
    assert sorted(buyers) == list(range(7))
    assert mean(map(len, (roster.ranks["Buyer"] for roster in rosters))) == 7 / 3
    assert rosters[0].ranks["Clerk"] == (0,)
    assert [roster.index for roster in rosters] == [0, 1, 2]
