"""Regressions planted in a tiny shop, and what the gate makes of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from b2bench.database import connect
from b2bench.marker import require_data_set
from b2bench.progress import silent
from b2bench.queries import by_name, load_queries
from b2bench.selftest.gate.play import play
from b2bench.selftest.gate.score import Score, state_of
from b2bench.selftest.gate.seeds import Seed, load_seeds
from b2bench.selftest.gate.trial import Laboratory
from b2bench.target import Target
from scenarios.samplers import shop_source
from tests.postgres import new_database
from tests.shop import QUERIES

SHOP = load_queries(QUERIES)
# one of each way: a text, a setting, a state, what EXPLAIN does not see, what a role decides
NAMES = (
    "cast_in_condition",
    "pruning_off",
    "dead_rows",
    "foreign_key_without_index",
    "policy_with_function",
)


@pytest.fixture(scope="module")
def laboratory(server: Target, shop_template: Target) -> Iterator[Laboratory]:
    with new_database(server, template=shop_template.database) as target:
        yield Laboratory(
            target=target,
            source=shop_source(target),
            as_of=require_data_set(target).as_of,
            seed=1,
        )


@pytest.fixture(scope="module")
def score(laboratory: Laboratory) -> Score:
    seeds = [seed for seed in load_seeds(by_name(SHOP)) if seed.name in NAMES]
    queries = [query for query in SHOP if query.name in {"price_cart", "add_to_cart"}]
    return play(laboratory, seeds, queries, rounds=1, progress=silent)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_costs_something_is_stopped_and_its_cause_named(name: str, score: Score) -> None:
    outcome = next(each for each in score.outcomes if each.seed.name == name)
    assert outcome.proofs
    assert state_of(outcome) == "caught"


def test_a_clean_copy_is_not_stopped(score: Score) -> None:
    assert len(score.clean) == 1
    assert score.false_alarms == ()
    assert score.exit_code == 0


def test_nothing_is_left_behind(laboratory: Laboratory, score: Score) -> None:
    assert score.outcomes
    with connect(laboratory.target) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, current_database() || '_')"
        ).fetchall()
        seeded = connection.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'seed%'"
        ).fetchall()
    assert (left, seeded) == ([], [])


def test_what_costs_nothing_is_not_counted(laboratory: Laboratory) -> None:
    seed = _unplanted("document_without_index")
    outcome = laboratory.try_seed(seed, silent)
    assert outcome.proofs == ()
    assert state_of(outcome) == "no effect here"
    assert Score(outcomes=(outcome,), clean=()).exit_code == 2


def test_what_the_server_cannot_do_is_not_planted(laboratory: Laboratory) -> None:

    seed = replace(_unplanted("document_without_index"), needs="no_such_extension")
    outcome = laboratory.try_seed(seed, silent)
    assert outcome.absent == "the server has no no_such_extension"
    assert state_of(outcome) == "not planted"


def _unplanted(name: str) -> Seed:
    """Return a seed whose change changes nothing."""
    seed = next(each for each in load_seeds(by_name(SHOP)) if each.name == name)
    return replace(seed, change=())
