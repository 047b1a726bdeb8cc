from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from b2bench.errors import BadInput, KeysUnusable
from schema.personal.sealing import (
    HEADER_BYTES,
    MOST_TEXT_BYTES,
    TAG_BYTES,
    Place,
    key_version,
    open_sealed,
    seal,
)

_KEY = AESGCM(bytes(range(32)))
_PLACE = Place("accounts", "email_sealed", 7, 7)


def test_what_was_sealed_is_opened_again() -> None:
    sealed = seal(_KEY, 3, _PLACE, "Ana Müller")
    assert open_sealed(_KEY, _PLACE, sealed) == "Ana Müller"


def test_the_layout_is_the_documented_one() -> None:
    sealed = seal(_KEY, 258, _PLACE, "Ana", nonce=bytes(12))
    assert sealed[:3] == b"\x01\x01\x02"
    assert sealed[3:15] == bytes(12)
    assert len(sealed) == HEADER_BYTES + len("Ana") + TAG_BYTES == 34
    assert key_version(sealed, _PLACE) == 258


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    assert len({seal(_KEY, 1, _PLACE, "Ana") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(_PLACE, table="orders"),
        replace(_PLACE, column="phone_sealed"),
        replace(_PLACE, row=8),
        replace(_PLACE, account=8),
    ],
    ids=str,
)
def test_a_value_moved_to_another_place_is_not_opened(elsewhere: Place) -> None:
    sealed = seal(_KEY, 1, _PLACE, "Ana")
    with pytest.raises(KeysUnusable, match="changed or moved"):
        open_sealed(_KEY, elsewhere, sealed)


def test_every_changed_byte_is_noticed() -> None:
    sealed = seal(_KEY, 1, _PLACE, "Ana")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(KeysUnusable):
            open_sealed(_KEY, _PLACE, bytes(changed))


def test_a_version_that_was_put_back_is_noticed() -> None:
    sealed = seal(_KEY, 2, _PLACE, "Ana")
    older = sealed[:1] + (1).to_bytes(2) + sealed[3:]
    with pytest.raises(KeysUnusable, match="changed or moved"):
        open_sealed(_KEY, _PLACE, older)


@pytest.mark.parametrize("broken", [b"", b"ana@example.com", bytes(40)])
def test_what_is_no_sealed_value_is_said_to_be_none(broken: bytes) -> None:
    with pytest.raises(KeysUnusable, match=r"accounts\.email_sealed of 7 is no sealed value"):
        open_sealed(_KEY, _PLACE, broken)


@pytest.mark.parametrize("text", ["", "x" * (MOST_TEXT_BYTES + 1)])
def test_a_text_that_the_column_would_refuse_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="write 1 to 4,000 bytes"):
        seal(_KEY, 1, _PLACE, text)
