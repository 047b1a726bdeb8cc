from dataclasses import replace

import numpy as np

from b2bench.selftest.load.driven import due_s, open_plan
from b2bench.selftest.load.setup import Setup

PLAN = open_plan(Setup(rate=500), seed=3, measured_s=10)


def test_arrivals_are_the_same_for_a_seed_and_others_for_another() -> None:
    assert (due_s(PLAN) == due_s(PLAN)).all()
    assert due_s(PLAN)[0] != due_s(replace(PLAN, seed=4))[0]


def test_arrivals_come_at_the_planned_rate_until_the_planned_end() -> None:
    found = due_s(PLAN)
    assert (np.diff(found) > 0).all()
    assert found[0] > 0
    assert found[-1] < 11
    # Poisson: eight standard deviations either way
    assert abs(len(found) - 5_500) < 8 * 5_500**0.5
