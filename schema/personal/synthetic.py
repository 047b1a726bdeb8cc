"""Keys and nonces of generated data: they follow from the seed, so they are no secret.

The same data set has the same bytes wherever it is made. Anybody who knows the seed opens it; only
values that the application writes later have nonces of their own.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from schema.personal.keystore import Wrapper, create_store, new_store, with_data_keys
from schema.personal.masterkey import MasterKey
from schema.personal.sealing import KEY_BYTES, NONCE_BYTES

_SALT = b"b2bench synthetic keys 1"


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """What the generator seals one account's data with.

    Args:
        key: the data key, version 1.
        nonces: one for each column, never the same for two.
    """

    key: bytes
    nonces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SyntheticKeys:
    """HKDF (RFC 5869) over a seed."""

    root: bytes

    @classmethod
    def of_seed(cls, seed: int) -> "SyntheticKeys":
        """Return the keys of a data set's seed."""
        # the step of HKDF that extracts, done once for all accounts
        extract = HMAC(_SALT, hashes.SHA256())
        extract.update(str(seed).encode())
        return cls(extract.finalize())

    def index_key(self) -> bytes:
        """Return the key of the blind indexes."""
        return self._expanded("index", KEY_BYTES)

    def account(self, account: int, columns: int) -> AccountKeys:
        """Return an account's key, and a nonce for each of so many columns."""
        made = self._expanded(f"account {account}", KEY_BYTES + columns * NONCE_BYTES)
        places = range(KEY_BYTES, len(made), NONCE_BYTES)
        return AccountKeys(made[:KEY_BYTES], tuple(made[at : at + NONCE_BYTES] for at in places))

    def _expanded(self, purpose: str, length: int) -> bytes:
        return HKDFExpand(hashes.SHA256(), length, purpose.encode()).derive(self.root)


def create_synthetic_store(
    path: Path, store: str, master: MasterKey, *, seed: int, accounts: int
) -> None:
    """Write the key store of a generated data set.

    Args:
        path: of the store.
        store: its id.
        master: the key to wrap the others with; of this one the seed says nothing.
        seed: of the data set.
        accounts: how many it has, numbered from 1.

    Raises:
        KeysUnusable: there is a store already.
    """
    keys = SyntheticKeys.of_seed(seed)
    empty = new_store(store, master, keys.index_key())
    data_keys = ((account, keys.account(account, 0).key) for account in range(1, accounts + 1))
    create_store(path, with_data_keys(empty, Wrapper.under(master, store), data_keys))
