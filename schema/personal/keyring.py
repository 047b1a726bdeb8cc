"""The keys of one store, unwrapped as they are needed, looked up again when the file changes."""

import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2bench.errors import KeysUnusable
from schema.personal.keystore import (
    INDEX,
    Store,
    Wrapper,
    change_store,
    new_key,
    owner,
    read_store,
    with_data_keys,
)
from schema.personal.masterkey import MasterKey, MasterSource

_Stamp = tuple[int, int, int]


class Keyring:
    """What the application seals and opens with; may live as long as the application.

    Another process may rotate or destroy keys: before each use the file is asked whether it is
    still the one that was read, so that nothing is opened with a key that was destroyed.

    Args:
        path: the key store.
        master: where the master key is to be had.
    """

    def __init__(self, path: Path, master: MasterSource) -> None:
        self.path = path
        self.master = master
        self._stamp: _Stamp | None = None
        self._store: Store | None = None
        self._wrapper: Wrapper | None = None
        self._ciphers = dict[tuple[int, int], AESGCM]()
        self._index_keys = dict[int, bytes]()

    def newest(self, account: int) -> tuple[int, AESGCM]:
        """Return the version of the key that an account's data are sealed with, and the key.

        Raises:
            KeysUnusable: the account has none, or it was destroyed.
        """
        versions = self._look().data_keys.get(account)
        if not versions:
            raise self._without_key(account)
        version = max(versions)
        return version, self._cipher(account, version)

    def key(self, account: int, version: int) -> AESGCM:
        """Return the key that a value was sealed with.

        Raises: as `newest`.
        """
        if version not in self._look().data_keys.get(account, {}):
            raise self._without_key(account, version)
        return self._cipher(account, version)

    def index_keys(self) -> dict[int, bytes]:
        """Return the keys of the blind indexes by version: two while they are being replaced."""
        store = self._look()
        if not self._index_keys:
            self._index_keys = {
                version: self._used_wrapper.unwrap(wrapped, INDEX, version)
                for version, wrapped in store.index_keys.items()
            }
        return self._index_keys

    def is_destroyed(self, account: int) -> bool:
        """Return whether an account's keys were destroyed."""
        return account in self._look().destroyed

    def require_keys(self, accounts: Iterable[int]) -> None:
        """Make a key for each account that never had one.

        Raises:
            KeysUnusable: the key of one was destroyed.
        """
        wanted, store = set(accounts), self._look()
        if gone := wanted & store.destroyed.keys():
            raise self._without_key(min(gone))
        if wanted <= store.data_keys.keys():
            return
        wrapper = self._used_wrapper

        def added(found: Store) -> Store:
            require_same_master(found, store, self.path)
            missing = sorted(wanted - found.data_keys.keys() - found.destroyed.keys())
            return with_data_keys(found, wrapper, ((account, new_key()) for account in missing))

        change_store(self.path, added)

    @property
    def store(self) -> Store:
        """What the file says now."""
        return self._look()

    @property
    def wrapper(self) -> Wrapper:
        """The master key of the store, put to use."""
        self._look()
        return self._used_wrapper

    @property
    def _used_wrapper(self) -> Wrapper:
        if self._wrapper is None:
            raise KeysUnusable(f"the key store {self.path} was not read")
        return self._wrapper

    def _look(self) -> Store:
        stamp = _stamp(self.path)
        if self._store is None or stamp != self._stamp:
            store = read_store(self.path)
            master = matching(self.master, store, self.path)
            self._wrapper = Wrapper.under(master, store.id)
            self._store, self._stamp = store, stamp
            self._ciphers, self._index_keys = {}, {}
        return self._store

    def _cipher(self, account: int, version: int) -> AESGCM:
        known = self._ciphers.get((account, version))
        if known is None:
            wrapped = self._look().data_keys[account][version]
            known = AESGCM(self._used_wrapper.unwrap(wrapped, owner(account), version))
            self._ciphers[account, version] = known
        return known

    def _without_key(self, account: int, version: int | None = None) -> KeysUnusable:
        destroyed = self._look().destroyed.get(account)
        if destroyed:
            return KeysUnusable(
                f"the key of account {account} was destroyed on {destroyed[:10]}: its personal "
                "data cannot be read any more, in backups and audit neither; enter them anew under"
                " a new account"
            )
        which = f"key {version}" if version else "a key"
        return KeysUnusable(
            f"account {account} has no {which.removeprefix('a ')} in the key store {self.path}: "
            "restore the store from its backup"
        )


def matching(source: MasterSource, store: Store, path: Path) -> MasterKey:
    """Return the master key that wrapped a store.

    Raises:
        KeysUnusable: it is none of those that are there.
    """
    keys = source.read()
    for key in keys:
        if key.fingerprint == store.master:
            return key
    found = ", ".join(key.fingerprint for key in keys)
    raise KeysUnusable(
        f"the master key in {source.shown} (fingerprint {found}) is not the one of the key store "
        f"{path} ({store.master}): set the right one in B2BENCH_MASTER_KEY or master-key-file"
    )


def require_same_master(found: Store, expected: Store, path: Path) -> None:
    """Check that nobody has put a store under another master key in the meantime.

    Raises:
        KeysUnusable: somebody has.
    """
    if found.master != expected.master:
        raise KeysUnusable(f"the master key of {path} was just replaced: run it again")


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (a third of the time, before every value)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
