"""What the query classes answer, on a shop small enough to know the answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from b2bench.arguments import Value
from b2bench.target import Target
from tests.shop import run_class

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_MORE = """
INSERT INTO products (id, category_id, type, status, availability, handle, title, vendor, sku,
                      part_number, description, tags, price, created_at, updated_at) VALUES
    (10, 2, 'SIMPLE', 'ACTIVE', 'IN_STOCK', 'acai', 'Açaí Powder', 'Crème & Co', 'AC-77',
     'PN4711', NULL, '{vegan}', 12, '2026-01-01', '2026-01-01'),
    (11, 1, 'SIMPLE', 'ARCHIVED', 'IN_STOCK', 'old', 'Açaí Lock', 'Acme', 'OLD', NULL, NULL, '{}',
     5, '2026-01-01', '2026-01-01');
INSERT INTO technical_specifications (product_id, category_id, unit_id, name, value, data_type,
                                      importance, numeric_value, numeric_min, numeric_max) VALUES
    (2, 1, 2, 'Width', '0.5', 'NUMERIC', 'CRITICAL', 0.5, NULL, NULL),
    (3, 1, 2, 'Width', '0.2 to 0.6', 'RANGE', 'CRITICAL', NULL, 0.2, 0.6),
    (10, 1, 1, 'Width', '40', 'NUMERIC', 'CRITICAL', 40, NULL, NULL);
"""


def ask(connection: psycopg.Connection, name: str, /, **values: Value) -> list[tuple[object, ...]]:
    """Return the rows of a query class's last step."""
    return run_class(connection, name, {"as_of": _NOW, **values})[-1]


@pytest.fixture
def session(small_shop: Target) -> "psycopg.Connection":
    with psycopg.connect(small_shop.conninfo) as connection:
        connection.execute(_MORE.encode())
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    "words", ["acai", "AÇAÍ", "creme", "vegan powder", "pn4711", '"acai powder"']
)
def test_a_search_knows_no_accents_and_looks_everywhere(
    session: psycopg.Connection, words: str
) -> None:
    assert [row[0] for row in ask(session, "search_full_text", words=words)] == [10]


def test_a_title_weighs_more_than_a_vendor(session: psycopg.Connection) -> None:
    session.execute("UPDATE products SET vendor = 'Bolt Works' WHERE id = 2")
    assert [row[0] for row in ask(session, "search_full_text", words="bolt")] == [3, 2]


@pytest.mark.parametrize("fragment", ["acia powder", "powdr", "ac-77", "4711"])
def test_a_mistake_or_a_piece_of_a_number_is_enough(
    session: psycopg.Connection, fragment: str
) -> None:
    assert ask(session, "search_fuzzy", fragment=fragment)[0][0] == 10


def test_a_piece_of_a_variants_sku_is_enough(session: psycopg.Connection) -> None:
    assert [row[1] for row in ask(session, "search_sku", fragment="l-")] == ["L-1", "L-2"]


def test_letters_lead_to_titles(session: psycopg.Connection) -> None:
    assert [row[1] for row in ask(session, "autocomplete", prefix="AÇ")] == ["Açaí Powder"]


@pytest.mark.parametrize(
    ("low", "high", "unit", "found"),
    [
        ("9", "11", "mm", [3, 1]),  # 0.2 to 0.6 in is 5 to 15 mm; 10 mm
        ("12.7", "12.7", "mm", [3, 2]),  # 0.5 in exactly
        ("0.38", "0.5", "in", [3, 1, 2]),
        ("16", "50", "mm", [10]),
        ("9", "11", "g", []),
    ],
)
def test_a_filter_in_millimetres_finds_inches(
    session: psycopg.Connection, low: str, high: str, unit: str, found: list[int]
) -> None:
    rows = ask(
        session,
        "filter_numeric_range",
        name="Width",
        low=Decimal(low),
        high=Decimal(high),
        unit=unit,
    )
    assert [row[0] for row in rows] == found


def test_facets_count_under_the_filters_chosen(session: psycopg.Connection) -> None:
    session.execute(
        "INSERT INTO technical_specifications (product_id, category_id, name, value, data_type,"
        " importance) VALUES (1, 2, 'Finish', 'satin', 'ENUM', 'CRITICAL'),"
        " (3, 2, 'Finish', 'raw', 'ENUM', 'CRITICAL'), (3, 2, 'Grade', '1', 'ENUM', 'CRITICAL')"
    )
    everything = ask(session, "facet_counts", category_id=1, names=[], spec_values=[])
    assert everything == [("Finish", "raw", 1), ("Finish", "satin", 1), ("Grade", "1", 1)]
    chosen = {"category_id": 1, "names": ["Finish"], "spec_values": ["raw"]}
    assert ask(session, "facet_counts", **chosen) == [("Finish", "raw", 1), ("Grade", "1", 1)]


def test_what_was_bought_together_is_related(session: psycopg.Connection) -> None:
    session.execute("INSERT INTO order_lines VALUES (1, 2, 4, 1, 5, 5)")
    [row] = ask(session, "related_products", product_id=1)
    assert (row[0], row[-1]) == (3, 1)


def test_products_side_by_side(session: psycopg.Connection) -> None:
    rows = ask(session, "compare_products", product_ids=[1, 2])
    assert rows[0] == ("Width", "Dimensions", {"1": "10 mm", "2": "0.5 in"})


def test_chosen_options_lead_to_a_variant(session: psycopg.Connection) -> None:
    [row] = ask(session, "resolve_variant", product_id=1, option_ids=[1])
    assert (row[1], row[-1]) == ("L-1", 8)
    assert ask(session, "resolve_variant", product_id=1, option_ids=[1, 2]) == []


def test_a_matrix_says_what_can_be_had(session: psycopg.Connection) -> None:
    rows = ask(session, "option_matrix", product_id=1)
    assert [(row[1], row[2], row[-1]) for row in rows] == [("L-1", [1], 8), ("L-2", [2], 0)]


def test_a_ladder_has_a_rung_where_the_price_changes(session: psycopg.Connection) -> None:
    session.execute("UPDATE account_pricing SET min_quantity = 5, max_quantity = 20")
    rows = ask(session, "price_ladder", account_id=1, variant_id=1)
    assert rows == [
        (1, Decimal("10.00"), "BASE", None),
        (5, Decimal("9.00"), "PRODUCT_RULE", None),
        (10, Decimal("9.00"), "PRODUCT_RULE", None),
        (21, Decimal("9.50"), "VOLUME", Decimal(5)),
    ]


def test_lots_go_out_in_the_order_in_which_they_expire(session: psycopg.Connection) -> None:
    session.execute(
        "INSERT INTO inventory_lots (variant_id, location_id, lot, expires_on, quantity,"
        " updated_at) VALUES (3, 1, 'SOON', '2026-07-01', 2, now())"
    )
    reserve = {"variant_id": 3, "location_id": 1, "quantity": 6}
    rows = ask(session, "reserve_lots", **reserve)
    assert sorted((row[0], row[2]) for row in rows) == [("FRESH", 4), ("SOON", 2)]
    # one piece is left that has not expired
    assert ask(session, "reserve_lots", **reserve) == []
    rows = ask(session, "release_lots", **{**reserve, "quantity": 5})
    assert sorted(rows) == [("FRESH", 0), ("SOON", 1)]
    [north, _] = ask(session, "stock_by_location", variant_id=3)
    assert north == ("North", 10, 1, 9, datetime(2026, 7, 1, tzinfo=UTC).date())


def test_no_more_is_promised_than_there_is(session: psycopg.Connection) -> None:
    shelf = {"variant_id": 1, "location_id": 1}
    assert ask(session, "reserve_stock", **shelf, quantity=8) == [(0,)]
    assert ask(session, "reserve_stock", **shelf, quantity=1) == []
    assert ask(session, "release_stock", **shelf, quantity=10) == [(10,)]


def test_a_message_that_comes_twice_or_late_changes_nothing(session: psycopg.Connection) -> None:
    def hear(webhook_id: str, available: int, hours: int) -> list[tuple[object, ...]]:
        return ask(
            session,
            "inventory_webhook",
            webhook_id=webhook_id,
            variant_id=1,
            location_id=1,
            available=available,
            occurred_at=_NOW + timedelta(hours=hours),
        )

    # two pieces are reserved: they are on the shelf as well
    assert hear("a", 20, 2) == [(22,)]
    assert hear("a", 20, 2) == []
    assert hear("b", 3, 1) == []
    assert hear("c", 5, 3) == [(7,)]
    messages = session.execute("SELECT count(*) FROM inventory_webhooks WHERE webhook_id <> 'wh-1'")
    assert messages.fetchone() == (3,)


def test_a_batch_from_shopify_creates_updates_and_skips(session: psycopg.Connection) -> None:
    batch = {
        "category_id": 1,
        "shopify_ids": [700, 701, 799],
        "titles": ["Lock", "Vitamin C forte", "New"],
        "prices": [Decimal("10.00"), Decimal("21.00"), Decimal("3.00")],
    }
    ask(session, "sync_products", **batch)
    logged = session.execute(
        "SELECT shopify_id, operation FROM product_sync_log WHERE id > 1 ORDER BY shopify_id"
    )
    assert logged.fetchall() == [(700, "SKIP"), (701, "UPDATE"), (799, "CREATE")]
    new = session.execute(
        "SELECT p.status, v.sku FROM products p JOIN product_variants v ON v.product_id = p.id"
        " WHERE p.shopify_id = 799"
    )
    assert new.fetchall() == [("DRAFT", "SH-799")]
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
