"""Exactly one event for each row that is written, however it is written."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.audit.audited import (
    BUSINESS_TABLES,
    KINDS,
    Recorded,
    events_after,
    events_of,
    key_columns,
    last_id,
    only_audited,
    rows_by_key,
    taken_back,
)

_COLUMNS = """
SELECT array_agg(attname::text) FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
_WITHOUT = """
SELECT c.relname
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p')
   AND (SELECT count(*) FROM pg_trigger t
         WHERE t.tgrelid = c.oid AND t.tgname = ANY (%s) AND t.tgenabled = 'O') < 4
"""


@pytest.fixture(scope="module")
def audited_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give one copy of the shop to tests that take back what they do."""
    with new_database(server, template=shop_template.database) as target:
        yield target


def test_every_business_table_is_audited(audited_shop: Target) -> None:
    names = [f"audit_{kind}" for kind in KINDS]
    with connect(audited_shop) as connection:
        without = connection.execute(_WITHOUT, (names,)).fetchall()
        tables = connection.execute(
            "SELECT relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()
    assert without == [("audit_events",)]
    assert sorted(name for (name,) in tables) == sorted([*BUSINESS_TABLES, "audit_events"])


@pytest.mark.parametrize("table", BUSINESS_TABLES)
def test_each_row_leaves_one_event_in_every_kind(audited_shop: Target, table: str) -> None:
    with taken_back(audited_shop) as connection:
        only_audited(connection, table)
        rows = rows_by_key(connection, table)
        assert rows
        for kind in KINDS:
            events = _written(connection, table, kind)
            assert Counter(e.record_key for e in events) == Counter(rows.keys()), kind
            assert {e.table_name for e in events} == {table}
            for event in events:
                assert event.operation == kind.upper()
                row = rows[str(event.record_key)]
                assert event.old_row == (None if kind == "insert" else row)
                assert event.new_row == (row if kind in ("insert", "update") else None)


def test_without_its_trigger_a_table_leaves_no_event(
    audited_shop: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drop each of the triggers in turn: what the test above counts is gone."""
    survivors = [
        (table, kind)
        for table in BUSINESS_TABLES
        for kind in KINDS
        if _leaves_events_without_trigger(audited_shop, table, kind)
    ]
    total = len(BUSINESS_TABLES) * len(KINDS)
    with capsys.disabled():
        print(f" {total - len(survivors)} of {total} audit triggers missed when dropped")  # noqa: T201 (the score)
    assert survivors == []


def _leaves_events_without_trigger(shop: Target, table: str, kind: str) -> bool:
    with taken_back(shop) as connection:
        only_audited(connection, table)
        connection.execute(
            sql.SQL("DROP TRIGGER {} ON {}").format(
                sql.Identifier(f"audit_{kind}"), sql.Identifier(table)
            )
        )
        return bool(_written(connection, table, kind))


def _written(connection: psycopg.Connection, table: str, kind: str) -> list[Recorded]:
    """Write every row of a table in one way, and return what that left; then it is as before."""
    name = sql.Identifier(table)
    found = connection.execute(_COLUMNS, (table,)).fetchone()
    assert found is not None
    columns = sql.SQL(", ").join(map(sql.Identifier, found[0]))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE saved AS SELECT {} FROM {}").format(columns, name)
    )
    again = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM saved").format(
        name, columns, columns
    )
    first = sql.Identifier(key_columns(connection, table)[0])
    if kind == "insert":
        connection.execute(sql.SQL("DELETE FROM {}").format(name))
        events = events_of(connection, again)
    elif kind == "update":
        events = events_of(
            connection, sql.SQL("UPDATE {} SET {column} = {column}").format(name, column=first)
        )
    else:
        how = "DELETE FROM {}" if kind == "delete" else "TRUNCATE {} CASCADE"
        events = events_of(connection, sql.SQL(how).format(name))
        connection.execute(again)
    connection.execute("DROP TABLE saved")
    return events


def test_an_upsert_leaves_an_event_for_each_row_that_it_inserts_or_updates(
    audited_shop: Target,
) -> None:
    with taken_back(audited_shop) as connection:
        cart, taken = _one(
            connection, "SELECT cart_id, min(variant_id) FROM cart_items GROUP BY 1 ORDER BY 1"
        )
        free = _one(
            connection,
            "SELECT min(id) FROM product_variants v WHERE NOT EXISTS"
            " (SELECT FROM cart_items i WHERE i.cart_id = %s AND i.variant_id = v.id)",
            cart,
        )[0]
        events = events_of(
            connection,
            "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
            " VALUES (%s, %s, 1, now()), (%s, %s, 1, now())"
            " ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity",
            *(cart, taken, cart, free),
        )
        nothing = events_of(
            connection,
            "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
            " VALUES (%s, %s, 1, now()) ON CONFLICT DO NOTHING",
            *(cart, taken),
        )
    assert sorted((e.operation, (e.new_row or {})["variant_id"]) for e in events) == [
        ("INSERT", free),
        ("UPDATE", taken),
    ]
    assert nothing == []


def test_a_merge_leaves_an_event_for_each_row_that_it_writes(audited_shop: Target) -> None:
    with taken_back(audited_shop) as connection:
        events = events_of(
            connection,
            "MERGE INTO locations l USING (VALUES (1, 'a'), (2, 'b'), (99, 'c')) AS n (id, name)"
            " ON l.id = n.id"
            " WHEN MATCHED AND n.id = 1 THEN UPDATE SET name = n.name"
            " WHEN NOT MATCHED THEN INSERT (id, name, region) VALUES (n.id, n.name, 'Texas')",
        )
        only_audited(connection, "locations")
        deleted = events_of(
            connection,
            "MERGE INTO locations l USING (VALUES (1), (99)) AS n (id) ON l.id = n.id"
            " WHEN MATCHED AND n.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'd'",
        )
    assert sorted((e.operation, e.record_key) for e in events) == [
        ("INSERT", "99"),
        ("UPDATE", "1"),
    ]
    assert sorted((e.operation, e.record_key) for e in deleted) == [
        ("DELETE", "1"),
        ("UPDATE", "99"),
    ]


def test_keys_that_change_places_leave_each_its_own_event(audited_shop: Target) -> None:
    with taken_back(audited_shop) as connection:
        only_audited(connection, "cart_items")
        before = rows_by_key(connection, "cart_items")
        events = events_of(connection, "UPDATE cart_items SET id = id + 1000000, quantity = 7")
    assert {str(e.record_key): e.old_row for e in events} == before
    for event in events:
        old, new = event.old_row or {}, event.new_row or {}
        assert new == old | {"id": old["id"] + 1_000_000, "quantity": 7}


def test_two_writes_of_a_table_in_one_statement_leave_all_their_events(
    audited_shop: Target,
) -> None:
    with taken_back(audited_shop) as connection:
        events = events_of(
            connection,
            "WITH gone AS (DELETE FROM cart_items WHERE id % 3 = 0 RETURNING id),"
            " less AS (UPDATE cart_items SET quantity = quantity + 1 WHERE id % 3 = 1"
            " RETURNING id),"
            " more AS (UPDATE cart_items SET quantity = quantity + 2 WHERE id % 3 = 2"
            " RETURNING id)"
            " SELECT FROM gone, less, more LIMIT 0",
        )
    for event in events:
        key = int(str(event.record_key))
        assert event.operation == ("DELETE" if key % 3 == 0 else "UPDATE")
        if event.new_row is not None:
            assert event.new_row["quantity"] == (event.old_row or {})["quantity"] + key % 3
    assert len({e.record_key for e in events}) == len(events) > 3


def test_what_a_deletion_takes_along_or_empties_leaves_its_events(audited_shop: Target) -> None:
    with taken_back(audited_shop) as connection:
        before = _contents(connection)
        last = last_id(connection)
        connection.execute(
            "DELETE FROM products p WHERE NOT EXISTS (SELECT FROM order_lines l"
            " JOIN product_variants v ON v.id = l.variant_id WHERE v.product_id = p.id)"
            " AND NOT EXISTS (SELECT FROM quote_lines l"
            " JOIN product_variants v ON v.id = l.variant_id WHERE v.product_id = p.id)"
        )
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        events = events_after(connection, last)
        after = _contents(connection)
    assert _replayed(before, events) == after
    written = Counter((e.table_name, e.record_key) for e in events)
    assert max(written.values()) == 1
    assert {e.table_name for e in events if e.operation == "DELETE"} > {
        *("products", "product_variants", "technical_specifications", "inventory_locations")
    }
    assert {"rfq_items", "product_sync_log"} <= {
        e.table_name for e in events if e.operation == "UPDATE"
    }


def test_what_a_trigger_writes_leaves_its_events(audited_shop: Target) -> None:
    with taken_back(audited_shop) as connection:
        before, last = _contents(connection), last_id(connection)
        connection.execute("SELECT set_config('shop.as_of', '2026-06-01 12:00+00', true)")
        connection.execute(
            "UPDATE rfq_requests SET status = 'IN_REVIEW', representative_id ="
            " (SELECT min(id) FROM accounts WHERE type = 'ACCOUNT_REP') WHERE status = 'PENDING'"
        )
        connection.execute("UPDATE inventory_lots SET quantity = quantity + 1")
        events, after = events_after(connection, last), _contents(connection)
    assert _replayed(before, events) == after
    assert {(e.table_name, e.operation) for e in events} == {
        ("rfq_requests", "UPDATE"),
        ("rfq_status_history", "INSERT"),
        ("inventory_lots", "UPDATE"),
        ("inventory_locations", "UPDATE"),
    }


def test_what_was_undone_leaves_no_event(audited_shop: Target) -> None:
    with connect(audited_shop) as connection:
        last = last_id(connection)
        with connection.transaction(force_rollback=True):
            connection.execute("UPDATE locations SET region = 'x'")
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute("UPDATE locations SET name = 'x'")
        assert events_after(connection, last) == []


def test_truncate_is_refused_where_an_older_snapshot_hides_rows(audited_shop: Target) -> None:
    with psycopg.connect(audited_shop.conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="READ COMMITTED"):
            connection.execute("TRUNCATE product_sync_log")


def _contents(connection: psycopg.Connection) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (table, key): row
        for table in BUSINESS_TABLES
        for key, row in rows_by_key(connection, table).items()
    }


def _replayed(
    rows: dict[tuple[str, str], dict[str, Any]], events: list[Recorded]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Do once more what events say was done; each must find what it says it found."""
    rows = dict(rows)
    for event in events:
        at = (event.table_name, str(event.record_key))
        assert rows.pop(at, None) == event.old_row
        if event.new_row is not None:
            rows[at] = event.new_row
    return rows


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters or None).fetchone()
    assert row is not None
    return row
