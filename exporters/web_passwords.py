"""Does a password fit its user? bcrypt is slow on purpose, so what fitted once is remembered."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping

import bcrypt

_REMEMBERED = 100
# bcrypt itself looks at no more, and Python's refuses what is longer
_LONGEST_BYTES = 72


class Passwords:
    """Checks basic authentication; of a password only a keyed digest stays in memory."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._fitted = dict[bytes, None]()
        # one at a time: somebody who guesses gets no more than one processor
        self._slow = threading.Lock()

    def admit(self, users: Mapping[str, bytes], authorization: str | None) -> bool:
        """Return whether a request may pass.

        Args:
            users: bcrypt hashes by name; with none everybody may pass.
            authorization: the request's header.
        """
        if not users:
            return True
        credentials = _credentials(authorization or "")
        return credentials is not None and self._fits(users, *credentials)

    def _fits(self, users: Mapping[str, bytes], name: str, password: bytes) -> bool:
        known = name in users
        # a stranger's name costs what a known one does, so that the time tells nothing
        hashed = users[name] if known else max(users.values(), key=_rounds)
        digest = self._digest(name.encode(), hashed, password)
        if known and digest in self._fitted:
            return True
        with self._slow:
            fits = bcrypt.checkpw(password[:_LONGEST_BYTES], hashed) and known
            if fits:
                self._remember(digest)
        return fits

    def _digest(self, *parts: bytes) -> bytes:
        # lengths keep the parts apart
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(self._key, message, hashlib.sha256)

    def _remember(self, digest: bytes) -> None:
        self._fitted[digest] = None
        if len(self._fitted) > _REMEMBERED:
            del self._fitted[next(iter(self._fitted))]


def _credentials(authorization: str) -> tuple[str, bytes] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (name.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def _rounds(hashed: bytes) -> int:
    return int(hashed.split(b"$")[2])
