"""Carts outlive the client that fills them, and come back when they were put aside."""

import subprocess
import sys
from datetime import UTC, datetime

import psycopg

from b2bench.database import connect
from b2bench.target import Target
from tests.shop import run_class

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# adds one line and commits, then adds another and never ends
_CLIENT = """
import sys, time, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    add = (
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
        " VALUES (1, %s, 7, now())"
    )
    connection.execute(add, (2,))
    connection.commit()
    connection.execute(add, (3,))
    connection.execute("UPDATE cart_items SET quantity = 99 WHERE cart_id = 1")
    print("ready", flush=True)
    time.sleep(60)
"""
_LINES = "SELECT variant_id, quantity FROM cart_items WHERE cart_id = %s ORDER BY variant_id"


def _lines(target: Target, cart: int) -> list[tuple[int, int]]:
    with connect(target) as connection:
        return connection.execute(_LINES, (cart,)).fetchall()


def test_a_cart_is_intact_after_its_client_was_killed(stocked: Target) -> None:
    before = _lines(stocked, 1)
    client = subprocess.Popen(
        [sys.executable, "-c", _CLIENT, stocked.conninfo], stdout=subprocess.PIPE, text=True
    )
    assert client.stdout is not None
    assert client.stdout.readline() == "ready\n"
    client.kill()
    client.wait()
    assert _lines(stocked, 1) == [*before, (2, 7)]
    with psycopg.connect(stocked.conninfo) as again:
        values = {"account_id": 1, "variant_id": 1, "quantity": 3, "as_of": _NOW}
        run_class(again, "add_to_cart", values)
    assert _lines(stocked, 1) == [(1, 5), (2, 7)]


def test_what_was_put_aside_comes_back(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        account = {"account_id": 1, "name": "Mine", "as_of": _NOW}
        run_class(connection, "save_cart", account)
        run_class(connection, "add_to_cart", {**account, "variant_id": 4, "quantity": 1})
        run_class(connection, "restore_cart", account)
        connection.commit()
        assert _lines(stocked, 1) == [(1, 2)]
        [saved] = run_class(connection, "list_saved_carts", account)
        assert {(name, lines) for _, name, _, lines in saved} == {("Mine", 1), ("Spring", 1)}


def test_a_cart_that_was_never_saved_leaves_the_current_one_alone(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        run_class(connection, "restore_cart", {"account_id": 1, "name": "None", "as_of": _NOW})
    assert _lines(stocked, 1) == [(1, 2)]


def test_a_list_of_skus_adds_those_that_exist(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        values = {
            "account_id": 1,
            "skus": ["L-1", "nothing", "V-1", "V-1"],
            "quantities": [1, 1, 2, 3],
            "as_of": _NOW,
        }
        run_class(connection, "bulk_add_by_sku", values)
    assert _lines(stocked, 1) == [(1, 3), (3, 5)]


def test_validation_says_what_stands_in_the_way(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        connection.execute("UPDATE cart_items SET quantity = 9 WHERE cart_id = 1")
        connection.execute(
            "UPDATE product_variants SET min_order_quantity = 10, order_increment = 6 WHERE id = 1"
        )
        connection.execute("UPDATE products SET status = 'ARCHIVED' WHERE id = 1")
        [[line]] = run_class(connection, "validate_cart", {"account_id": 1, "as_of": _NOW})
    assert line[1:] == ("L-1", 9, 10, 6, 8, True, True, True, True)
