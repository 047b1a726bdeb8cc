"""What a database has and its migrations have not, and the other way round."""

import pytest

from b2bench.database import connect
from b2bench.errors import BadInput, NotOurDatabase
from b2bench.marker import create_marked_database
from b2bench.target import Target
from schema import migrate
from schema.drift import differences_from_migrations


def test_a_fresh_schema_has_not_drifted(shop: Target) -> None:
    assert differences_from_migrations(shop) == ()


def test_an_older_schema_is_compared_with_its_own_migrations(bare_shop: Target) -> None:
    migrate.downgrade(bare_shop, "0010")
    assert differences_from_migrations(bare_shop) == ()


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("DROP INDEX products_search", "index products_search is missing"),
        ("CREATE INDEX extra ON products (vendor)", "index extra was added"),
        ("ALTER TABLE products ALTER vendor DROP NOT NULL", "column products.vendor was changed"),
        ("ALTER TABLE orders DISABLE TRIGGER orders_total_of_lines",
         "trigger orders_total_of_lines on orders was changed"),
        ("CREATE OR REPLACE FUNCTION joined_words(words text[]) RETURNS text LANGUAGE sql"
         " IMMUTABLE PARALLEL SAFE STRICT RETURN array_to_string(words, ',')",
         "function joined_words(text[]) was changed"),
    ],
)  # fmt: skip
def test_what_somebody_did_by_hand_is_told(bare_shop: Target, change: str, shown: str) -> None:
    with connect(bare_shop) as connection:
        connection.execute(change.encode())
    assert [found.shown for found in differences_from_migrations(bare_shop)] == [shown]


def test_nothing_is_left_of_the_comparison(bare_shop: Target) -> None:
    differences_from_migrations(bare_shop)
    with connect(bare_shop) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'b2bench\\_scratch\\_%'"
        ).fetchall()
    assert left == []


def test_without_migrations_there_is_nothing_to_compare_with(empty_database: Target) -> None:
    with pytest.raises(NotOurDatabase):
        differences_from_migrations(empty_database)
    create_marked_database(empty_database)
    with pytest.raises(BadInput, match="schema install"):
        differences_from_migrations(empty_database)
