from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from b2bench.database import connect
from b2bench.errors import BadInput, StatementFailed
from b2bench.target import Target
from schema import migrate
from schema.personal.accounts import find, read, write
from schema.personal.keyring import Keyring
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource
from schema.personal.seal import seal_all
from schema.personal.values import Personal
from tests.commands.calling import call, refusal
from tests.shop import bare_shop_at

_ROWS = """
INSERT INTO accounts (id, auth_id, type, tier, contact_name, email, phone, created_at, updated_at)
SELECT i, 'auth|' || i, 'DEALER', 'STANDARD', 'Name ' || i, 'n' || i || '@example.com',
       CASE WHEN i % 2 = 0 THEN '+1555' || i END, '2026-01-01', '2026-01-01'
  FROM generate_series(1, 25) AS i
"""
_IN_CLEAR = "SELECT count(*) FROM accounts WHERE num_nonnulls(contact_name, email, phone) > 0"


@pytest.fixture
def plain(server: Target) -> Iterator[Target]:
    """Give a shop between the two migrations, whose accounts stand in clear."""
    with bare_shop_at(server, "0029") as target:
        with connect(target) as connection:
            connection.execute(_ROWS)
        yield target


def _clear(connection: psycopg.Connection) -> int:
    row = connection.execute(_IN_CLEAR).fetchone()
    assert row is not None
    return int(row[0])


def test_what_stands_in_clear_is_sealed_and_taken_out(plain: Target, key_place: KeyPlace) -> None:
    with connect(plain) as connection:
        ring = make_keys(connection, key_place)
        assert seal_all(connection, ring, batch_rows=10) == 25
        assert _clear(connection) == 0
        assert read(connection, ring, 4) == Personal(
            contact_name="Name 4", email="n4@example.com", phone="+15554"
        )
        assert read(connection, ring, 5).phone is None
        assert find(connection, ring, "email", "N4@example.com") == [4]
        assert seal_all(connection, ring) == 0
    migrate.upgrade(plain)
    with connect(plain) as connection:
        assert read(connection, ring, 4).email == "n4@example.com"
        assert seal_all(connection, ring) == 0


def test_sealing_that_was_stopped_goes_on(plain: Target, key_place: KeyPlace) -> None:
    def stop(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        assert total == 25
        if done == 20:
            raise KeyboardInterrupt

    with connect(plain) as connection:
        ring = make_keys(connection, key_place)
        with pytest.raises(KeyboardInterrupt):
            seal_all(connection, ring, stop, batch_rows=10)
        assert _clear(connection) == 5
        assert read(connection, ring, 25).contact_name == "Name 25"
        assert seal_all(connection, ring, batch_rows=10) == 5
        assert _clear(connection) == 0


def test_what_an_older_release_writes_afterwards_wins_and_is_sealed_again(
    plain: Target, key_place: KeyPlace
) -> None:
    with connect(plain) as connection:
        ring = make_keys(connection, key_place)
        seal_all(connection, ring)
        connection.execute("UPDATE accounts SET email = 'new@example.com' WHERE id = 4")
        assert read(connection, ring, 4).email == "new@example.com"
        assert seal_all(connection, ring) == 1
        assert read(connection, ring, 4) == Personal(
            contact_name="Name 4", email="new@example.com", phone="+15554"
        )
        assert find(connection, ring, "email", "n4@example.com") == []


def test_what_the_newer_release_writes_does_not_stay_in_clear(
    plain: Target, key_place: KeyPlace
) -> None:
    with connect(plain) as connection:
        ring = make_keys(connection, key_place)
        ana = Personal(contact_name="Ana", email="ana@example.com")
        write(connection, ring, {4: ana})
        assert read(connection, ring, 4) == ana
        assert _clear(connection) == 24


def test_the_contraction_refuses_while_anything_stands_in_clear(
    plain: Target, tmp_path: Path
) -> None:
    with pytest.raises(
        StatementFailed,
        match=r"^a migration was refused: 25 accounts hold personal data in clear: run"
        r" `b2bench schema personal seal` first$",
    ):
        migrate.upgrade(plain)
    assert migrate.status(plain).applied[-1] == "0029_personal_data"
    assert "personal seal` first" in refusal(
        call("schema", "upgrade", folder=tmp_path, target=plain)
    )
    done = call("schema", "personal", "seal", folder=tmp_path, target=plain)
    assert "25 accounts sealed" in done.stdout
    assert call("schema", "upgrade", folder=tmp_path, target=plain).returncode == 0


def test_an_empty_value_is_told_with_its_account(plain: Target, key_place: KeyPlace) -> None:
    with connect(plain) as connection:
        connection.execute("UPDATE accounts SET email = '' WHERE id = 4")
        with pytest.raises(BadInput, match="account 4 has an empty contact name or e-mail"):
            seal_all(connection, make_keys(connection, key_place))


def test_two_that_seal_at_once_do_not_disturb_each_other(
    plain: Target, key_place: KeyPlace
) -> None:
    with connect(plain) as first, connect(plain) as second:
        path = make_keys(first, key_place).path
        rings = [Keyring(path, MasterSource(file=key_place.master.file)) for _ in range(2)]
        done = list[int]()

        def work(connection: psycopg.Connection, ring: Keyring) -> None:
            done.append(seal_all(connection, ring, batch_rows=3))

        threads = [
            Thread(target=work, args=pair) for pair in zip((first, second), rings, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(done) == 25
        assert _clear(first) == 0
        assert read(first, rings[0], 25).email == "n25@example.com"
