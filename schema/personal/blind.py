"""Blind indexes: equality of e-mail and telephone number without either being there to read.

An index, in bytes: the version of the index key (2, high byte first), then the first 16 of
HMAC-SHA256 under that key over the column's name and the normalised value.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping

DIGEST_BYTES = 16
INDEX_BYTES = 2 + DIGEST_BYTES


def normalised_email(text: str) -> str:
    """Return an address as it is compared: NFKC, small letters, no blanks around it.

    >>> normalised_email("  Ana.Müller@Example.COM ")
    'ana.müller@example.com'
    """
    # folding can undo the normal form
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def normalised_phone(text: str) -> str:
    """Return a telephone number as it is compared: its digits, and the plus before them.

    >>> normalised_phone("+1 (555) 000-1234")
    '+15550001234'
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return ("+" if plain.startswith("+") else "") + re.sub(r"\D", "", plain)


NORMALISED: Mapping[str, Callable[[str], str]] = {
    "email": normalised_email,
    "phone": normalised_phone,
}


def blind_index(key: bytes, version: int, field: str, text: str) -> bytes:
    """Return the index of a value.

    Args:
        key: the index key.
        version: of that key.
        field: `email` or `phone`; the two never share an index.
        text: the value as somebody wrote it.
    """
    message = f"accounts.{field}\0{NORMALISED[field](text)}".encode()
    return version.to_bytes(2) + hmac.digest(key, message, "sha256")[:DIGEST_BYTES]
