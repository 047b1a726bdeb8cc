"""Every view on a real server: what a version has is there, what it has not is not."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from prometheus_client.metrics_core import Metric as Family

from b2bench.database import connect
from b2bench.target import Target
from exporters.collector import Collector
from exporters.collectors import (
    pg_locks,
    pg_settings,
    pg_stat_database,
    pg_stat_user_indexes,
    pg_stat_user_tables,
    pg_stat_wal,
)
from exporters.metrics import of_a_database, of_the_server
from tests.exporters.reading import value
from tests.postgres import change

COLLECTORS = [*of_the_server(), *of_a_database()]


@pytest.fixture
def connection(empty_database: Target) -> Iterator[psycopg.Connection]:
    change(
        empty_database,
        "CREATE TABLE parts (id bigint PRIMARY KEY, sku text, note text)",
        "INSERT INTO parts SELECT n, 'sku ' || n, repeat('x', 40) FROM generate_series(1, 5000) n",
        "CREATE INDEX parts_sku ON parts (sku)",
        "VACUUM ANALYZE parts",
    )
    with connect(empty_database) as session:
        yield session


def names(families: list[Family]) -> set[str]:
    return {sample.name for family in families for sample in family.samples}


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda each: each.name)
def test_a_version_has_what_it_is_said_to_have(
    connection: psycopg.Connection, collector: Collector, server_major: int
) -> None:
    found = names(list(collector.collect(connection)))
    due = {m for m in collector.metrics if m.since <= server_major <= (m.until or server_major)}
    assert {m.name for m in due if not m.reason} <= found
    assert found <= {m.name for m in due}


def test_sizes_are_bytes_and_settings_are_in_base_units(connection: psycopg.Connection) -> None:
    tables = list(pg_stat_user_tables.collector().collect(connection))
    indexes = list(pg_stat_user_indexes.collector().collect(connection))
    row = connection.execute(
        "SELECT pg_table_size('parts'), pg_relation_size('parts_sku'),"
        " pg_size_bytes(current_setting('shared_buffers')), pg_postmaster_start_time()"
    ).fetchone()
    assert row is not None
    assert value(tables, "pg_stat_user_tables_size_bytes", relname="parts") == row[0]
    assert value(indexes, "pg_stat_user_indexes_size_bytes", indexrelname="parts_sku") == row[1]
    settings = list(pg_settings.collector().collect(connection))
    assert value(settings, "pg_setting", name="shared_buffers") == row[2]
    started_s = value(settings, "pg_postmaster_start_timestamp_seconds")
    assert started_s == pytest.approx(row[3].timestamp(), abs=0.01)


def test_a_table_under_an_exclusive_lock_has_no_size_and_stops_nothing(
    connection: psycopg.Connection, empty_database: Target
) -> None:
    connection.execute("SET lock_timeout = '200ms'")
    with connect(empty_database) as other, other.transaction():
        other.execute("LOCK TABLE parts IN ACCESS EXCLUSIVE MODE")
        tables = list(pg_stat_user_tables.collector().collect(connection))
        indexes = list(pg_stat_user_indexes.collector().collect(connection))
    assert value(tables, "pg_stat_user_tables_live_rows", relname="parts") is not None
    assert value(tables, "pg_stat_user_tables_size_bytes", relname="parts") is None
    assert value(indexes, "pg_stat_user_indexes_scans_total", indexrelname="parts_sku") == 0
    assert value(indexes, "pg_stat_user_indexes_size_bytes", indexrelname="parts_sku") is None


def test_autovacuums_limit_is_the_tables_own_where_it_has_one(
    connection: psycopg.Connection,
) -> None:
    tables = pg_stat_user_tables.collector()
    limit = "pg_stat_user_tables_dead_rows_limit"
    assert value(list(tables.collect(connection)), limit, relname="parts") == 50 + 0.2 * 5000
    connection.execute(
        "ALTER TABLE parts"
        " SET (autovacuum_vacuum_threshold = 7, autovacuum_vacuum_scale_factor = 0)"
    )
    assert value(list(tables.collect(connection)), limit, relname="parts") == 7
    connection.execute("ALTER TABLE parts SET (autovacuum_enabled = false)")
    assert value(list(tables.collect(connection)), limit, relname="parts") is None


def test_bloat_is_estimated_near_what_pgstattuple_measures(
    connection: psycopg.Connection,
) -> None:
    connection.execute("CREATE EXTENSION pgstattuple")
    bloat = "pg_stat_user_tables_bloat_estimate_ratio"
    fresh = value(list(pg_stat_user_tables.collector().collect(connection)), bloat, relname="parts")
    connection.execute("DELETE FROM parts WHERE id % 2 = 0")
    connection.execute("VACUUM ANALYZE parts")
    halved = value(
        list(pg_stat_user_tables.collector().collect(connection)), bloat, relname="parts"
    )
    measured = connection.execute(
        "SELECT 1 - tuple_len::float8 / table_len FROM pgstattuple('parts')"
    ).fetchone()
    assert fresh is not None
    assert halved is not None
    assert measured is not None
    assert fresh < 0.1
    assert halved == pytest.approx(measured[0], abs=0.15)


def test_an_index_that_nobody_needs_is_told_from_one_that_a_constraint_does(
    connection: psycopg.Connection,
) -> None:
    indexes = list(pg_stat_user_indexes.collector().collect(connection))
    unused = "pg_stat_user_indexes_unused_bytes"
    size = value(indexes, "pg_stat_user_indexes_size_bytes", indexrelname="parts_sku")
    assert value(indexes, unused, indexrelname="parts_sku") == size
    assert value(indexes, unused, indexrelname="parts_pkey") == 0


def test_chains_of_waiting_sessions_have_a_root_and_a_depth(
    connection: psycopg.Connection, empty_database: Target
) -> None:
    from threading import Thread

    def lock_after(session: psycopg.Connection, row: int) -> None:
        session.execute("UPDATE parts SET note = note WHERE id = %s", (row,))

    with ExitStack() as sessions:
        first, second, third = (sessions.enter_context(connect(empty_database)) for _ in range(3))
        for session, row in ((first, 1), (second, 2)):
            session.execute("BEGIN")
            lock_after(session, row)
        third.execute("BEGIN")
        waiting = [Thread(target=lock_after, args=each) for each in ((second, 1), (third, 2))]
        for thread in waiting:
            thread.start()
        _until_waiting(connection, 2)
        found = list(pg_locks.collector().collect(connection))
        database = connection.info.dbname
        first.execute("ROLLBACK")
        waiting[0].join()
        second.execute("ROLLBACK")
        waiting[1].join()
    assert value(found, "pg_blocked_sessions", datname=database) == 2
    assert value(found, "pg_blocking_sessions", datname=database) == 1
    assert value(found, "pg_blocking_chain_depth", datname=database) == 2
    longest_s = value(found, "pg_blocked_longest_seconds", datname=database)
    assert longest_s is not None
    assert longest_s > 0


def _until_waiting(connection: psycopg.Connection, sessions: int) -> None:
    from time import sleep

    while True:
        row = connection.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        ).fetchone()
        if row == (sessions,):
            return
        sleep(0.02)


def test_wal_goes_on_where_a_reset_began_anew(connection: psycopg.Connection) -> None:
    wal = pg_stat_wal.collector()
    before = value(list(wal.collect(connection)), "pg_wal_records_total")
    connection.execute("SELECT pg_stat_reset_shared('wal')")
    connection.execute("UPDATE parts SET note = note")
    after = value(list(wal.collect(connection)), "pg_wal_records_total")
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_databases_limit_is_told_where_it_has_one(connection: psycopg.Connection) -> None:
    name = connection.info.dbname
    connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 7".encode())
    found = list(pg_stat_database.collector().collect(connection))
    assert value(found, "pg_database_connection_limit", datname=name) == 7


def test_a_slot_that_nobody_uses_keeps_log(connection: psycopg.Connection) -> None:
    from exporters.collectors import pg_replication_slots

    connection.execute("SELECT pg_create_physical_replication_slot('views_test', true)")
    try:
        found = list(pg_replication_slots.collector().collect(connection))
    finally:
        connection.execute("SELECT pg_drop_replication_slot('views_test')")
    assert value(found, "pg_replication_slot_active", slot_name="views_test") == 0
    assert value(found, "pg_replication_slot_retained_bytes", slot_name="views_test") is not None
    used = value(found, "pg_replication_slots_used")
    assert used is not None
    assert used >= 1
