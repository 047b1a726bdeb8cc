from dataclasses import replace

import psycopg
import pytest

from b2bench.database import connect
from b2bench.errors import BadInput, KeysUnusable
from b2bench.target import Target
from loadgen.data.columns import keys
from loadgen.data.tables.personal import email_indexes, personal_data
from schema import migrate
from schema.personal.accounts import find, read, write
from schema.personal.keyring import Keyring
from schema.personal.location import KeyPlace, keyring_of, make_keys
from schema.personal.masterkey import MasterSource
from schema.personal.values import Personal
from schema.stepwise import migration_names
from tests.schema.personal.conftest import Keyed

ANA = Personal(
    contact_name="Ana Müller",
    email="Ana.Mueller@Example.com",
    phone="+49 30 1234567",
    address="Unter den Linden 1, Berlin",
)


def test_what_is_written_is_read_again(keyed: Keyed) -> None:
    write(keyed.connection, keyed.keyring, {7: ANA})
    assert read(keyed.connection, keyed.keyring, 7) == ANA
    bare = replace(ANA, phone=None, address=None)
    write(keyed.connection, keyed.keyring, {7: bare})
    assert read(keyed.connection, keyed.keyring, 7) == bare


def test_accounts_are_found_by_what_they_have(keyed: Keyed) -> None:
    write(keyed.connection, keyed.keyring, {7: ANA, 9: replace(ANA, email="other@example.com")})
    for written in ("ana.mueller@example.com", " ANA.MUELLER@EXAMPLE.COM "):
        assert find(keyed.connection, keyed.keyring, "email", written) == [7]
    assert find(keyed.connection, keyed.keyring, "phone", "+49301234567") == [7, 9]
    assert find(keyed.connection, keyed.keyring, "email", "+49301234567") == []


def test_generated_data_are_opened_and_found(keyed: Keyed) -> None:
    ids = keys(0, 100)
    clear = personal_data(1, ids)
    for account in (1, 42, 100):
        personal = read(keyed.connection, keyed.keyring, account)
        assert personal.fields() == {name: texts[account - 1] for name, texts in clear.items()}
        assert find(keyed.connection, keyed.keyring, "email", personal.email) == [account]
    stored = keyed.connection.execute("SELECT email_index FROM accounts ORDER BY id")
    assert [row[0] for row in stored] == email_indexes(1, ids)


def test_rows_that_were_exchanged_are_not_opened(keyed: Keyed) -> None:
    keyed.connection.execute(
        "UPDATE accounts a SET email_sealed = b.email_sealed FROM accounts b"
        " WHERE (a.id, b.id) IN ((1, 2), (2, 1))"
    )
    for account in (1, 2):
        with pytest.raises(KeysUnusable):
            read(keyed.connection, keyed.keyring, account)


def test_an_account_that_is_not_there_is_bad_input(keyed: Keyed) -> None:
    with pytest.raises(BadInput, match="there is no account 999"):
        read(keyed.connection, keyed.keyring, 999)
    with pytest.raises(BadInput, match="insert it before"):
        write(keyed.connection, keyed.keyring, {7: ANA, 999: ANA})
    assert read(keyed.connection, keyed.keyring, 7) != ANA


def test_an_error_of_the_server_shows_sealed_values_only(keyed: Keyed) -> None:
    write(keyed.connection, keyed.keyring, {7: ANA})
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        keyed.connection.execute("UPDATE accounts SET tier = NULL WHERE id = 7")
    said = str(refused.value)
    assert "Failing row contains (7, " in said
    assert not [text for text in ANA.fields().values() if text and text in said]


def test_copies_of_a_database_are_opened_by_the_same_store(keyed: Keyed, bare_shop: Target) -> None:
    with connect(bare_shop) as connection, pytest.raises(KeysUnusable, match="personal keys"):
        keyring_of(connection, keyed.place)
    assert keyring_of(keyed.connection, keyed.place).path == keyed.keyring.path


def test_a_lost_store_of_generated_data_comes_back(keyed: Keyed) -> None:
    before = read(keyed.connection, keyed.keyring, 42)
    keyed.keyring.path.unlink()
    with pytest.raises(KeysUnusable, match="is missing"):
        read(keyed.connection, keyed.keyring, 42)
    again = make_keys(keyed.connection, keyed.place)
    assert read(keyed.connection, again, 42) == before


def test_a_lost_store_of_other_data_does_not(bare_shop: Target, key_place: KeyPlace) -> None:
    with connect(bare_shop) as connection:
        ring = make_keys(connection, key_place)
        assert make_keys(connection, key_place).path == ring.path
        ring.path.unlink()
        lost = make_keys(connection, key_place)
        with pytest.raises(KeysUnusable, match="restore it from its backup"):
            lost.require_keys([1])


def test_a_schema_without_sealed_columns_is_told_from_one_without_accounts(
    bare_shop: Target, key_place: KeyPlace
) -> None:
    ring = Keyring(key_place.path("x"), MasterSource(file=key_place.folder))
    names = migration_names()
    migrate.downgrade(bare_shop, names[names.index("0029_personal_data") - 1][:4])
    with connect(bare_shop) as connection:
        with pytest.raises(BadInput, match="upgrade --expand-only"):
            read(connection, ring, 1)
        connection.execute("ALTER TABLE accounts RENAME TO others")
        with pytest.raises(BadInput, match="schema install"):
            read(connection, ring, 1)
