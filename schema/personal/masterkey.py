"""The master key: what wraps every other key, and stands neither in the store nor the database."""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from b2bench.errors import KeysUnusable
from schema.personal.privatefile import locked, read_private, write_private
from schema.personal.sealing import KEY_BYTES

VARIABLE = "B2BENCH_MASTER_KEY"
_FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class MasterKey:
    """32 random bytes, never shown."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What a store says of the key that wrapped it; nobody finds the key by it."""
        digest = hmac.digest(self.secret, b"b2bench master key", "sha256")
        return digest[:_FINGERPRINT_BYTES].hex()

    @property
    def text(self) -> str:
        """The key as the environment and the key file hold it."""
        return base64.b64encode(self.secret).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterSource:
    """Where the master key is to be had; several are there while it is being replaced.

    Args:
        text: of the environment, the newest key first; wins over the file.
        file: mode 0600, a key a line, the newest first.
    """

    text: str | None = field(default=None, repr=False)
    file: Path

    @property
    def shown(self) -> str:
        """The place, for people."""
        return VARIABLE if self.text else str(self.file)

    def read(self) -> tuple[MasterKey, ...]:
        """Return the keys, the newest first.

        Raises:
            KeysUnusable: there is none, it cannot be read, or others can read it.
        """
        if self.text:
            return parse_keys(self.text, self.shown)
        try:
            return parse_keys(read_private(self.file).decode("ascii", "replace"), self.shown)
        except FileNotFoundError:
            raise KeysUnusable(
                f"there is no master key: set {VARIABLE}, or name its file with master-key-file "
                f"({self.file} is not there)"
            ) from None

    def make(self) -> bool:
        """Make a key file with a random key if there is no key at all; return whether it was."""
        if self.text or self.file.exists():
            return False
        with locked(self.file):
            if self.file.exists():
                return False
            self.write([new_master_key()])
            return True

    def write(self, keys: Sequence[MasterKey]) -> None:
        """Replace the keys in the file."""
        write_private(self.file, "".join(f"{key.text}\n" for key in keys).encode())


def new_master_key() -> MasterKey:
    """Return a random key."""
    return MasterKey(os.urandom(KEY_BYTES))


def parse_keys(text: str, place: str) -> tuple[MasterKey, ...]:
    """Return the keys of a text, with commas or blanks between them.

    Raises:
        KeysUnusable: one is not 32 bytes in base64 or hexadecimal digits; it is not quoted.
    """
    keys = tuple(MasterKey(_decoded(word, place)) for word in re.split(r"[\s,]+", text) if word)
    if not keys:
        raise KeysUnusable(f"{place} holds no master key: write 32 random bytes in base64")
    return keys


def _decoded(word: str, place: str) -> bytes:
    try:
        is_hex = re.fullmatch(r"[0-9a-fA-F]{64}", word)
        secret = bytes.fromhex(word) if is_hex else base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeysUnusable(
            f"the master key in {place} is not {KEY_BYTES} bytes: write it in base64, "
            "as `openssl rand -base64 32` does"
        )
    return secret
