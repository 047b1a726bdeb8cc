"""The price function against rules set by hand."""

from decimal import Decimal

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target

_SHOP = """\

INSERT INTO accounts (id, auth_id, type, tier, contact_name_sealed, email_sealed,
    created_at, updated_at) VALUES
    (1, 'a', 'DEALER', 'STANDARD', decode('01' || repeat('00', 31), 'hex'),
     decode('01' || repeat('00', 31), 'hex'), '2026-01-01', '2026-01-01'),
    (2, 'b', 'PRO', 'PREMIUM', decode('01' || repeat('00', 31), 'hex'),
     decode('01' || repeat('00', 31), 'hex'), '2026-01-01', '2026-01-01');
INSERT INTO categories (id, slug, name) VALUES (1, 'c', 'C');
INSERT INTO products (id, category_id, type, status, availability, handle, title, vendor, price,
    created_at, updated_at)
VALUES (1, 1, 'VARIABLE', 'ACTIVE', 'IN_STOCK', 'p', 'P', 'V', 10.00, '2026-01-01', '2026-01-01');
INSERT INTO product_variants (id, product_id, sku, title, price, created_at, updated_at) VALUES
    (1, 1, 'S1', 'one', 20.05, '2026-01-01', '2026-01-01'),
    (2, 1, 'S2', 'two', NULL, '2026-01-01', '2026-01-01');
INSERT INTO product_variant_groups (id, product_id, name, label, input, position)
VALUES (1, 1, 'size', 'Size', 'SELECT', 1);
INSERT INTO product_variant_options (id, group_id, value, label, price_modifier, position)
VALUES (1, 1, 'l', 'L', 1.50, 1), (2, 1, 's', 'S', 0, 2);
INSERT INTO product_variant_selections (variant_id, group_id, option_id)
VALUES (2, 1, 1), (1, 1, 2);
INSERT INTO volume_discounts (product_id, min_quantity, percent) VALUES (1, 10, 5), (1, 50, 12.5);
"""


@pytest.fixture
def priced(bare_shop: Target) -> Target:
    with connect(bare_shop) as connection:
        connection.execute(_SHOP.encode())
    return bare_shop


def price(
    shop: Target, account: int, variant: int, quantity: int, at: str = "2026-06-01"
) -> tuple[Decimal, Decimal, str]:
    with psycopg.connect(shop.conninfo) as connection:
        row = connection.execute(
            "SELECT unit_price, line_total, rule"
            "  FROM price_items(%s, ARRAY[%s]::bigint[], ARRAY[%s], %s::timestamptz)",
            (account, variant, quantity, at),
        ).fetchone()
    assert row is not None
    return row


def test_without_a_rule_the_variants_own_price_counts(priced: Target) -> None:
    assert price(priced, 1, 1, 1) == (Decimal("20.05"), Decimal("20.05"), "BASE")


def test_without_an_own_price_options_add_to_the_products(priced: Target) -> None:
    assert price(priced, 1, 2, 2) == (Decimal("11.50"), Decimal("23.00"), "BASE")


def test_the_largest_band_reached_counts_and_half_cents_round_up(priced: Target) -> None:
    # 20.05 less 12.5 % is 17.54375; 11.50 less 5 % is 10.925, half a cent up
    assert price(priced, 1, 1, 50)[0] == Decimal("17.54")
    assert price(priced, 1, 2, 10) == (Decimal("10.93"), Decimal("109.30"), "VOLUME")


def test_a_tier_discount_comes_before_volume_and_does_not_compound(priced: Target) -> None:
    assert price(priced, 2, 2, 50) == (Decimal("10.35"), Decimal("517.50"), "TIER")


def test_a_rule_for_the_variant_comes_before_one_for_the_product(priced: Target) -> None:
    with connect(priced) as connection:
        connection.execute(
            "INSERT INTO account_pricing (account_id, product_id, variant_id, fixed_price,"
            " markdown_percent, effective_from, effective_until) VALUES"
            " (2, 1, NULL, NULL, 20, '2026-01-01', NULL),"
            " (2, 1, 1, 12.34, NULL, '2026-05-01', '2026-07-01')"
        )
    assert price(priced, 2, 1, 1) == (Decimal("12.34"), Decimal("12.34"), "VARIANT_RULE")
    assert price(priced, 2, 2, 1) == (Decimal("9.20"), Decimal("9.20"), "PRODUCT_RULE")
    assert price(priced, 2, 1, 1, at="2026-07-01") == (
        Decimal("16.04"),
        Decimal("16.04"),
        "PRODUCT_RULE",
    )
