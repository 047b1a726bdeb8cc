"""The price function and the oracle agree to the cent: one item, a page, a cart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.oracle import Band, Item, Price, Rule, price
from tests.shop import run_class

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_TIERS = {1: "STANDARD", 2: "PREMIUM", 3: "ENTERPRISE"}
_SHOPS, _ITEMS, _CART_LINES = 300, 15, 10
_INSTANTS = [_NOW + timedelta(days=days) for days in (-40, -1, 0, 1, 40)]
_QUANTITIES = st.sampled_from([1, 2, 4, 5, 6, 9, 10, 11, 49, 50, 51, 100, 1000])
_PERCENT = st.decimals("0", "100", places=2)
_CENTS = st.decimals("0.01", "999.99", places=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a price depends on."""

    prices: Sequence[Decimal]
    items: Sequence[Item]
    rules: Sequence[Rule]
    bands: Sequence[Band]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody asks what items cost at an instant."""

    account: int
    at: datetime
    items: Sequence[int]
    quantities: Sequence[int]


_items = st.builds(
    Item,
    variant=st.just(0),
    product=st.integers(1, 3),
    own_price=st.none() | _CENTS,
    product_price=st.just(Decimal(0)),
    modifiers=st.lists(st.decimals("0", "20", places=2), max_size=2),
)
_bands = st.builds(
    Band,
    product=st.integers(1, 3),
    least=st.sampled_from([2, 5, 10, 50]),
    percent=st.decimals("0.01", "100", places=2),
)


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    is_fixed = draw(st.booleans())
    least = draw(_QUANTITIES)
    since = draw(st.sampled_from(_INSTANTS))
    return Rule(
        key=0,
        account=draw(st.integers(1, 3)),
        product=draw(st.integers(1, 3)),
        variant=draw(st.none() | st.integers(1, 6)),
        markdown=None if is_fixed else draw(_PERCENT),
        fixed=draw(_CENTS) if is_fixed else None,
        least=least,
        most=draw(st.none() | st.integers(0, 50).map(lambda more: least + more)),
        active=draw(st.integers(0, 9)) > 0,
        since=since,
        until=draw(st.none() | st.integers(1, 60).map(lambda days: since + timedelta(days=days))),
    )


@st.composite
def _shops(draw: st.DrawFn) -> Shop:
    prices = draw(st.tuples(_CENTS, _CENTS, _CENTS))
    items = [
        replace(item, variant=number, product_price=prices[item.product - 1])
        for number, item in enumerate(draw(st.lists(_items, min_size=6, max_size=6)), start=1)
    ]
    product_of = {item.variant: item.product for item in items}
    rules = [
        replace(rule, product=product_of[rule.variant] if rule.variant else rule.product)
        for rule in draw(st.lists(_rules(), max_size=12))
    ]
    bands = draw(st.lists(_bands, max_size=6, unique_by=lambda band: (band.product, band.least)))
    return Shop(prices=prices, items=items, rules=rules, bands=bands)


@st.composite
def _asked(draw: st.DrawFn) -> Asked:
    count = _ITEMS
    return Asked(
        account=draw(st.integers(1, 3)),
        at=draw(st.sampled_from(_INSTANTS)),
        items=draw(st.lists(st.integers(1, 6), min_size=count, max_size=count)),
        quantities=draw(st.lists(_QUANTITIES, min_size=count, max_size=count)),
    )


@pytest.fixture(scope="module")
def session(server: Target, schema_template: Target) -> Iterator[psycopg.Connection]:
    with (
        new_database(server, template=schema_template.database) as target,
        psycopg.connect(target.conninfo) as connection,
    ):
        yield connection


def _stock_up(connection: psycopg.Connection, shop: Shop) -> Shop:
    """Write the shop down; return it with the rules that the database took: no two overlap."""
    connection.execute(_SHOP)
    with connection.cursor() as cursor:
        cursor.executemany(_PRODUCT, list(enumerate(shop.prices, start=1)))
        for item in shop.items:
            cursor.execute(_VARIANT, _parameters(item))
            for place, modifier in enumerate(item.modifiers):
                cursor.execute(_OPTION, {**_parameters(item), "place": place, "modifier": modifier})
        cursor.executemany(_BAND, [(b.product, b.least, b.percent) for b in shop.bands])
        taken = [rule for rule in shop.rules if cursor.execute(_RULE, _values(rule)).rowcount]
    return replace(shop, rules=taken)


def _parameters(item: Item) -> dict[str, object]:
    return {"variant": item.variant, "product": item.product, "price": item.own_price}


def _values(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in Rule.__dataclass_fields__}


_SHOP = """
INSERT INTO accounts (id, auth_id, type, tier, contact_name_sealed, email_sealed,
                      created_at, updated_at)
SELECT i, i, 'DEALER', (enum_range(NULL::account_tier))[i], s, s, now(), now()
  FROM generate_series(1, 3) AS i, decode('01' || repeat('00', 31), 'hex') AS s;
INSERT INTO categories (id, slug, name) VALUES (1, 'c', 'C');
"""
_PRODUCT = """
INSERT INTO products (id, category_id, type, status, availability, handle, title, vendor, price,
                      created_at, updated_at)
VALUES (%s, 1, 'VARIABLE', 'ACTIVE', 'IN_STOCK', gen_random_uuid(), '', '', %s, now(), now())
"""
_VARIANT = """
INSERT INTO product_variants (id, product_id, sku, title, price, created_at, updated_at)
VALUES (%(variant)s, %(product)s, gen_random_uuid(), '', %(price)s, now(), now())
"""
_OPTION = """
WITH axis AS (
    INSERT INTO product_variant_groups (product_id, name, label, input, required, position)
    VALUES (%(product)s, gen_random_uuid(), '', 'SELECT', false, 1 + %(place)s)
    RETURNING id
), chosen AS (
    INSERT INTO product_variant_options (group_id, value, label, price_modifier, position)
    SELECT id, '', '', %(modifier)s, 1 FROM axis
    RETURNING id, group_id
)
INSERT INTO product_variant_selections (product_id, variant_id, group_id, option_id)
SELECT %(product)s, %(variant)s, group_id, id FROM chosen
"""
_BAND = "INSERT INTO volume_discounts (product_id, min_quantity, percent) VALUES (%s, %s, %s)"
_RULE = """
INSERT INTO account_pricing (account_id, product_id, variant_id, markdown_percent, fixed_price,
                             min_quantity, max_quantity, active, effective_from, effective_until)
VALUES (%(account)s, %(product)s, %(variant)s, %(markdown)s, %(fixed)s,
        %(least)s, %(most)s, %(active)s, %(since)s, %(until)s)
    ON CONFLICT DO NOTHING
"""
_PAGE = """
SELECT base_price, unit_price, line_total, rule, percent
  FROM price_items(%s, %s, %s, %s)
 ORDER BY line
"""


def _expected(shop: Shop, asked: Asked, item: int, quantity: int) -> Price:
    return price(
        shop.items[item - 1],
        quantity,
        account=asked.account,
        tier=_TIERS[asked.account],
        at=asked.at,
        rules=shop.rules,
        bands=shop.bands,
    )


def _page(connection: psycopg.Connection, asked: Asked) -> list[Price]:
    rows = connection.execute(
        _PAGE, (asked.account, list(asked.items), list(asked.quantities), asked.at)
    )
    return [_answer(row) for row in rows]


def _answer(row: tuple[Decimal, Decimal, Decimal, str, Decimal | None]) -> Price:
    base, unit, total, rule, percent = row
    return Price(base=base, unit=unit, total=total, rule=rule, percent=percent)


def _check_item(connection: psycopg.Connection, shop: Shop, asked: Asked) -> None:
    item, quantity = asked.items[0], asked.quantities[0]
    values = {"account_id": asked.account, "variant_id": item, "quantity": quantity}
    [[(unit, total, rule, _)]] = run_class(connection, "price_item", {**values, "as_of": asked.at})
    expected = _expected(shop, asked, item, quantity)
    assert (unit, total, rule) == (expected.unit, expected.total, expected.rule)


def _check_cart(connection: psycopg.Connection, shop: Shop, asked: Asked) -> None:
    lines = dict(zip(asked.items[:_CART_LINES], asked.quantities, strict=False))
    connection.execute(
        "WITH cart AS (INSERT INTO carts (account_id, created_at, updated_at)"
        " VALUES (%s, now(), now()) RETURNING id)"
        " INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
        " SELECT cart.id, i.variant, i.quantity, now()"
        "   FROM cart, unnest(%s::bigint[], %s::int[]) AS i (variant, quantity)",
        (asked.account, list(lines), list(lines.values())),
    )
    [rows] = run_class(connection, "price_cart", {"account_id": asked.account, "as_of": asked.at})
    for _, item, quantity, unit, total, rule in rows:
        expected = _expected(shop, asked, item, quantity)
        assert (unit, total, rule) == (expected.unit, expected.total, expected.rule)
    assert len(rows) == len(lines)


# every shop is asked for a page of 15 twice: once as a page, and once in a cart or item by item
@settings(
    max_examples=_SHOPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(shop=_shops(), asked=st.lists(_asked(), min_size=2, max_size=2))
def test_function_and_oracle_agree_to_the_cent(
    session: psycopg.Connection, shop: Shop, asked: list[Asked]
) -> None:
    with session.transaction(force_rollback=True):
        shop = _stock_up(session, shop)
        for each in asked:
            pairs = zip(each.items, each.quantities, strict=True)
            assert _page(session, each) == [_expected(shop, each, *pair) for pair in pairs]
            _check_item(session, shop, each)
        _check_cart(session, shop, asked[0])
