"""Migrations among other sessions, and after a death: nothing is lost, nothing is done twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from b2bench.catalogue import read_catalogue
from b2bench.database import connect
from b2bench.errors import BadInput, StatementFailed
from b2bench.target import Target
from schema import migrate
from schema.stepwise import Phase, migration_file, migration_names, read_migration
from tests.shop import bare_shop_at, upgrade_and_seal

_BEFORE = "0010"
_ROWS = """
INSERT INTO accounts (id, auth_id, type, tier, contact_name, email, created_at, updated_at)
VALUES (1, 'a', 'DEALER', 'STANDARD', 'A', 'a@example.com', '2026-01-01', '2026-01-01');
INSERT INTO categories (id, slug, name) VALUES (1, 'c', 'C');
INSERT INTO products (id, category_id, type, status, availability, handle, title, vendor, price,
    created_at, updated_at)
VALUES (1, 1, 'VARIABLE', 'ACTIVE', 'IN_STOCK', 'p', 'P', 'V', 10, '2026-01-01', '2026-01-01');
INSERT INTO product_variants (id, product_id, sku, title, created_at, updated_at)
VALUES (1, 1, 'S1', 'one', '2026-01-01', '2026-01-01'),
       (2, 1, 'S2', 'two', '2026-01-01', '2026-01-01');
INSERT INTO product_variant_groups (id, product_id, name, label, input, position)
VALUES (1, 1, 'size', 'Size', 'SELECT', 1);
INSERT INTO product_variant_options (id, group_id, value, label, position)
VALUES (1, 1, 's', 'S', 1), (2, 1, 'l', 'L', 2);
INSERT INTO product_variant_selections VALUES (1, 1, 1), (2, 1, 2);
INSERT INTO rfq_requests (id, account_id, status, quoted_total, valid_until,
    submitted_at, answered_at, updated_at)
VALUES (1, 1, 'QUOTED', 90, '2026-02-01', '2026-01-01', '2026-01-02', '2026-01-02');
INSERT INTO quote_revisions (rfq_id, revision, total, sent_at, valid_until)
VALUES (1, 1, 90, '2026-01-02', '2026-02-01');
"""


@pytest.fixture
def older_shop(server: Target) -> Iterator[Target]:
    """Give the schema before the combinations of options, with a few rows in it."""
    with bare_shop_at(server, _BEFORE) as target:
        with connect(target) as connection:
            connection.execute(_ROWS.encode())
        yield target


def test_rows_that_were_there_are_brought_along_and_back(
    older_shop: Target, tmp_path: Path
) -> None:
    upgrade_and_seal(older_shop, tmp_path)
    with connect(older_shop) as connection:
        keys = connection.execute("SELECT option_key FROM product_variants ORDER BY id").fetchall()
        assert keys == [([1],), ([2],)]
        products = connection.execute("SELECT product_id FROM product_variant_selections")
        assert products.fetchall() == [(1,), (1,)]
    migrate.downgrade(older_shop, _BEFORE)
    with connect(older_shop) as connection:
        quoted = connection.execute(
            "SELECT quoted_total, valid_until::date::text FROM rfq_requests"
        )
        assert quoted.fetchall() == [(90, "2026-02-01")]


def test_a_migration_that_was_killed_goes_on(
    older_shop: Target, bare_shop: Target, tmp_path: Path
) -> None:
    with _writing(older_shop):
        killed = _upgrading(older_shop)
        _wait_until_it_builds(older_shop)
        killed.kill()
        killed.wait()
    status = migrate.status(older_shop)
    assert status.interrupted == "0011_option_combinations"
    with pytest.raises(BadInput, match="0011_option_combinations was interrupted"):
        migrate.downgrade(older_shop, "-1")
    upgrade_and_seal(older_shop, tmp_path)
    assert migrate.status(older_shop).interrupted is None
    _are_alike(older_shop, bare_shop)


def _upgrading(target: Target) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "b2bench", "schema", "upgrade", "--dsn", target.conninfo],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def _writing(target: Target) -> Iterator[None]:
    """Keep a transaction open that has changed a row: an index build waits for its end."""
    with psycopg.connect(target.conninfo) as connection:
        connection.execute("UPDATE product_variant_groups SET label = 'Sizes'")
        yield


def _wait_until_it_builds(target: Target) -> None:
    with connect(target) as connection:
        for _ in range(200):
            found = connection.execute(
                "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            ).fetchone()
            if found != (0,):
                return
            time.sleep(0.1)
    pytest.fail("the index is not being built")


def _are_alike(one: Target, other: Target) -> None:
    with connect(one) as first, connect(other) as second:
        assert read_catalogue(first) == read_catalogue(second)


def test_a_migration_that_was_interrupted_by_ctrl_c_goes_on(
    older_shop: Target, bare_shop: Target, tmp_path: Path
) -> None:
    with _writing(older_shop):
        upgrading = _upgrading(older_shop)
        _wait_until_it_builds(older_shop)
        os.kill(upgrading.pid, signal.SIGINT)
        assert upgrading.wait(timeout=20) != 0
    upgrade_and_seal(older_shop, tmp_path)
    _are_alike(older_shop, bare_shop)


def test_taking_back_that_was_interrupted_is_finished_before_anything_else(
    older_shop: Target, tmp_path: Path
) -> None:
    migrate.upgrade(older_shop, "0011")
    with connect(older_shop) as connection:
        connection.execute("CREATE VIEW looks AS SELECT option_key FROM product_variants")
    with pytest.raises(StatementFailed, match="looks"):
        migrate.downgrade(older_shop, "-1")
    with pytest.raises(BadInput, match="taking 0011_option_combinations back was interrupted"):
        migrate.upgrade(older_shop)
    with connect(older_shop) as connection:
        connection.execute("DROP VIEW looks")
    migrate.downgrade(older_shop, "-1")
    assert migrate.status(older_shop).applied[-1].startswith("0010")
    upgrade_and_seal(older_shop, tmp_path)


def test_rows_that_break_the_new_rule_stop_it_and_once_mended_it_goes_on(
    older_shop: Target, bare_shop: Target, tmp_path: Path
) -> None:
    with connect(older_shop) as connection:
        connection.execute("UPDATE product_variant_selections SET option_id = 1")
    with pytest.raises(StatementFailed, match="product_variants_one_combination"):
        migrate.upgrade(older_shop)
    with connect(older_shop) as connection:
        connection.execute(
            "UPDATE product_variant_selections SET option_id = 2 WHERE variant_id = 2"
        )
    upgrade_and_seal(older_shop, tmp_path)
    _are_alike(older_shop, bare_shop)


def test_a_lock_is_waited_for_in_short_attempts(
    older_shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "100ms")
    holder = psycopg.connect(older_shop.conninfo)
    holder.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
    threading.Timer(1.0, holder.close).start()
    said = list[str]()
    migrate.upgrade(older_shop, "0029", lambda what, **_: said.append(what))
    assert "waiting for a lock" in said
    assert migrate.status(older_shop).applied[-1].startswith("0029")


def test_a_lock_that_is_never_given_is_one_line(
    older_shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "_ATTEMPTS", 2)
    with psycopg.connect(older_shop.conninfo) as holder:
        holder.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StatementFailed, match="a lock was not to be had, 2 times"):
            migrate.upgrade(older_shop)


def test_expansion_stops_before_the_first_contraction(older_shop: Target) -> None:
    assert migrate.before_contract(older_shop) == "0011"
    migrate.upgrade(older_shop, "0011")
    assert migrate.before_contract(older_shop) is None
    migrate.upgrade(older_shop, "0012")
    assert migrate.before_contract(older_shop) == "0019"


def test_every_migration_has_three_files_and_says_its_phase() -> None:
    for name in migration_names():
        for direction in ("up", "down", "verify"):
            assert migration_file(name, direction).header("why"), (name, direction)
        read = read_migration(name)
        assert ("contract" in name) == (read.phase is Phase.CONTRACT)
