"""Destroy one account's keys: what they sealed is unreadable from then on, wherever it is kept."""

import psycopg

from b2bench.errors import BadInput
from schema.personal.accounts import require_sealed_columns, statement
from schema.personal.keyring import Keyring
from schema.personal.keystore import change_store, without_account


def destroy(connection: psycopg.Connection, keyring: Keyring, account: int) -> bool:
    """Take an account's keys out of the store, then its blind indexes out of the database.

    Done again it finishes what was interrupted. The account may have been deleted: what backups
    hold of it goes, too.

    Returns:
        Whether there were keys to destroy.

    Raises:
        BadInput: the store knows no such account.
        KeysUnusable: the store cannot be used.
    """
    require_sealed_columns(connection)
    store = keyring.store
    if account not in store.data_keys and account not in store.destroyed:
        raise BadInput(f"the key store {keyring.path} has no key of account {account}")
    there = account in store.data_keys
    # the key first: with it gone, nothing that fails afterwards can bring the data back
    change_store(keyring.path, lambda found: without_account(found, account))
    connection.execute(statement("clear_indexes"), {"account": account})
    return there
