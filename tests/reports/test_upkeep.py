"""Statistics of a data set are gathered from every row; those of other databases as they are."""

import doctest
from datetime import UTC, datetime
from decimal import Decimal

from b2bench import marker
from b2bench.database import connect
from b2bench.marker import DataSet, create_marked_database, write_data_set
from b2bench.target import Target
from reports.upkeep import keep_up

DATA_SET = DataSet(
    profile="tiny",
    scale=Decimal(1),
    seed=1,
    generator_version=1,
    as_of=datetime(2025, 6, 1, tzinfo=UTC),
    recipe={},
    rows={"orders": 60_000},
    sha256="",
    state="complete",
)
_BOUNDS = """SELECT cardinality(histogram_bounds) FROM pg_stats
              WHERE tablename = 'orders' AND attname = 'id'"""


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(marker).failed == 0


def test_a_foreign_table_is_analyzed_with_the_servers_target(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 60000) i")
        keep_up(connection, "public.orders", ["ANALYZE public.orders"])
        assert connection.execute(_BOUNDS).fetchone() == (101,)


def test_a_table_of_a_data_set_is_read_whole(empty_database: Target) -> None:
    create_marked_database(empty_database)
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 60000) i")
        write_data_set(connection, DATA_SET)
        keep_up(connection, "public.orders", ["ANALYZE public.orders"])
        assert connection.execute(_BOUNDS).fetchone() == (201,)
        assert connection.execute("SHOW default_statistics_target").fetchone() == ("100",)
