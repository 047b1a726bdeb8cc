"""A value under its account's key: AES-256-GCM, bound to the place that it was written for.

A sealed value, in bytes:

    0       the format, 1
    1–2     the version of the account's data key, from 1, high byte first
    3–14    the nonce
    15–     the ciphertext, as long as the text in UTF-8, and a tag of 16 bytes
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2bench.errors import BadInput, KeysUnusable

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + 2 + NONCE_BYTES
MOST_VERSION = 2**16 - 1
# in UTF-8; the CHECKs of the sealed columns allow as much
MOST_TEXT_BYTES = 4000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: nobody can move it to another row, column or account."""

    table: str
    column: str
    row: int
    account: int

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of {self.row}"

    def bound(self, version: int) -> bytes:
        """Return what the tag covers beside the text."""
        parts = (self.table, self.column, self.row, self.account, version)
        return "\0".join(("b2bench sealed", str(FORMAT), *map(str, parts))).encode()


def seal(
    cipher: AESGCM, version: int, place: Place, text: str, *, nonce: bytes | None = None
) -> bytes:
    """Return a text sealed for a place.

    Args:
        cipher: the account's data key.
        version: of that key.
        place: where the value will stand.
        text: neither empty nor longer than MOST_TEXT_BYTES.
        nonce: never used before under this key; random without it.

    Raises:
        BadInput: the text is empty or too long.
    """
    plain = text.encode()
    if not 0 < len(plain) <= MOST_TEXT_BYTES:
        raise BadInput(f"{place}: write 1 to {MOST_TEXT_BYTES:,} bytes")
    nonce = nonce or os.urandom(NONCE_BYTES)
    header = bytes([FORMAT]) + version.to_bytes(2) + nonce
    return header + cipher.encrypt(nonce, plain, place.bound(version))


def key_version(sealed: bytes, place: Place) -> int:
    """Return the version of the key that a value was sealed with.

    Raises:
        KeysUnusable: it is no sealed value.
    """
    if len(sealed) <= HEADER_BYTES + TAG_BYTES or sealed[0] != FORMAT:
        raise KeysUnusable(
            f"{place} is no sealed value of format {FORMAT}: restore the row from a backup"
        )
    return int.from_bytes(sealed[1:3])


def open_sealed(cipher: AESGCM, place: Place, sealed: bytes) -> str:
    """Return the text of a sealed value.

    Raises:
        KeysUnusable: it was changed, moved from another place, or sealed with another key.
    """
    version = key_version(sealed, place)
    try:
        plain = cipher.decrypt(sealed[3:HEADER_BYTES], sealed[HEADER_BYTES:], place.bound(version))
    except InvalidTag:
        raise KeysUnusable(
            f"{place} was changed or moved after it was sealed: restore the row from a backup"
        ) from None
    return plain.decode()
