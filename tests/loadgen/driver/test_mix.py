"""Who asks what: users by scenario, query classes by weight, arguments by seed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.arguments import Arguments, ExampleSource
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, by_name, load_queries
from b2bench.runs import ScenarioShare
from loadgen.driver.allotment import allot
from loadgen.driver.program import Program
from loadgen.driver.supply import Supply
from scenarios.workloads import load_workload, load_workloads, scenario_weights
from tests.loadgen.driver.lab import QUERIES

_GROUPS = {
    "search and browse": (
        "search_full_text search_fuzzy search_sku autocomplete browse_category "
        "filter_specifications filter_numeric_range facet_counts"
    ),
    "detail and variants": (
        "product_by_sku product_by_handle resolve_variant option_matrix related_products "
        "stock_by_location compare_products"
    ),
    "pricing": "price_item price_page price_cart price_ladder",
    "cart": (
        "read_cart add_to_cart validate_cart list_saved_carts bulk_add_by_sku save_cart "
        "restore_cart reserve_stock release_stock reserve_lots release_lots"
    ),
    "RFQ": "create_rfq accept_quote decline_quote",
    "representative and back office": (
        "representative_dashboard account_by_auth_id account_by_email assign_rfq take_rfq "
        "send_quote reassign_rfqs inventory_webhook sync_status sync_failures audit_history "
        "report_tier_mix report_price_bands report_rfq_funnel"
    ),
}


def test_the_mixed_workload_has_the_shops_proportions() -> None:
    mixed = load_workload("mixed")
    percent = defaultdict[str, float](float)
    for share in mixed.scenarios:
        weights = scenario_weights(share.scenario)
        for query, weight in weights.items():
            group = next(group for group, names in _GROUPS.items() if query in names.split())
            percent[group] += share.weight * weight / sum(weights.values())
    assert {group: round(share, 6) for group, share in percent.items()} == {
        "search and browse": 55,
        "detail and variants": 15,
        "pricing": 15,
        "cart": 8,
        "RFQ": 5,
        "representative and back office": 2,
    }
    assert sorted(mixed.queries) == sorted(" ".join(_GROUPS.values()).split())


def test_an_unknown_workload_is_answered_with_the_known() -> None:
    with pytest.raises(
        BadInput, match="'mixd': there is mixed, search, pricing, cart, rfq, sync, housekeeping"
    ):
        load_workload("mixd")


def test_every_workload_gives_every_scenario_something_to_do() -> None:
    for workload in load_workloads().values():
        for share in workload.scenarios:
            assert set(scenario_weights(share.scenario)) & set(workload.queries)


@pytest.mark.parametrize(
    ("users", "expected"),
    [(4, (1, 1, 1, 1)), (5, (2, 1, 1, 1)), (100, (83, 15, 1, 1)), (10, (7, 1, 1, 1))],
)
def test_users_are_allotted_by_weight_and_no_scenario_goes_without(
    users: int, expected: tuple[int, ...]
) -> None:
    assert tuple(allot(users, load_workload("mixed").scenarios).values()) == expected


@pytest.mark.parametrize("weights", [(), (1, 0), (1, 1, 1)])
def test_an_allotment_that_cannot_be_made_is_refused(weights: tuple[float, ...]) -> None:
    scenarios = [
        ScenarioShare(scenario=f"S{number}", weight=weight) for number, weight in enumerate(weights)
    ]
    with pytest.raises(BadInput):
        allot(2, scenarios)


class _Counting:
    """A source that answers with its seed, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:  # noqa: ARG002
        self.counts.append(count)
        return [Arguments(values={"id": seed + number}) for number in range(count)]


def _drawn(*, seed: int, user: int, requests: int = 300) -> list[tuple[str, bytes | None]]:
    programs = [Program(query) for query in load_queries(QUERIES, ["read_item", "settle_item"])]
    supply = Supply(dict(zip(programs, (3.0, 1.0), strict=True)), _Counting(), seed=seed, user=user)
    drawn = [supply.next() for _ in range(requests)]
    return [(program.query.name, values[0][0]) for program, values in drawn]


def test_requests_are_a_function_of_seed_and_user() -> None:
    assert _drawn(seed=1, user=1) == _drawn(seed=1, user=1)
    values = {frozenset(_drawn(seed=seed, user=user)) for seed in (1, 2) for user in (1, 2)}
    assert len(frozenset.union(*values)) == sum(map(len, values))


def test_query_classes_are_drawn_by_weight() -> None:
    names = Counter(name for name, _ in _drawn(seed=1, user=1, requests=4000))
    assert 0.72 < names["read_item"] / names.total() < 0.78


def test_batches_grow_and_stay_moderate() -> None:
    source = _Counting()
    supply = Supply(
        {Program(query): 1.0 for query in load_queries(QUERIES, ["read_item"])},
        source,
        seed=1,
        user=1,
    )
    for _ in range(600):
        supply.next()
    assert source.counts[:5] == [8, 16, 32, 64, 128]
    assert max(source.counts) == 128


def test_a_value_that_the_source_lacks_is_named_unless_a_row_gives_it() -> None:
    queries = by_name(load_queries(QUERIES, ["move_item"]))
    program = Program(queries["move_item"])
    source = ExampleSource(datetime.now(UTC))
    (arguments,) = source.draw(queries["move_item"], seed=1, count=1)
    assert program.bind(arguments) == [[b"7"], [b"7"], [None, None]]
    with pytest.raises(BadInput, match="no value for :id"):
        program.bind(Arguments(values={}))


def test_the_same_text_is_prepared_under_the_same_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.sql").write_text("SELECT 1;\n")
    one, two = (Program(query) for query in load_queries(tmp_path))
    assert one.statements[0].key == two.statements[0].key
