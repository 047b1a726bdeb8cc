"""What the session's own statistics count."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from b2bench.arguments import Case
from b2bench.database import connect
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.counted_work import Counting, Ending, Execution
from tests.postgres import new_database
from tests.reports.fated_indexes import arguments_of, install, write_queries


@pytest.fixture(scope="module")
def planted(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        yield target


@pytest.fixture
def connection(planted: Target) -> Iterator[psycopg.Connection]:
    with connect(planted) as connection:
        connection.prepare_threshold = None
        yield connection


@pytest.fixture
def files(tmp_path: Path) -> tuple[QueryClass, ...]:
    return write_queries(tmp_path)


def execute(
    connection: psycopg.Connection,
    files: tuple[QueryClass, ...],
    name: str,
    *,
    timeout_ms: float = 10_000,
) -> Execution:
    query = next(query for query in files if query.name == name)
    return Counting(connection).execute(
        query,
        arguments_of(files)[name][Case.TYPICAL],
        role=None,
        timeout_ms=timeout_ms,
        names_tables=True,
    )


def oid(connection: psycopg.Connection, name: str) -> int:
    row = connection.execute("SELECT %s::regclass::oid::int8", (name,)).fetchone()
    assert row is not None
    return int(row[0])


def test_work_inside_a_function_is_counted(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction():
        found = execute(connection, files, "in_stock")
    assert found.scans == {oid(connection, "stock_article"): 1}
    assert found.tables >= {oid(connection, "stock")}
    # root, leaf and row at the least
    assert 2 <= found.work.blocks <= 6


def test_the_check_of_a_foreign_key_is_counted(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction():
        found = execute(connection, files, "drop_order")
    assert found.scans[oid(connection, "lines_order")] == 1


def test_a_plan_that_a_function_keeps_follows_the_index(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction():
        before = execute(connection, files, "in_stock")
        with connection.transaction(force_rollback=True):
            connection.execute("DROP INDEX stock_article")
            without = execute(connection, files, "in_stock")
        after = execute(connection, files, "in_stock")
    assert without.scans == {oid(connection, "stock"): 1}
    assert without.work.tuples == 20_000
    assert after.scans == before.scans
    assert after.work.blocks == before.work.blocks


def test_what_a_class_changes_is_undone(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction():
        assert execute(connection, files, "put_in_cart").ending is Ending.DONE
    row = connection.execute("SELECT pieces FROM cart WHERE account_id = 42").fetchone()
    assert row == (1,)


def test_work_up_to_where_it_was_stopped_is_known(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("DROP INDEX events_article")
        found = execute(connection, files, "last_events", timeout_ms=100)
        assert found.ending is Ending.STOPPED
        assert found.work.blocks > 100
        # the transaction goes on
        assert execute(connection, files, "in_stock").ending is Ending.DONE


def test_an_error_is_told_without_its_values(
    connection: psycopg.Connection, files: tuple[QueryClass, ...]
) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE cart ADD CONSTRAINT few CHECK (pieces < 2) NOT VALID")
        found = execute(connection, files, "put_in_cart")
    assert found.ending is Ending.FAILED
    assert found.said == "CheckViolation (23514)"
