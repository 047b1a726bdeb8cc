"""Workloads as one session sees them that serves all scenarios."""

from dataclasses import replace

import pytest

from scenarios.workloads import load_workload, load_workloads, pooled_weights, scenario_weights


@pytest.mark.parametrize("name", load_workloads())
def test_a_pooled_session_runs_every_planned_class_and_no_other(name: str) -> None:
    workload = load_workload(name)
    weights = pooled_weights(workload)
    assert set(weights) == set(workload.queries)
    assert sum(weights.values()) == pytest.approx(sum(share.weight for share in workload.scenarios))


def test_a_pooled_session_keeps_each_scenario_s_share() -> None:
    weights = pooled_weights(load_workload("mixed"))
    priced = sum(weights[query] for query in scenario_weights("PricingDesk"))
    assert priced == pytest.approx(15)
    # within a scenario, its own weights
    assert weights["price_item"] / weights["price_ladder"] == pytest.approx(7)


def test_what_is_not_planned_leaves_its_share_to_the_rest_of_its_scenario() -> None:
    weights = pooled_weights(
        replace(load_workload("rfq"), queries=("read_cart", "create_rfq", "take_rfq"))
    )
    assert weights["read_cart"] + weights["create_rfq"] == pytest.approx(4)
    assert weights["take_rfq"] == pytest.approx(2)
