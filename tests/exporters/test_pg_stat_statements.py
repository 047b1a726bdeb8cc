from collections.abc import Iterator

import psycopg
import pytest
from prometheus_client.metrics_core import Metric as Family

from b2bench.database import connect
from b2bench.errors import ExtensionMissing
from b2bench.target import Target
from exporters import metrics
from exporters.collectors.pg_stat_statements import StatementsCollector
from exporters.versions import newest_not_above


@pytest.fixture
def monitored(empty_database: Target) -> Iterator[psycopg.Connection]:
    with connect(empty_database) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        yield connection


def calls(families: list[Family], datname: str) -> dict[str, float]:
    wanted = metrics.CALLS.name.removesuffix("_total")
    return {
        sample.labels["queryid"]: sample.value
        for family in families
        if family.name == wanted
        for sample in family.samples
        if sample.labels["datname"] == datname
    }


def run_some(connection: psycopg.Connection, statements: int) -> None:
    for columns in range(1, statements + 1):
        connection.execute(("SELECT " + ", ".join(["1"] * columns)).encode())


def test_a_reset_never_makes_a_counter_fall(monitored: psycopg.Connection) -> None:
    collector, database = StatementsCollector([]), monitored.info.dbname
    run_some(monitored, 5)
    before = calls(list(collector.collect(monitored)), database)
    monitored.execute("SELECT pg_stat_statements_reset()")
    run_some(monitored, 3)
    after = calls(list(collector.collect(monitored)), database)
    assert all(after[queryid] >= value for queryid, value in before.items())
    assert sum(after.values()) > sum(before.values())


def test_members_and_other_add_up_to_what_the_server_counts(
    monitored: psycopg.Connection,
) -> None:
    collector, database = StatementsCollector([], most=3), monitored.info.dbname
    run_some(monitored, 30)
    row = monitored.execute(
        "SELECT sum(calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE datname = current_database()"
    ).fetchone()
    found = calls(list(collector.collect(monitored)), database)
    assert "other" in found
    # the sum's own statement and the collector's probing came after it
    assert row is not None
    assert float(row[0]) <= sum(found.values()) <= float(row[0]) + 6


def test_a_members_series_stays_when_others_overtake_it(monitored: psycopg.Connection) -> None:
    collector, database = StatementsCollector([], most=6), monitored.info.dbname
    first = set(calls(list(collector.collect(monitored)), database))
    run_some(monitored, 60)
    assert first <= set(calls(list(collector.collect(monitored)), database))


def test_a_query_class_is_always_a_member(monitored: psycopg.Connection) -> None:
    monitored.execute("SELECT 1, 2, 3, 4, 5, 6, 7")
    row = monitored.execute(
        "SELECT queryid FROM pg_stat_statements"
        " WHERE query LIKE 'SELECT $1, $2, $3, $4, $5, $6, $7' LIMIT 1"
    ).fetchone()
    assert row is not None
    collector = StatementsCollector([row[0]], most=0)
    assert str(row[0]) in calls(list(collector.collect(monitored)), monitored.info.dbname)


def test_a_database_without_the_extension_is_named(empty_database: Target) -> None:
    with (
        connect(empty_database) as connection,
        pytest.raises(ExtensionMissing, match="CREATE EXTENSION pg_stat_statements"),
    ):
        list(StatementsCollector([]).collect(connection))


@pytest.mark.parametrize(
    ("version", "name"),
    [("1.10", "1_10"), ("1.11", "1_11"), ("1.12", "1_11"), ("2.0", "1_11")],
)
def test_the_newest_file_not_above_the_extension_is_taken(version: str, name: str) -> None:
    from importlib.resources import files

    path = newest_not_above(files("exporters") / "collectors", "pg_stat_statements", version)
    assert path.name == f"pg_stat_statements_{name}.sql"
