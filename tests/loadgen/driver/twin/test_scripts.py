"""The scripts hold what Supply draws, and pgbench draws them as often as the weights say."""

import re
from collections import Counter
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path

import pytest

from b2bench.arguments import ExampleSource
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, load_queries
from b2bench.runs import RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.program import Program, Values
from loadgen.driver.supply import Supply
from loadgen.driver.twin.rendering import literal
from loadgen.driver.twin.scripts import Process, divide, write_scripts
from scenarios.samplers import shop_source
from scenarios.workloads import load_workload, scenario_weights
from tests.loadgen.driver.lab import QUERIES as LAB
from tests.loadgen.driver.twin.hand import plan_of, run_by_hand, written
from tests.shop import QUERIES

USERS = 3


@pytest.fixture(scope="module")
def pricing() -> tuple[QueryClass, ...]:
    return load_queries(QUERIES, load_workload("pricing").queries)


def desk(users: int, think_s: float = 0.0, rate: float | None = None) -> RunPlan:
    shares = [ScenarioShare(scenario="PricingDesk", weight=1, think_s=think_s)]
    return plan_of((), users=users, rate=rate, scenarios=shares)


def given(values: list[Values]) -> str:
    return f"({', '.join(literal(value) for value in values[-1])})"


def test_each_users_arguments_are_those_that_it_draws_in_our_load(
    shop: Target, pricing: tuple[QueryClass, ...], tmp_path: Path
) -> None:
    source, plan = shop_source(shop), desk(USERS)
    (process,) = write_scripts(tmp_path, plan, pricing, source, scenario_weights)
    weights = scenario_weights("PricingDesk")
    programs = {Program(query): weights[query.name] for query in pricing}
    drawn: dict[str, list[list[str]]] = {query.name: [] for query in pricing}
    for user in range(1, USERS + 1):
        supply = Supply(programs, source, seed=plan.seed, user=user)
        requests = [supply.next() for _ in range(4_000)]
        for name, lists in drawn.items():
            lists.append(
                [given(values) for program, values in requests if program.query.name == name]
            )
    for name, lists in drawn.items():
        held = Counter(
            call
            for script in process.scripts
            if script.query == name
            for call in re.findall(
                # the first one is the setting
                r"^EXECUTE \w+_1(\(.*\));$",
                (tmp_path / script.file).read_text(),
                re.MULTILINE,
            )
        )
        first = [lists[number % USERS][number // USERS] for number in range(held.total())]
        assert held == Counter(first), name


def test_pgbench_draws_query_classes_as_weighted(
    shop: Target, pricing: tuple[QueryClass, ...], tmp_path: Path, pg_bin: Path | None
) -> None:
    (process,) = write_scripts(tmp_path, desk(USERS), pricing, shop_source(shop), scenario_weights)
    run_by_hand(process, shop, tmp_path, pg_bin, each=500)
    counts = _counts(process, tmp_path)
    weights = scenario_weights("PricingDesk")
    total = counts.total()
    assert total == USERS * 500
    for name, weight in weights.items():
        share = weight / sum(weights.values())
        # five standard deviations; the draw is seeded, so this does not depend on the day
        assert abs(counts[name] / total - share) < 5 * sqrt(share * (1 - share) / total), name


def _counts(process: Process, folder: Path) -> Counter[str]:
    scripts = [script.query for script in process.scripts]
    return Counter(
        scripts[int(line.split()[3])] for path in folder.glob("log.*") for line in path.open()
    )


def test_a_pause_comes_as_often_as_a_request(
    shop: Target, pricing: tuple[QueryClass, ...], tmp_path: Path, pg_bin: Path | None
) -> None:
    plan = desk(USERS, think_s=0.001)
    (process,) = write_scripts(tmp_path, plan, pricing, shop_source(shop), scenario_weights)
    run_by_hand(process, shop, tmp_path, pg_bin, each=300)
    counts = _counts(process, tmp_path)
    assert abs(counts["pause"] / counts.total() - 0.5) < 5 * sqrt(0.25 / counts.total())


def test_the_open_model_has_its_rate_and_no_pause(
    shop: Target, pricing: tuple[QueryClass, ...], tmp_path: Path
) -> None:
    plan = desk(USERS, think_s=0.5, rate=120.0)
    (process,) = write_scripts(tmp_path, plan, pricing, shop_source(shop), scenario_weights)
    assert process.options[process.options.index("-R") + 1] == "120"
    assert "pause" not in {script.query for script in process.scripts}


def test_each_scenario_is_a_process_with_its_users(shop: Target, tmp_path: Path) -> None:
    mixed = load_workload("mixed")
    queries = load_queries(QUERIES, mixed.queries)
    plan = plan_of(queries, users=20, scenarios=mixed.scenarios)
    made = write_scripts(tmp_path, plan, queries, shop_source(shop), scenario_weights)
    assert {each.scenario: each.users for each in made} == {
        "Buyer": 16,
        "PricingDesk": 2,
        "Representative": 1,
        "BackOffice": 1,
    }
    assert sorted({script.query for each in made for script in each.scripts}) == sorted(
        mixed.queries
    )
    assert all(len(each.scripts) <= 128 for each in made)


def test_a_strangers_names_are_no_trouble(
    empty_database: Target, tmp_path: Path, pg_bin: Path | None
) -> None:
    names = ["my-query", "place", "a" * 90 + "1", "a" * 90 + "2", "Über uns"]
    queries = [written(tmp_path / "queries", name, "-- params:\nSELECT 1;") for name in names]
    source = ExampleSource(datetime.now(UTC))
    (process,) = write_scripts(
        tmp_path, plan_of(queries), queries, source, lambda _: dict.fromkeys(names, 1.0)
    )
    run_by_hand(process, empty_database, tmp_path, pg_bin, each=50)
    assert set(_counts(process, tmp_path)) == set(names)


def test_rare_classes_keep_their_share_of_the_weight() -> None:
    shares = divide({"often": 98.0, "seldom": 1.5, "hardly": 0.5}, 20)
    weight = {share.query: share.files * share.weight for share in shares}
    assert {name: round(each / sum(weight.values()), 4) for name, each in weight.items()} == {
        "often": 0.98,
        "seldom": 0.015,
        "hardly": 0.005,
    }
    assert sum(share.files for share in shares) <= 20


def test_more_query_classes_than_scripts_are_bad_input() -> None:
    with pytest.raises(BadInput, match="pgbench takes 2 scripts and there are 3 query classes"):
        divide({"a": 1.0, "b": 1.0, "c": 1.0}, 2)


def test_a_plan_that_pgbench_cannot_follow_is_bad_input(tmp_path: Path) -> None:
    queries = load_queries(LAB, ["read_item"])
    plan = plan_of(queries)
    stages = (Stage(duration_s=1, users=1), Stage(name="more", duration_s=1, users=2))
    staged = RunPlan(
        run=plan.run,
        workload=plan.workload,
        target=plan.target,
        stages=stages,
        warmup_s=0.0,
        seed=1,
        scenarios=plan.scenarios,
        queries=plan.queries,
    )
    with pytest.raises(BadInput, match="pgbench knows no stages"):
        write_scripts(
            tmp_path, staged, queries, ExampleSource(datetime.now(UTC)), lambda _: {"read_item": 1}
        )
