"""What is personal of an account, and how it stands in the row: sealed, with blind indexes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schema.personal.blind import NORMALISED, blind_index
from schema.personal.keyring import Keyring
from schema.personal.sealing import Place, key_version, open_sealed, seal

TABLE = "accounts"
FIELDS = ("contact_name", "email", "phone", "address")
SEALED = {field: f"{field}_sealed" for field in FIELDS}
INDEXES = {field: f"{field}_index" for field in NORMALISED}
# the columns of a row, in the order of the table
COLUMNS = (*SEALED.values(), *INDEXES.values())
Columns = dict[str, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """An account's personal data in clear; every account has a name and an address for mail."""

    contact_name: str
    email: str
    phone: str | None = None
    address: str | None = None

    def fields(self) -> dict[str, str | None]:
        """Return the values by field."""
        return {field: getattr(self, field) for field in FIELDS}


def place_of(field: str, account: int) -> Place:
    """Return where a field of an account stands."""
    return Place(TABLE, SEALED[field], account, account)


def sealed_columns(keyring: Keyring, account: int, personal: Personal) -> Columns:
    """Return the columns of a row that stand for personal data, to be inserted or updated.

    The account's number goes into the seal: take it from the sequence before the row is inserted.

    Raises:
        KeysUnusable: the account has no key (see `Keyring.require_keys`), or it was destroyed.
        BadInput: a value is empty or too long.
    """
    return sealed_texts(keyring, account, personal.fields())


def sealed_texts(keyring: Keyring, account: int, texts: Mapping[str, str | None]) -> Columns:
    """Return the columns for texts by field, `None` where there is none; as `sealed_columns`."""
    version, cipher = keyring.newest(account)
    keys = keyring.index_keys()
    newest = max(keys)
    return columns_under(
        texts,
        account,
        cipher=cipher,
        version=version,
        index_key=keys[newest],
        index_version=newest,
    )


def columns_under(
    texts: Mapping[str, str | None],
    account: int,
    *,
    cipher: AESGCM,
    version: int,
    index_key: bytes,
    index_version: int,
    nonces: Sequence[bytes] = (),
) -> Columns:
    """Return a row's columns under given keys; nonces are random unless one is given per field."""
    columns: Columns = {}
    for place, field in enumerate(FIELDS):
        text = texts.get(field)
        nonce = nonces[place] if nonces else None
        columns[SEALED[field]] = (
            None
            if text is None
            else seal(cipher, version, place_of(field, account), text, nonce=nonce)
        )
    for field, column in INDEXES.items():
        text = texts.get(field)
        columns[column] = (
            None if text is None else blind_index(index_key, index_version, field, text)
        )
    return columns


def opened(keyring: Keyring, account: int, columns: Mapping[str, bytes | None]) -> Personal:
    """Return what a row's sealed columns say.

    Raises:
        KeysUnusable: the key was destroyed or is missing, or a value was tampered with.
    """
    texts = opened_fields(keyring, account, columns)
    return Personal(
        contact_name=texts["contact_name"] or "",
        email=texts["email"] or "",
        phone=texts["phone"],
        address=texts["address"],
    )


def opened_fields(
    keyring: Keyring, account: int, columns: Mapping[str, bytes | None]
) -> dict[str, str | None]:
    """Return the text of each field, `None` where there is none; raises as `opened`."""
    return {
        field: None
        if (sealed := columns[SEALED[field]]) is None
        else open_field(keyring, field, account, sealed)
        for field in FIELDS
    }


def open_field(keyring: Keyring, field: str, account: int, sealed: bytes) -> str:
    """Return the text of one sealed value, wherever it was kept; raises as `opened`."""
    place = place_of(field, account)
    cipher = keyring.key(account, key_version(sealed, place))
    return open_sealed(cipher, place, sealed)


def indexes_of(keyring: Keyring, field: str, text: str) -> list[bytes]:
    """Return the blind indexes that a value has under each index key in use."""
    return [blind_index(key, version, field, text) for version, key in keyring.index_keys().items()]
