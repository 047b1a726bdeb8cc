"""The log moves into months with its rows, and back."""

import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema import migrate
from tests.shop import bare_shop_at

_BEFORE = """
INSERT INTO audit_events (id, table_name, record_id, operation, transaction_id, actor, old_row,
                          new_row, occurred_at)
VALUES (7, 'orders', 1, 'INSERT', 5, 'me', NULL, '{"id": 1}', '2024-02-29 23:59:59+00'),
       (8, 'orders', 1, 'UPDATE', 900000000, 'me', '{"id": 1}', '{"id": 1}', '2026-03-01 00:00+00'),
       (9, 'orders', NULL, 'TRUNCATE', 6, 'me', NULL, NULL, '2026-03-02 00:00+00')
"""
_KEYS = "SELECT id, {}, transaction_id, occurred_at::text FROM audit_events ORDER BY id"


def test_rows_move_into_their_months_and_back(server: Target) -> None:
    with bare_shop_at(server, "0027") as target:
        with connect(target) as connection:
            connection.execute(_BEFORE.encode())
            connection.execute("SELECT setval('audit_events_id_seq', 9)")
        migrate.upgrade(target, "0028")
        assert migrate.verify(target) == ()
        with connect(target) as connection:
            moved = connection.execute(_KEYS.format("record_key").encode()).fetchall()
            parts = connection.execute(
                "SELECT tableoid::regclass::text FROM audit_events ORDER BY id"
            ).fetchall()
            connection.execute("INSERT INTO locations (name, region) VALUES ('a', 'Utah')")
            connection.execute(
                "INSERT INTO tier_discounts VALUES ('STANDARD', 1)"
                " ON CONFLICT (tier) DO UPDATE SET percent = 1"
            )
        assert moved == [
            # no transaction had the number of the second, so it was made up
            (7, "1", 5, "2024-02-29 23:59:59+00"),
            (8, "1", 2, "2026-03-01 00:00:00+00"),
            (9, None, 6, "2026-03-02 00:00:00+00"),
        ]
        assert parts == [
            ("b2bench_audit.events_2024_02",),
            ("b2bench_audit.events_2026_03",),
            ("b2bench_audit.events_2026_03",),
        ]
        migrate.downgrade(target, "0027")
        with connect(target) as connection:
            back = connection.execute(_KEYS.format("record_id").encode()).fetchall()
            left = connection.execute("SELECT to_regnamespace('b2bench_audit')").fetchone()
        # of the new events, that of the location has a number for a key
        assert [row[:2] for row in back] == [(7, 1), (8, 1), (9, None), (10, 1)]
        assert left == (None,)
        migrate.upgrade(target, "0028")
        assert migrate.verify(target) == ()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_months_are_those_of_utc_wherever_the_server_is(server: Target, zone: str) -> None:
    with bare_shop_at(server, "0027") as target:
        with connect(target) as connection:
            connection.execute(_BEFORE.replace("2026-03-02", "2026-03-01").encode())
        migrate.upgrade(target.with_setting("timezone", zone), "0028")
        assert migrate.verify(target) == ()
