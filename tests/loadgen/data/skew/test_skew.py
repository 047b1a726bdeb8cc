"""Declared and achieved skew: as declared when generated, and never as declared when broken."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from b2bench.marker import DataSet, read_data_set
from b2bench.target import Target
from loadgen.data.population import Population
from loadgen.data.skew import Skew, demands, laws, skews
from loadgen.data.skew.laws import Allotment
from tests.postgres import new_database

# to other products than those that are wanted, past the keys that other rows still have
_ELSEWHERE = (
    "UPDATE {table} SET variant_id = -variant_id;"
    "UPDATE {table} SET variant_id = 1 + (499 - variant_id) % 1000"
)
# what a later change, or a fault of the generator, could do to each skew, and to it alone
BROKEN = {
    "variants of a variable product": (
        "INSERT INTO product_variants"
        " SELECT (jsonb_populate_record(v, jsonb_build_object("
        "            'id', 1000 * v.id + copy, 'sku', concat(v.sku, '/', copy),"
        "            'option_key', ARRAY[-copy], 'shopify_variant_id', NULL))).*"
        "   FROM product_variants v, generate_series(1, 200) AS copy"
        "  WHERE v.id IN (SELECT min(v.id) FROM product_variants v"
        "                   JOIN products p ON p.id = v.product_id"
        "                  WHERE p.type = 'VARIABLE' GROUP BY p.id)"
    ),
    "products of a category": "UPDATE products SET category_id = 1",
    "products of a vendor": "UPDATE products SET vendor = 'Monopoly Inc' WHERE id % 2 = 0",
    "specifications of a product": (
        "DELETE FROM technical_specifications WHERE product_id % 2 = 0 AND name > 'F'"
    ),
    "images of a product": "DELETE FROM product_images WHERE position > 3",
    "volume bands of a product": "DELETE FROM volume_discounts WHERE product_id % 3 = 0",
    "values of a specification": (
        "UPDATE technical_specifications SET value = 'true' WHERE value = 'false'"
    ),
    "products that a word finds": "UPDATE products SET title = 'Door Closer 412' WHERE id % 2 = 0",
    "types and tiers of accounts": "UPDATE accounts SET tier = 'PREMIUM' WHERE tier IS NOT NULL",
    # the law is kept, but the whales are others than the stream acts for
    "price rules of an account": (
        "UPDATE account_pricing SET active = false, account_id ="
        " CASE account_id % 20 WHEN 19 THEN account_id - 18 ELSE account_id + 1 END"
    ),
    "quotation requests of an account": (
        "UPDATE rfq_requests SET account_id = 1 + 20 * (id % 5) WHERE id % 2 = 0"
    ),
    "orders of an account": "UPDATE orders SET account_id = 1 + 20 * (id % 5)",
    "statuses of quotation requests": (
        "UPDATE rfq_requests SET status = 'EXPIRED'"
        " WHERE id IN (SELECT id FROM rfq_requests WHERE status = 'ACCEPTED' LIMIT 2)"
    ),
    "lines of a quotation request": "DELETE FROM rfq_items WHERE rfq_id % 2 = 0",
    "lines of a cart": (
        "DELETE FROM cart_items WHERE id IN ("
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY cart_id ORDER BY id) AS place"
        " FROM cart_items) AS numbered WHERE place > 5)"
    ),
    "lines of a direct order": (
        "WITH direct AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM orders"
        "                 WHERE revision_id IS NULL),"
        "     lines AS (SELECT order_id, line, row_number() OVER (ORDER BY order_id, line) AS place"
        "                 FROM order_lines WHERE order_id IN (SELECT id FROM direct))"
        " UPDATE order_lines l SET order_id = direct.id, line = 1000 + lines.place"
        "   FROM lines, direct"
        "  WHERE (l.order_id, l.line) = (lines.order_id, lines.line)"
        "    AND direct.place = 1 + lines.place % (SELECT count(*) FROM direct)"
    ),
    "pieces on a shelf": (
        "UPDATE inventory_locations SET quantity = 7, reserved = 0 WHERE quantity > 7"
    ),
    "months of direct orders": (
        "UPDATE orders SET placed_at ="
        " placed_at - 28 * (extract(month FROM placed_at)::int - 1) * interval '1 day'"
    ),
    "days of the week of direct orders": (
        "UPDATE orders SET placed_at = placed_at - interval '3 days'"
    ),
    "hours of direct orders": "UPDATE orders SET placed_at = placed_at + interval '12 hours'",
    "order lines by demand": _ELSEWHERE.format(table="order_lines"),
    "lines of quotation requests by demand": _ELSEWHERE.format(table="rfq_items"),
    "cart lines by demand": _ELSEWHERE.format(table="cart_items"),
    "price rules by demand": (
        "UPDATE account_pricing SET active = false, product_id = 1 + (product_id + 99) % 200"
    ),
}
STREAM = {
    "products wanted in the stream": "wanted_products",
    "accounts busy in the stream": "active_buyers",
}


@pytest.fixture(scope="module")
def measured_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give the tiny shop to tests that take back what they do."""
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture
def session(measured_shop: Target) -> Iterator[psycopg.Connection]:
    """Give a transaction without triggers and foreign keys that is rolled back."""
    with psycopg.connect(measured_shop.conninfo) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()


@pytest.fixture
def data_set(session: psycopg.Connection) -> DataSet:
    found = read_data_set(session)
    assert found is not None
    return found


def outside(found: tuple[Skew, ...]) -> list[str]:
    return [skew.name for skew in found if not skew.within]


def test_every_skew_is_as_declared(session: psycopg.Connection, data_set: DataSet) -> None:
    found = skews(session, data_set)
    assert outside(found) == []
    assert {skew.name for skew in found} == BROKEN.keys() | STREAM.keys()


@pytest.mark.xdist_group("standard")
def test_every_skew_of_the_standard_shop_is_as_declared(standard_template: Target) -> None:
    with psycopg.connect(standard_template.conninfo) as connection:
        data_set = read_data_set(connection)
        assert data_set is not None
        assert outside(skews(connection, data_set)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_skew_is_found_and_no_other(
    session: psycopg.Connection, data_set: DataSet, name: str
) -> None:
    session.execute(BROKEN[name].encode())
    assert outside(skews(session, data_set)) == [name]


@pytest.mark.parametrize("name", STREAM)
def test_a_flat_query_stream_is_found(
    session: psycopg.Connection, data_set: DataSet, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flat(population: Population, at: np.ndarray) -> np.ndarray:
        among = population.products if "products" in name else len(population.buyers)
        rank = (at * among).astype(np.int64)
        ranked = (
            population.products_by_popularity
            if "products" in name
            else population.buyers_by_activity
        )
        return ranked[rank]

    monkeypatch.setattr(Population, STREAM[name], flat)
    assert outside(skews(session, data_set)) == [name]


def test_products_that_the_stream_wants_must_be_there(
    session: psycopg.Connection, data_set: DataSet
) -> None:
    session.execute("UPDATE products SET id = -id")
    assert "products wanted in the stream" in outside(skews(session, data_set))


def test_another_seed_than_the_rows_have_is_found(
    session: psycopg.Connection, data_set: DataSet
) -> None:
    assert "price rules of an account" in outside(skews(session, replace(data_set, seed=2)))


def test_an_empty_database_is_measured_too(bare_shop: Target, data_set: DataSet) -> None:
    with psycopg.connect(bare_shop.conninfo) as connection:
        found = skews(connection, data_set)
    assert outside(found) == [skew.name for skew in found]
    assert all(math.isfinite(skew.distance) for skew in found)


def test_curves_are_short_and_shares_are_shares(
    session: psycopg.Connection, data_set: DataSet
) -> None:
    for skew in skews(session, data_set):
        for curve in (skew.declared, skew.achieved):
            assert 2 <= len(curve) <= 200, skew.name
            assert all(0 <= share <= 1 + 1e-9 for _, share in curve), skew.name


def test_the_stream_asks_for_accounts_with_many_rules(
    session: psycopg.Connection, data_set: DataSet
) -> None:
    found = {demand.name: demand for demand in demands(session, data_set)}
    rules = found["price rules of an account"]
    assert rules.mean == pytest.approx(1500 / 95)
    assert rules.wanted_mean > 1.5 * rules.mean
    assert found["variants of a product"].mean == 5


@pytest.mark.parametrize(("parents", "least"), [(500, 0), (2000, 1)])
def test_a_true_allotment_is_within_its_tolerance(parents: int, least: int) -> None:
    """Shares out children as the generator does, and looks at the law from outside."""
    from loadgen.data import bits

    points = [1.0, 2, 3, 4, 6, 10, 16, 26, 45, 120]
    law = Allotment(parents=parents, children=parents * 7, weights=laws.even(points), least=least)
    for seed in range(20):
        at = bits.uniform(seed, "test", 0, parents)
        weights = (bits.quantiles(points, at) * 100).astype(np.int64)
        counts = bits.allotted(parents * 7, weights, least=least)
        place = np.arange(counts.max() + 1)
        achieved = (counts[:, None] <= place).mean(axis=0)
        assert np.abs(achieved - law.at_most(place)).max() <= law.tolerance
    assert law.tolerance < 0.2


def test_a_draw_from_a_law_is_within_the_bound_of_its_size() -> None:
    law = np.cumsum(laws.zipf(50, 3))
    draws = np.random.default_rng(1).random((100, 400))
    achieved = (np.searchsorted(law, draws)[:, :, None] <= np.arange(50)).mean(axis=1)
    distances = np.abs(achieved - law).max(axis=1)
    assert (distances <= laws.kolmogorov(400)).all()
    assert distances.max() > laws.kolmogorov(400) / 3
