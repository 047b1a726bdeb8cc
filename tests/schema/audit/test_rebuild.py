"""A table as it was, from what is in it now and from the log."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target
from schema.audit.moment import Clock
from schema.audit.rebuild import Rebuilt, RowForm, rebuild
from tests.schema.audit.audited import BUSINESS_TABLES, rows_by_key
from tests.schema.audit.writers import TABLES, write

Contents = dict[str, list[dict[str, Any]]]


def _rebuilt(target: Target, table: str, at: str) -> tuple[list[dict[str, Any]], Rebuilt]:
    written = io.BytesIO()
    found = rebuild(target, table, at, RowForm.JSON, written.write)
    return [json.loads(line) for line in written.getvalue().splitlines()], found


def _contents(connection: psycopg.Connection) -> Contents:
    found: Contents = {}
    for table in TABLES:
        rows = connection.execute(
            sql.SQL("SELECT row_to_json(t) FROM (SELECT * FROM {} ORDER BY 1, 2) t").format(
                sql.Identifier(table)
            )
        )
        found[table] = [row[0] for row in rows]
    return found


def _seen(target: Target) -> tuple[str, Contents]:
    """Return a snapshot, and what the tables are in it."""
    with psycopg.connect(target.conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert row is not None
        return str(row[0]), _contents(connection)


def test_three_tables_are_what_they_were_in_every_snapshot_while_others_wrote(
    shop: Target,
) -> None:
    seen = [_seen(shop)]
    with ThreadPoolExecutor(1) as beside:
        writing = beside.submit(write, shop, sessions=4, transactions=40, seed=1)
        while not writing.done():
            seen.append(_seen(shop))
        writing.result()
    assert len(seen) > 3
    assert len({json.dumps(contents, default=str) for _, contents in seen}) > 2
    for snapshot, contents in (seen[0], seen[1], seen[len(seen) // 2], seen[-1]):
        for table in TABLES:
            rows, found = _rebuilt(shop, table, snapshot)
            assert rows == contents[table]
            assert (found.rows, found.clock) == (len(rows), Clock.SNAPSHOT)
            assert found.doubtful == ()


def test_three_tables_are_what_they_were_at_a_time(shop: Target) -> None:
    write(shop, sessions=2, transactions=10, seed=2)
    with connect(shop) as connection:
        moment = connection.execute("SELECT clock_timestamp()::text").fetchone()
        assert moment is not None
        contents = _contents(connection)
    write(shop, sessions=2, transactions=10, seed=3)
    for table in TABLES:
        rows, found = _rebuilt(shop, table, moment[0])
        assert rows == contents[table]
        assert found.clock is Clock.COMMITS


def test_a_transaction_that_ended_after_the_time_is_undone(shop: Target) -> None:
    with connect(shop) as connection, psycopg.connect(shop.conninfo) as late:
        before = _contents(connection)["rfq_requests"]
        late.execute("UPDATE rfq_requests SET priority = 'URGENT'")
        moment = connection.execute("SELECT clock_timestamp()::text").fetchone()
        assert moment is not None
        late.commit()
    assert _rebuilt(shop, "rfq_requests", moment[0])[0] == before


@pytest.mark.parametrize("how", ["DELETE FROM product_sync_log", "TRUNCATE product_sync_log"])
def test_what_was_emptied_comes_back(shop: Target, how: str) -> None:
    with connect(shop) as connection:
        before = [
            row["j"]
            for row in connection.cursor(row_factory=dict_row).execute(
                "SELECT row_to_json(l) AS j FROM product_sync_log l ORDER BY id"
            )
        ]
        snapshot = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert snapshot is not None
        connection.execute(how.encode())
    assert _rebuilt(shop, "product_sync_log", snapshot[0])[0] == before != []


def test_csv_has_the_columns_of_the_table(stocked: Target) -> None:
    written = io.BytesIO()
    with connect(stocked) as connection:
        snapshot = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert snapshot is not None
        connection.execute("UPDATE locations SET region = 'x'")
        columns = connection.execute("SELECT * FROM locations").description
        assert columns is not None
    found = rebuild(stocked, "locations", snapshot[0], RowForm.CSV, written.write)
    rows = list(csv.DictReader(io.StringIO(written.getvalue().decode())))
    assert list(rows[0]) == [column.name for column in columns]
    assert len(rows) == found.rows
    assert "x" not in {row["region"] for row in rows}


def test_what_the_audit_leaves_out_is_null_and_said(stocked: Target) -> None:
    with connect(stocked) as connection:
        snapshot = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert snapshot is not None
        connection.execute("UPDATE accounts SET company = 'Other' WHERE id = 1")
    rows, found = _rebuilt(stocked, "accounts", snapshot[0])
    assert set(found.left_out) >= {"email_index", "phone_index"}
    for row in rows:
        assert {row[column] for column in found.left_out} == {None}
    assert rows[0]["company"] == "Doors Ltd"


@pytest.mark.parametrize("table", BUSINESS_TABLES)
def test_every_table_can_be_rebuilt(shop_template: Target, table: str) -> None:
    with connect(shop_template) as connection:
        snapshot = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        rows = len(rows_by_key(connection, table))
    assert snapshot is not None
    assert _rebuilt(shop_template, table, snapshot[0])[1].rows == rows


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2001-01-01", "audited since it was loaded or installed"),
        ("3:3:", "audited since it was loaded or installed"),
        ("2999-01-01", "yet to come"),
        ("yesterday", "write a time like"),
        ("900000000:900000000:", "no such snapshot"),
        ("9:3:", "no such snapshot"),
    ],
)
def test_a_moment_that_cannot_be_is_bad_input(stocked: Target, at: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _rebuilt(stocked, "locations", at)


def test_the_log_of_a_loaded_table_begins_with_the_load(shop: Target) -> None:
    with pytest.raises(BadInput, match="loaded or installed"):
        _rebuilt(shop, "rfq_requests", "2026-06-01T13:00Z")


def test_a_table_that_is_not_audited_is_bad_input(stocked: Target) -> None:
    with pytest.raises(BadInput, match="audit_events is not audited: name one of account"):
        _rebuilt(stocked, "audit_events", "3:3:")
