from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from prometheus_client.metrics_core import Metric as Family
from psycopg import sql

from b2bench.database import connect
from b2bench.errors import ExtensionMissing
from b2bench.target import Target
from exporters.collectors import pg_stat_statements
from exporters.collectors.pg_stat_statements import StatementsCollector
from exporters.versions import newest_not_above
from tests.exporters.reading import value
from tests.postgres import new_database

CALLS = "pg_stat_statements_calls_total"
SECONDS = "pg_stat_statements_execution_seconds_total"
ALL_CALLS = "pg_stat_statements_all_calls_total"
ALL_SECONDS = "pg_stat_statements_all_execution_seconds_total"
TEXT = "pg_stat_statements_query_info"


@pytest.fixture
def monitored(empty_database: Target) -> Iterator[psycopg.Connection]:
    """Give a session for the collector, in a database with the extension."""
    with connect(empty_database) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        yield connection


@pytest.fixture
def working(server: Target) -> Iterator[psycopg.Connection]:
    """Give a session in another database, whose statements a test knows to the last one."""
    with new_database(server) as target, connect(target) as connection:
        connection.prepare_threshold = None
        yield connection


def collected(collector: StatementsCollector, connection: psycopg.Connection) -> list[Family]:
    return list(collector.collect(connection))


def of_statements(families: list[Family], name: str, datname: str) -> dict[str, float]:
    return {
        sample.labels["queryid"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and sample.labels["datname"] == datname
    }


def run_some(connection: psycopg.Connection, statements: int, *, times: int = 1) -> None:
    for columns in range(1, statements + 1):
        for _ in range(times):
            connection.execute(("SELECT " + ", ".join(["1"] * columns)).encode())


def queryid_of(connection: psycopg.Connection, datname: str, text: str) -> int:
    row = connection.execute(
        "SELECT queryid FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE datname = %s AND query = %s",
        (datname, text),
    ).fetchone()
    assert row is not None
    return int(row[0])


def reset(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_stat_statements_reset()")


def test_leaders_and_others_add_up_to_the_total_while_statements_churn_and_are_reset(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector, database = StatementsCollector([], most=6), working.info.dbname
    before: dict[str, float] = {}
    executed = 0
    for step, statements in enumerate((20, 30, 5, 25)):
        run_some(working, statements)
        executed += statements
        families = collected(collector, monitored)
        calls = of_statements(families, CALLS, database)
        seconds = of_statements(families, SECONDS, database)
        assert sum(calls.values()) == value(families, ALL_CALLS, datname=database) == executed
        assert sum(seconds.values()) == pytest.approx(
            value(families, ALL_SECONDS, datname=database)
        )
        assert all(calls[queryid] >= was for queryid, was in before.items())
        assert len(calls) <= 7
        before = calls
        if step % 2:
            reset(monitored)


def test_a_statement_with_more_calls_than_before_is_no_growth_after_a_reset(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector, database = StatementsCollector([]), working.info.dbname
    run_some(working, 1, times=2)
    collected(collector, monitored)
    reset(monitored)
    run_some(working, 1, times=5)
    families = collected(collector, monitored)
    assert value(families, ALL_CALLS, datname=database) == 7


@pytest.mark.pg(">= 17")
def test_a_statement_that_was_thrown_out_and_came_back_with_more_calls_is_counted_in_full(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector, database = StatementsCollector([]), working.info.dbname
    run_some(working, 2, times=2)
    collected(collector, monitored)
    queryid = queryid_of(monitored, database, "SELECT $1")
    monitored.execute("SELECT pg_stat_statements_reset(0, 0, %s)", (queryid,))
    run_some(working, 2, times=5)
    families = collected(collector, monitored)
    assert value(families, CALLS, datname=database, queryid=str(queryid)) == 7
    assert value(families, ALL_CALLS, datname=database) == 14


def test_a_reset_is_told_and_deallocations_do_not_fall(monitored: psycopg.Connection) -> None:
    collector = StatementsCollector([])
    first = collected(collector, monitored)
    reset(monitored)
    second = collected(collector, monitored)
    when = "pg_stat_statements_reset_timestamp_seconds"
    assert (value(second, when) or 0) > (value(first, when) or 0)
    gone = "pg_stat_statements_deallocations_total"
    assert (value(second, gone) or 0) >= (value(first, gone) or 0)


def test_a_copy_counts_as_its_original_and_still_does_when_it_is_dropped(
    server: Target, monitored: psycopg.Connection
) -> None:
    collector = StatementsCollector([])
    with connect(server) as connection:
        connection.execute("CREATE DATABASE counted_run_0a1b2c")
        try:
            with connect(server.for_database("counted_run_0a1b2c")) as working:
                run_some(working, 3)
                collected(collector, monitored)
                run_some(working, 3)
        finally:
            connection.execute("DROP DATABASE counted_run_0a1b2c WITH (FORCE)")
    families = collected(collector, monitored)
    assert value(families, ALL_CALLS, datname="counted") == 6


def test_databases_that_were_gone_before_are_no_leaders_but_part_of_the_total(
    server: Target, monitored: psycopg.Connection
) -> None:
    with new_database(server) as target, connect(target) as working:
        run_some(working, 3)
    families = collected(StatementsCollector([]), monitored)
    assert set(of_statements(families, CALLS, "dropped")) == {"other"}
    assert (value(families, ALL_CALLS, datname="dropped") or 0) >= 3


def test_a_database_that_is_gone_with_its_statements_has_no_series_for_ever(
    server: Target, monitored: psycopg.Connection
) -> None:
    collector = StatementsCollector([])
    before = collected(collector, monitored)
    with new_database(server) as target, connect(target) as working:
        run_some(working, 3)
        collected(collector, monitored)
    reset(monitored)
    after = collected(collector, monitored)
    assert value(after, ALL_CALLS, datname=target.database) is None
    assert of_statements(after, CALLS, target.database) == {}
    gone = [value(families, ALL_CALLS, datname="dropped") or 0 for families in (before, after)]
    assert gone[1] >= gone[0] + 3
    assert sum(of_statements(after, CALLS, "dropped").values()) == gone[1]


def test_a_statement_of_several_roles_is_one_and_of_several_databases_several(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    monitored.execute("SELECT 1, 2, 3, 4, 5, 6, 7, 8")
    for role in ("pg_monitor", "pg_database_owner"):
        working.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        working.execute("SELECT 1, 2, 3, 4, 5, 6, 7, 8")
    text = "SELECT $1, $2, $3, $4, $5, $6, $7, $8"
    number = queryid_of(monitored, monitored.info.dbname, text)
    families = collected(StatementsCollector([number]), monitored)
    found = {
        where: value(families, CALLS, datname=where, queryid=str(number))
        for where in (monitored.info.dbname, working.info.dbname)
    }
    assert found == {monitored.info.dbname: 1, working.info.dbname: 2}


def test_a_members_series_stays_when_others_overtake_it(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector, database = StatementsCollector([], most=6), working.info.dbname
    run_some(working, 3)
    first = set(of_statements(collected(collector, monitored), CALLS, database))
    run_some(working, 60, times=2)
    assert first <= set(of_statements(collected(collector, monitored), CALLS, database))


def test_a_query_class_is_always_a_member(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    run_some(working, 7)
    database = working.info.dbname
    number = queryid_of(monitored, database, "SELECT $1, $2, $3, $4, $5, $6, $7")
    families = collected(StatementsCollector([number], most=0), monitored)
    assert of_statements(families, CALLS, database) == {str(number): 1, "other": 6}


def test_texts_are_read_for_many_at_once_and_not_again_soon(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector = StatementsCollector([])
    reset(monitored)
    run_some(working, 2)
    families = collected(collector, monitored)
    number = queryid_of(monitored, working.info.dbname, "SELECT $1, $2")
    assert value(families, TEXT, queryid=str(number), query="SELECT $1, $2") == 1
    run_some(working, 9)
    for _ in range(3):
        collected(collector, monitored)
    row = monitored.execute(
        "SELECT sum(calls) FROM pg_stat_statements WHERE query LIKE 'SELECT DISTINCT ON (queryid)%'"
    ).fetchone()
    assert row == (1,)


def test_a_text_is_one_line_cut_and_shows_no_password(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    reset(monitored)
    working.execute("DO $$BEGIN END$$ /* 'hush' */")
    working.execute(("SELECT\n  1 AS one" + ", 1" * 400).encode())
    families = collected(StatementsCollector([]), monitored)
    texts = [
        sample.labels["query"]
        for family in families
        for sample in family.samples
        if sample.name == TEXT
    ]
    assert "DO $$BEGIN END$$ /* '…'" in [text[:23] for text in texts]
    assert any(text.startswith("SELECT $1 AS one, $2") and len(text) == 300 for text in texts)
    assert not [text for text in texts if "hush" in text or "\n" in text]


def test_a_server_that_counts_nothing_has_nothing_to_show(
    monitored: psycopg.Connection, working: psycopg.Connection
) -> None:
    collector = StatementsCollector([])
    run_some(working, 3)
    before = collected(collector, monitored)
    monitored.execute("SET pg_stat_statements.track = 'none'")
    reset(monitored)
    after = collected(collector, monitored)
    assert value(after, "pg_stat_statements_entries") == 0
    database = working.info.dbname
    assert value(after, ALL_CALLS, datname=database) == 3
    assert of_statements(after, CALLS, database) == of_statements(before, CALLS, database)


@pytest.mark.pg(">= 17")
def test_an_extension_that_is_updated_meanwhile_is_read_as_what_it_is_now(
    monitored: psycopg.Connection,
) -> None:
    collector = StatementsCollector([])
    for statement in ("DROP EXTENSION", "CREATE EXTENSION"):
        version = " VERSION '1.10'" if statement.startswith("CREATE") else ""
        monitored.execute(f"{statement} pg_stat_statements{version}".encode())
    collected(collector, monitored)
    monitored.execute("ALTER EXTENSION pg_stat_statements UPDATE TO '1.11'")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        collected(collector, monitored)
    assert value(collected(collector, monitored), "pg_stat_statements_entries") != 0


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
    folder = Path(pg_stat_statements.__file__).parent
    path = newest_not_above(folder, "pg_stat_statements", version)
    assert path is not None
    assert path.name == f"pg_stat_statements_{name}.sql"


def test_the_extension_may_be_in_a_schema_of_its_own(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        connection.execute('CREATE SCHEMA "Looking on"')
        connection.execute('CREATE EXTENSION pg_stat_statements SCHEMA "Looking on"')
        connection.execute("SELECT set_config('search_path', '', false)")
        families = collected(StatementsCollector([]), connection)
    assert value(families, ALL_CALLS, datname=empty_database.database) is not None
