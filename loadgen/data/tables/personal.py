"""Personal data of accounts, sealed with keys that follow from the seed."""

from collections.abc import Iterable, Mapping

import polars as pl
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loadgen.data import bits
from loadgen.data.columns import joined, numbered, picked
from loadgen.data.vocabulary import words
from schema.personal.blind import blind_index
from schema.personal.synthetic import SyntheticKeys
from schema.personal.values import COLUMNS, FIELDS, Columns, columns_under

_VERSION = 1
_STREETS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court")


def sealed_columns(seed: int, ids: bits.Ints) -> dict[str, pl.Series]:
    """Return the columns of accounts that stand for personal data, as bytes."""
    clear = personal_data(seed, ids)
    rows = list(_sealed(SyntheticKeys.of_seed(seed), ids.tolist(), clear))
    return {column: pl.Series([row[column] for row in rows], dtype=pl.Binary) for column in COLUMNS}


def personal_data(seed: int, ids: bits.Ints) -> dict[str, pl.Series]:
    """Return the personal data of accounts in clear, by field."""
    first, last, street = (_names(seed, part, ids) for part in ("first", "last", "street"))
    house = pl.Series(bits.whole_at(seed, "accounts.house", ids - 1, 9900) + 1).cast(pl.String)
    road = picked(_STREETS, bits.whole_at(seed, "accounts.road", ids - 1, len(_STREETS)))
    post_code = numbered("", bits.whole_at(seed, "accounts.post_code", ids - 1, 10**5), 5)
    phone = bits.whole_at(seed, "accounts.phone", ids - 1, 10**7)
    return {
        "contact_name": joined(first, " ", last),
        "email": joined(_plain(first), ".", numbered("", ids, 1), "@example.com"),
        "phone": numbered("+1555", phone, 7),
        "address": joined(house, " ", street, " ", road, ", ", post_code),
    }


def email_indexes(seed: int, ids: bits.Ints) -> list[bytes]:
    """Return the blind indexes of e-mail addresses, of accounts that are there and others."""
    key = SyntheticKeys.of_seed(seed).index_key()
    emails = personal_data(seed, ids)["email"].to_list()
    return [blind_index(key, _VERSION, "email", email) for email in emails]


def _names(seed: int, part: str, ids: bits.Ints) -> pl.Series:
    names = words().first_names if part == "first" else words().last_names
    return picked(names, bits.whole_at(seed, f"accounts.{part}", ids - 1, len(names)))


def _plain(names: pl.Series) -> pl.Series:
    """Return names as they stand in an address: small letters without accents."""
    return names.str.normalize("NFD").str.to_lowercase().str.replace_all("[^a-z]", "")


def _sealed(
    keys: SyntheticKeys, accounts: list[int], clear: Mapping[str, pl.Series]
) -> Iterable[Columns]:
    index_key = keys.index_key()
    texts = zip(*(clear[field].to_list() for field in FIELDS), strict=True)
    for account, row in zip(accounts, texts, strict=True):
        own = keys.account(account, len(FIELDS))
        yield columns_under(
            dict(zip(FIELDS, row, strict=True)),
            account,
            cipher=AESGCM(own.key),
            version=_VERSION,
            index_key=index_key,
            index_version=_VERSION,
            nonces=own.nonces,
        )
