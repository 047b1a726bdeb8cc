"""The key store: one JSON file that holds wrapped keys only, outside the database.

A wrapped key, in base64: a nonce of 12 bytes, then the key under AES-256-GCM with the master key,
bound to the store, to whom it is for, and to its version.
"""

import base64
import binascii
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2bench.errors import BadInput, KeysUnusable
from b2bench.records import from_json
from schema.personal.masterkey import MasterKey
from schema.personal.privatefile import locked, read_private, write_private
from schema.personal.sealing import KEY_BYTES, MOST_VERSION, NONCE_BYTES

FORMAT = 1
# wrapped keys by version
Versions = dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What the file says.

    Args:
        format: of the file.
        id: the database names its store by it.
        master: fingerprint of the key that wrapped the others.
        index_keys: of the blind indexes.
        data_keys: of each account; all versions, so that backups can be read.
        destroyed: when an account's keys were destroyed, by account.
    """

    format: int = FORMAT
    id: str
    master: str
    index_keys: Versions
    data_keys: dict[int, Versions] = field(default_factory=dict)
    destroyed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The master key, put to use on one store."""

    store: str
    cipher: AESGCM

    @classmethod
    def under(cls, master: MasterKey, store: str) -> "Wrapper":
        """Return the wrapper of a store."""
        return cls(store, AESGCM(master.secret))

    def wrap(self, key: bytes, whose: str, version: int) -> str:
        """Return a key as the store holds it."""
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + self.cipher.encrypt(nonce, key, self._bound(whose, version))
        return base64.b64encode(wrapped).decode()

    def unwrap(self, wrapped: str, whose: str, version: int) -> bytes:
        """Return the key itself.

        Raises:
            KeysUnusable: the store was changed by somebody without the master key.
        """
        try:
            data = base64.b64decode(wrapped, validate=True)
            return self.cipher.decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], self._bound(whose, version)
            )
        except (InvalidTag, ValueError, binascii.Error):
            raise KeysUnusable(
                f"the key of {whose} in the key store {self.store} was changed: "
                "restore the store from its backup"
            ) from None

    def _bound(self, whose: str, version: int) -> bytes:
        return f"b2bench key\0{FORMAT}\0{self.store}\0{whose}\0{version}".encode()


INDEX = "the blind index"


def owner(account: int) -> str:
    """Return how a store names whose key one is."""
    return f"account {account}"


def new_key() -> bytes:
    """Return a random key."""
    return os.urandom(KEY_BYTES)


def new_store(store: str, master: MasterKey, index_key: bytes) -> Store:
    """Return a store without any account's key."""
    wrapper = Wrapper.under(master, store)
    return Store(
        id=store, master=master.fingerprint, index_keys={1: wrapper.wrap(index_key, INDEX, 1)}
    )


def with_data_keys(store: Store, wrapper: Wrapper, keys: Iterable[tuple[int, bytes]]) -> Store:
    """Return the store with one more version of the key of each account named."""
    added = dict(store.data_keys)
    for account, key in keys:
        versions = added.get(account, {})
        version = next_version(versions, owner(account))
        added[account] = versions | {version: wrapper.wrap(key, owner(account), version)}
    return replace(store, data_keys=added)


def next_version(versions: Versions, whose: str) -> int:
    """Return the version that a further key gets.

    Raises:
        BadInput: they have been used up.
    """
    version = max(versions, default=0) + 1
    if version > MOST_VERSION:
        raise BadInput(f"{whose} has had {MOST_VERSION:,} keys: no more can be told apart")
    return version


def without_account(store: Store, account: int) -> Store:
    """Return the store without an account's keys, and with the time at which they went."""
    kept = {number: keys for number, keys in store.data_keys.items() if number != account}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(store, data_keys=kept, destroyed={account: now} | store.destroyed)


def rewrapped(store: Store, old: MasterKey, new: MasterKey) -> Store:
    """Return the store with every key under another master key."""
    before, after = Wrapper.under(old, store.id), Wrapper.under(new, store.id)

    def again(versions: Versions, whose: str) -> Versions:
        return {
            version: after.wrap(before.unwrap(wrapped, whose, version), whose, version)
            for version, wrapped in versions.items()
        }

    return replace(
        store,
        master=new.fingerprint,
        index_keys=again(store.index_keys, INDEX),
        data_keys={
            account: again(versions, owner(account))
            for account, versions in store.data_keys.items()
        },
    )


def read_store(path: Path) -> Store:
    """Return the store in a file.

    Raises:
        KeysUnusable: it is missing, damaged, or others may read it.
    """
    try:
        store = from_json(read_private(path), Store, source=str(path))
    except FileNotFoundError:
        raise KeysUnusable(
            f"the key store {path} is missing: restore it from its backup, name its folder with "
            "keys, or run `b2bench schema personal keys` if the data are generated"
        ) from None
    except BadInput as error:
        raise KeysUnusable(f"{error}: restore the key store from its backup") from error
    if store.format != FORMAT:
        raise KeysUnusable(f"{path} has format {store.format}: use the b2bench that wrote it")
    return store


def create_store(path: Path, store: Store) -> None:
    """Write a store that was not there.

    Raises:
        KeysUnusable: there is one.
    """
    with locked(path):
        if path.exists():
            raise KeysUnusable(f"the key store {path} is there already: move it away first")
        write_private(path, _to_json(store))


def change_store(path: Path, change: Callable[[Store], Store]) -> Store:
    """Replace the store by what a function makes of it; nobody else writes in the meantime.

    Raises: as `read_store`, and whatever the function raises.
    """
    with locked(path):
        before = read_store(path)
        after = change(before)
        if after != before:
            write_private(path, _to_json(after))
        return after


def _to_json(store: Store) -> bytes:
    return msgspec.json.format(msgspec.json.encode(store), indent=1) + b"\n"
