from pathlib import Path

import pytest

from b2bench.errors import BadInput, KeysUnusable
from schema.personal.accounts import find, read
from schema.personal.destroy import destroy
from schema.personal.keyring import Keyring
from schema.personal.keystore import (
    change_store,
    create_store,
    new_key,
    new_store,
    read_store,
    rewrapped,
)
from schema.personal.masterkey import MasterSource, new_master_key
from schema.personal.rotate import rotate_data_keys, rotate_index_key, rotate_master
from tests.schema.personal.conftest import Keyed

_VERSIONS = "SELECT count(*) FROM accounts WHERE substring(email_sealed FROM 2 FOR 2) = %s"
_ROWS = "SELECT md5(string_agg(a::text, '' ORDER BY id)) FROM accounts AS a"


def _count(keyed: Keyed, version: int) -> int:
    row = keyed.connection.execute(_VERSIONS, (version.to_bytes(2),)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_master_key_changes_the_store_and_nothing_else(keyed: Keyed) -> None:
    rows, data = (
        keyed.connection.execute(_ROWS).fetchone(),
        read(keyed.connection, keyed.keyring, 42),
    )
    before = keyed.place.master.read()
    assert rotate_master(keyed.keyring.path, keyed.place.master) == 1
    after = keyed.place.master.read()
    assert (len(after), after[1:]) == (2, before)
    assert keyed.keyring.store.master == after[0].fingerprint
    assert keyed.connection.execute(_ROWS).fetchone() == rows
    assert read(keyed.connection, keyed.keyring, 42) == data
    keyed.place.master.write(before)
    with pytest.raises(KeysUnusable, match="is not the one of the key store"):
        read(keyed.connection, Keyring(keyed.keyring.path, keyed.place.master), 42)


def test_every_store_of_the_master_key_goes_along_and_no_other(keyed: Keyed) -> None:
    [old] = keyed.place.master.read()
    for name, master in (("same", old), ("foreign", new_master_key())):
        create_store(keyed.place.path(name), new_store(name, master, new_key()))
    foreign = read_store(keyed.place.path("foreign"))
    assert rotate_master(keyed.keyring.path, keyed.place.master) == 2
    new = keyed.place.master.read()[0].fingerprint
    assert read_store(keyed.place.path("same")).master == new
    assert read_store(keyed.place.path("foreign")) == foreign


def test_a_master_key_of_the_environment_is_replaced_by_the_one_before_it(
    keyed: Keyed, tmp_path: Path
) -> None:
    [old], new = keyed.place.master.read(), new_master_key()
    one = MasterSource(text=old.text, file=tmp_path / "none")
    with pytest.raises(KeysUnusable, match="write the new one before it"):
        rotate_master(keyed.keyring.path, one)
    both = MasterSource(text=f"{new.text},{old.text}", file=tmp_path / "none")
    reader = Keyring(keyed.keyring.path, both)
    before = read(keyed.connection, reader, 42)
    assert rotate_master(keyed.keyring.path, both) == 1
    assert read(keyed.connection, reader, 42) == before
    alone = Keyring(keyed.keyring.path, MasterSource(text=new.text, file=tmp_path / "none"))
    assert read(keyed.connection, alone, 42) == before


def test_stores_that_a_stopped_rotation_left_behind_go_along_later(
    keyed: Keyed, tmp_path: Path
) -> None:
    [old], new = keyed.place.master.read(), new_master_key()
    both = MasterSource(text=f"{new.text},{old.text}", file=tmp_path / "none")
    create_store(keyed.place.path("behind"), new_store("behind", old, new_key()))
    change_store(keyed.keyring.path, lambda found: rewrapped(found, old, new))
    assert rotate_master(keyed.keyring.path, both) == 1
    assert read_store(keyed.place.path("behind")).master == new.fingerprint


def test_one_account_gets_a_new_key(keyed: Keyed) -> None:
    before = read(keyed.connection, keyed.keyring, 42)
    done = rotate_data_keys(keyed.connection, keyed.keyring, 42)
    assert (done.looked, done.changed, done.went_on) == (1, 1, False)
    assert (_count(keyed, 1), _count(keyed, 2)) == (99, 1)
    assert read(keyed.connection, keyed.keyring, 42) == before
    with pytest.raises(KeysUnusable, match="account 999 has no key"):
        rotate_data_keys(keyed.connection, keyed.keyring, 999)


def test_an_account_destroyed_meanwhile_gets_no_key_again(keyed: Keyed) -> None:
    def destroyed(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        assert (done, total) == (1, 1)
        if not keyed.keyring.is_destroyed(42):
            destroy(keyed.connection, keyed.keyring, 42)
            went.append(42)

    went = list[int]()
    done = rotate_data_keys(keyed.connection, keyed.keyring, 42, destroyed)
    assert (done.changed, went) == (0, [42])
    assert 42 not in keyed.keyring.store.data_keys


def test_all_get_new_keys_but_those_that_were_destroyed(keyed: Keyed) -> None:
    destroy(keyed.connection, keyed.keyring, 7)
    before = read(keyed.connection, keyed.keyring, 42)
    done = rotate_data_keys(keyed.connection, keyed.keyring, None, batch_rows=30)
    assert (done.looked, done.changed) == (100, 99)
    assert (_count(keyed, 1), _count(keyed, 2)) == (1, 99)
    assert read(keyed.connection, keyed.keyring, 42) == before


def test_a_rotation_that_was_stopped_goes_on_without_a_third_key(keyed: Keyed) -> None:
    looks = 0

    def stop(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        nonlocal looks
        assert total == 100
        looks += 1
        # the first five looks only find out that nothing was interrupted
        if looks == 7:
            assert done == 40
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_data_keys(keyed.connection, keyed.keyring, None, stop, batch_rows=20)
    assert (_count(keyed, 1), _count(keyed, 2)) == (60, 40)
    # readers have both keys meanwhile
    for account in (1, 100):
        assert read(keyed.connection, keyed.keyring, account).email
    done = rotate_data_keys(keyed.connection, keyed.keyring, None, batch_rows=20)
    assert (done.changed, done.went_on) == (60, True)
    assert _count(keyed, 2) == 100


def test_values_of_before_are_still_read_as_backups_hold_them(keyed: Keyed) -> None:
    from schema.personal.values import open_field

    row = keyed.connection.execute("SELECT email_sealed FROM accounts WHERE id = 42").fetchone()
    assert row is not None
    before = read(keyed.connection, keyed.keyring, 42)
    rotate_data_keys(keyed.connection, keyed.keyring, 42)
    assert open_field(keyed.keyring, "email", 42, row[0]) == before.email


def test_a_new_index_key_finds_all_the_time(keyed: Keyed) -> None:
    emails = {n: read(keyed.connection, keyed.keyring, n).email for n in (1, 100)}
    looked = list[int]()

    def look(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        assert total == 100
        looked.append(done)
        assert len(keyed.keyring.index_keys()) == 2
        for account, email in emails.items():
            assert find(keyed.connection, keyed.keyring, "email", email) == [account]

    done = rotate_index_key(keyed.connection, keyed.keyring, look, batch_rows=30)
    assert (done.changed, done.went_on) == (100, False)
    assert looked[:4] == [30, 60, 90, 100]
    assert list(keyed.keyring.index_keys()) == [2]
    for account, email in emails.items():
        assert find(keyed.connection, keyed.keyring, "email", email) == [account]


def test_an_index_rotation_that_was_stopped_goes_on(keyed: Keyed) -> None:
    def stop(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        assert total == 100
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_index_key(keyed.connection, keyed.keyring, stop, batch_rows=20)
    done = rotate_index_key(keyed.connection, keyed.keyring, batch_rows=20)
    assert (done.changed, done.went_on) == (60, True)
    assert list(keyed.keyring.index_keys()) == [2]


def test_indexes_that_have_no_value_or_no_key_any_more_go(keyed: Keyed) -> None:
    def look(_phase: str, *, done: int = 0, total: int | None = None) -> None:
        assert (done, total) == (100, 100)
        looked.append(done)
        assert len(looked) <= 2

    looked = list[int]()
    before = keyed.connection.execute("SELECT email_index FROM accounts WHERE id = 42").fetchone()
    destroy(keyed.connection, keyed.keyring, 42)
    # as if the destruction had been stopped between the store and the database
    keyed.connection.execute("UPDATE accounts SET email_index = %s WHERE id = 42", before)
    keyed.connection.execute("UPDATE accounts SET phone_sealed = NULL WHERE id = 43")
    rotate_index_key(keyed.connection, keyed.keyring, look)
    left = keyed.connection.execute(
        "SELECT email_index, phone_index IS NULL FROM accounts WHERE id IN (42, 43) ORDER BY id"
    ).fetchall()
    assert left[0] == (None, True)
    assert left[1][1]
    assert list(keyed.keyring.index_keys()) == [2]


def test_an_account_without_row_is_bad_input(keyed: Keyed) -> None:
    keyed.keyring.require_keys([999])
    with pytest.raises(BadInput, match="there is no account 999"):
        rotate_data_keys(keyed.connection, keyed.keyring, 999)
