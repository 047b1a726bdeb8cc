"""Rows into a table: columns as text beside rows one by one, the same rows, in the same run."""

from collections.abc import Callable

import pytest
from psycopg import sql
from pytest_benchmark.fixture import BenchmarkFixture

from b2bench.database import connect
from b2bench.target import Target
from loadgen.data.load import load_table
from loadgen.data.population import Population
from loadgen.data.profiles import load_profile
from loadgen.data.tables import TABLES

TABLE = "account_pricing"
ROWS = 50_000


def _by_columns(target: Target, population: Population) -> None:
    with connect(target) as connection:
        load_table(connection, TABLE, population, ROWS)


def _by_rows(target: Target, population: Population) -> None:
    frame = TABLES[TABLE](population, 0, ROWS)
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(TABLE), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    with connect(target) as connection, connection.cursor() as cursor, cursor.copy(copy) as rows:
        for row in frame.iter_rows():
            rows.write_row(row)


@pytest.mark.benchmark(group=f"load {ROWS:,} rows of {TABLE}")
@pytest.mark.parametrize("load", [_by_columns, _by_rows], ids=["columns as text", "psycopg rows"])
def bench_copy(
    benchmark: BenchmarkFixture, bare_shop: Target, load: Callable[[Target, Population], None]
) -> None:
    population = Population(load_profile("standard").rows, 1)
    with connect(bare_shop) as connection:
        # the load alone: no index, no rule, no foreign key
        connection.execute(f"CREATE TABLE plain AS TABLE {TABLE} WITH NO DATA")
        connection.execute(f"DROP TABLE {TABLE} CASCADE")
        connection.execute(f"ALTER TABLE plain RENAME TO {TABLE}")

    def emptied() -> None:
        with connect(bare_shop) as connection:
            connection.execute(f"TRUNCATE {TABLE}")

    benchmark.pedantic(load, (bare_shop, population), setup=emptied, rounds=5)
