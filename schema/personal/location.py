"""Which key store belongs to a database: the database names it, and copies of it do, too."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg

from b2bench.errors import KeysUnusable
from b2bench.marker import DataSet, read_data_set
from schema.personal.accounts import require_sealed_columns, statement
from schema.personal.keyring import Keyring
from schema.personal.keystore import create_store, new_key, new_store
from schema.personal.masterkey import MasterSource
from schema.personal.synthetic import create_synthetic_store

_ID_BYTES = 6
# how ids of stores begin whose keys follow from no seed
_RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where keys are kept.

    Args:
        folder: of the key stores.
        master: where the master key is to be had.
    """

    folder: Path
    master: MasterSource

    def path(self, store: str) -> Path:
        """Return the file of a store."""
        return self.folder / f"{store}.json"


def new_store_id(name: str) -> str:
    """Return an id that no other store has."""
    return f"{name}-{secrets.token_hex(_ID_BYTES)}"


def store_id(connection: psycopg.Connection) -> str | None:
    """Return the id of the database's key store; `None`: nothing was ever sealed."""
    row = connection.execute(statement("store_id")).fetchone()
    return row[0] if row else None


def set_store_id(connection: psycopg.Connection, store: str) -> None:
    """Make the database name another key store."""
    connection.execute(statement("set_store_id"), {"id": store})


def keyring_of(connection: psycopg.Connection, place: KeyPlace) -> Keyring:
    """Return the keys of a database.

    Raises:
        BadInput: the schema cannot keep sealed data.
        KeysUnusable: nothing was sealed yet.
    """
    require_sealed_columns(connection)
    found = store_id(connection)
    if found is None:
        raise KeysUnusable(
            f"{connection.info.dbname} has no key store: run `b2bench schema personal keys`"
        )
    return Keyring(place.path(found), place.master)


def make_keys(connection: psycopg.Connection, place: KeyPlace) -> Keyring:
    """Return the keys of a database, made if need be, the master key, too.

    The store of generated data follows from their seed, so that a lost one comes back; with it
    come keys that were destroyed. Any other store is random and made once.

    Raises:
        BadInput: the schema cannot keep sealed data.
        KeysUnusable: a folder cannot be written, or the master key not be read.
    """
    require_sealed_columns(connection)
    store = store_id(connection)
    if store is None:
        store = _made_once(connection, place)
    else:
        data_set = read_data_set(connection)
        if data_set is not None and not store.startswith(f"{_RANDOM}-"):
            make_synthetic(place, store, data_set)
    return Keyring(place.path(store), place.master)


def _made_once(connection: psycopg.Connection, place: KeyPlace) -> str:
    """Return the id of a new random store, or of the one that somebody else makes meanwhile."""
    with connection.transaction():
        # two stores for one database: what was sealed with the first could not be opened
        connection.execute(statement("lock_store_id"))
        found = store_id(connection)
        if found is not None:
            return found
        store = new_store_id(_RANDOM)
        place.master.make()
        create_store(place.path(store), new_store(store, place.master.read()[0], new_key()))
        set_store_id(connection, store)
        return store


def make_synthetic(place: KeyPlace, store: str, data_set: DataSet) -> None:
    """Write the key store of a generated data set, unless it is there."""
    if place.path(store).exists():
        return
    place.master.make()
    create_synthetic_store(
        place.path(store),
        store,
        place.master.read()[0],
        seed=data_set.seed,
        accounts=data_set.rows["accounts"],
    )
