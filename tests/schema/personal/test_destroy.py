import pytest

from b2bench.errors import BadInput, KeysUnusable
from schema.personal.accounts import find, read, write
from schema.personal.destroy import destroy
from schema.personal.values import Personal
from tests.schema.personal.conftest import Keyed


def test_what_was_destroyed_is_neither_opened_nor_found_nor_written(keyed: Keyed) -> None:
    before = read(keyed.connection, keyed.keyring, 42)
    assert before.phone is not None
    assert destroy(keyed.connection, keyed.keyring, 42)
    with pytest.raises(KeysUnusable, match="the key of account 42 was destroyed on "):
        read(keyed.connection, keyed.keyring, 42)
    assert find(keyed.connection, keyed.keyring, "email", before.email) == []
    assert find(keyed.connection, keyed.keyring, "phone", before.phone) == []
    with pytest.raises(KeysUnusable, match="under a new account"):
        write(
            keyed.connection,
            keyed.keyring,
            {42: Personal(contact_name="Ana", email="ana@example.com")},
        )
    assert read(keyed.connection, keyed.keyring, 43)


def test_done_again_it_finishes_what_was_interrupted(keyed: Keyed) -> None:
    before = keyed.connection.execute("SELECT email_index FROM accounts WHERE id = 42").fetchone()
    destroy(keyed.connection, keyed.keyring, 42)
    keyed.connection.execute("UPDATE accounts SET email_index = %s WHERE id = 42", before)
    assert not destroy(keyed.connection, keyed.keyring, 42)
    after = keyed.connection.execute("SELECT email_index FROM accounts WHERE id = 42").fetchone()
    assert after == (None,)


def test_the_key_of_a_deleted_account_is_destroyed_too(keyed: Keyed) -> None:
    keyed.keyring.require_keys([999])
    assert destroy(keyed.connection, keyed.keyring, 999)
    assert 999 in keyed.keyring.store.destroyed


def test_an_account_that_never_had_a_key_is_bad_input(keyed: Keyed) -> None:
    with pytest.raises(BadInput, match="has no key of account 999"):
        destroy(keyed.connection, keyed.keyring, 999)
