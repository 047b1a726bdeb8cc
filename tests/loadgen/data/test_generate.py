import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.errors import BadInput, StatementFailed
from b2bench.findings import Severity
from b2bench.marker import create_marked_database, read_data_set, require_data_set
from b2bench.target import Target
from loadgen.data.estimate import estimate
from loadgen.data.generate import generate, row_counts
from loadgen.data.load import copy_text, frames
from loadgen.data.population import Population
from loadgen.data.profiles import load_profile, profile_names
from loadgen.data.tables import TABLES
from schema.integrity import check_integrity
from schema.tables import tables_in_order
from tests.postgres import new_database

TINY_SHA256 = "8324b2f9223c362266369f34df430b3d03eebfb9ceb0f99a35441f3cfd840878"
TINY_TABLES = Path(__file__).with_name("tiny_sha256.json")


def test_every_table_has_as_many_rows_as_the_data_set_says(shop: Target) -> None:
    with connect(shop) as connection:
        data_set = read_data_set(connection)
        assert data_set is not None
        for table, rows in data_set.rows.items():
            found = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert found == (rows,), table


def test_every_table_of_the_schema_is_filled(shop: Target) -> None:
    filled_by_migrations = {"tier_discounts", "rfq_transitions"}
    tables = {table.name for table in tables_in_order(shop)}
    assert tables - filled_by_migrations == TABLES.keys()


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_the_bytes_are_the_same_for_any_number_of_jobs_and_always(
    server: Target, schema_template: Target, jobs: int
) -> None:
    with new_database(server, template=schema_template.database) as other:
        data_set = generate(other, load_profile("tiny"), jobs=jobs)
        assert require_data_set(other) == data_set
    assert (data_set.generator_version, data_set.sha256) == (5, TINY_SHA256)
    assert data_set.table_sha256 == json.loads(TINY_TABLES.read_text())


def test_another_seed_gives_other_rows() -> None:
    rows = load_profile("tiny").rows
    first, second = (_sum("products", Population(rows, seed)) for seed in (1, 2))
    assert first != second


def test_a_slice_is_the_same_alone_as_in_the_whole() -> None:
    population = Population(load_profile("tiny").rows, 1)
    for table, rows in TABLES.items():
        count = row_counts(population)[table]
        whole = rows(population, 0, count)
        start, stop = count // 3, min(count, count // 3 + 5)
        assert whole[start:stop].equals(rows(population, start, stop)), table


def test_the_standard_profile_is_the_shop_of_the_target() -> None:
    population = Population(load_profile("standard").rows, 1)
    assert row_counts(population)["products"] == 10_000
    assert int(population.family.sum()) == row_counts(population)["product_variants"] == 100_000
    assert int((~population.is_variable).sum()) == 7_000
    assert 150 <= int(population.family.max()) <= 200
    assert 1_000 <= int(population.rules_of_buyer.max()) <= 5_000


@pytest.mark.parametrize("name", profile_names())
def test_children_add_up_in_every_profile(name: str) -> None:
    profile = load_profile(name)
    population = Population(profile.rows, 1)
    assert int(population.rules_of_buyer.sum()) == profile.rows["account_pricing"]
    assert (
        int(population.specifications_of_product.sum()) == profile.rows["technical_specifications"]
    )
    assert int(population.bands_of_product.max()) <= 12
    assert profile.rows["orders"] >= len(population.rfqs_in("ACCEPTED"))


@pytest.mark.parametrize(
    ("name", "factor"), [("standard", "0.01"), ("origin", "0.11"), ("tiny", "0.5"), ("tiny", "2.5")]
)
def test_children_add_up_at_every_scale(name: str, factor: str) -> None:
    profile = load_profile(name).scaled(Decimal(factor))
    for seed in range(5):
        population = Population(profile.rows, seed)
        assert int(population.family.sum()) == profile.rows["product_variants"]
        assert int(population.rules_of_buyer.sum()) == profile.rows["account_pricing"]
        for table, rows in row_counts(population).items():
            last = TABLES[table](population, max(0, rows - 500), rows)
            assert 0 < len(last) <= 500, table


def test_a_scaled_profile_is_in_the_data_set_and_keeps_every_rule(
    server: Target, schema_template: Target
) -> None:
    half = load_profile("tiny").scaled(Decimal("0.5"))
    with new_database(server, template=schema_template.database) as other:
        generate(other, half)
        found = require_data_set(other)
        assert {item.severity for item in check_integrity(other)} <= {Severity.NOTE}
    assert (found.scale, found.rows["products"]) == (Decimal("0.5"), 100)
    assert found.rows["locations"] == load_profile("tiny").rows["locations"]
    assert found.shown.startswith("tiny ×0.5, seed 1, ")


def test_an_estimate_is_near_what_the_load_makes_and_changes_nothing(
    server: Target, schema_template: Target
) -> None:
    with new_database(server, template=schema_template.database) as other:
        expected = {each.table: each for each in estimate(other, load_profile("tiny"))}
        with connect(other) as connection:
            assert read_data_set(connection) is None
            assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)
        generate(other, load_profile("tiny"))
        with connect(other) as connection:
            for table in ("product_variants", "technical_specifications", "rfq_items"):
                made = connection.execute(
                    sql.SQL(
                        "SELECT count(*), pg_relation_size({0}), pg_indexes_size({0}) FROM {1}"
                    ).format(sql.Literal(table), sql.Identifier(table))
                ).fetchone()
                assert made is not None
                assert expected[table].rows == made[0]
                assert expected[table].data_bytes == pytest.approx(made[1], rel=0.1)
                assert expected[table].index_bytes == pytest.approx(made[2], rel=0.2)


def test_a_scale_that_leaves_too_few_products_is_bad_input() -> None:
    with pytest.raises(BadInput, match="leaves 20 of tiny's 200 products: take one that leaves"):
        load_profile("tiny").scaled(Decimal("0.1"))


def test_keys_go_on_behind_the_last_one(shop: Target) -> None:
    with connect(shop) as connection:
        row = connection.execute(
            "INSERT INTO rfq_requests (submitted_at, updated_at) VALUES (now(), now())"
            " RETURNING id, number"
        ).fetchone()
    assert row == (301, "RFQ-1000301")


def test_statistics_have_read_every_row(shop: Target) -> None:
    with connect(shop) as connection:
        row = connection.execute(
            "SELECT reltuples FROM pg_class WHERE relname = 'product_variants'"
        ).fetchone()
    assert row == (1000,)


def test_a_load_that_fails_says_why_and_the_next_one_mends_it(shop: Target) -> None:
    with connect(shop) as connection:
        connection.execute("ALTER TABLE orders RENAME total TO amount")
    with pytest.raises(StatementFailed, match="b2bench data generate"):
        generate(shop, load_profile("tiny"))
    with connect(shop) as connection:
        data_set = read_data_set(connection)
        assert data_set is not None
        assert data_set.state == "loading"
        connection.execute("ALTER TABLE orders RENAME amount TO total")
    assert generate(shop, load_profile("tiny")).state == "complete"


def test_an_unknown_profile_is_bad_input() -> None:
    with pytest.raises(BadInput, match="tiny, origin, standard, large"):
        load_profile("huge")


def test_no_schema_is_bad_input(empty_database: Target) -> None:
    create_marked_database(empty_database)
    with pytest.raises(BadInput, match="schema install"):
        generate(empty_database, load_profile("tiny"))


def _sum(table: str, population: Population) -> str:
    rows = row_counts(population)[table]
    return sha256(b"".join(map(copy_text, frames(table, population, rows)))).hexdigest()


def test_texts_have_nothing_that_copy_takes_for_a_mark() -> None:
    population = Population(load_profile("tiny").rows, 1)
    for table, count in row_counts(population).items():
        for frame in frames(table, population, count):
            text = copy_text(frame)
            assert text.count(b"\n") == len(frame), table
            assert text.count(b"\t") == len(frame) * (len(frame.columns) - 1), table
            hexadecimal = text.count(b"\\\\x")
            assert text.count(b"\\") == text.count(b"\\N") + 2 * hexadecimal, table


def test_orphans_do_not_exist(shop: Target) -> None:
    """Foreign keys were made after the load, so the server has checked every row."""
    with psycopg.connect(shop.conninfo) as connection:
        unchecked = connection.execute(
            "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        ).fetchall()
    assert unchecked == []
