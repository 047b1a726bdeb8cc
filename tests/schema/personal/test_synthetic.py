from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from b2bench.errors import KeysUnusable
from schema.personal.keystore import Wrapper, owner, read_store
from schema.personal.masterkey import new_master_key
from schema.personal.synthetic import SyntheticKeys, create_synthetic_store


def test_keys_follow_from_the_seed_alone() -> None:
    assert SyntheticKeys.of_seed(1).account(7, 4) == SyntheticKeys.of_seed(1).account(7, 4)
    assert SyntheticKeys.of_seed(1).index_key() != SyntheticKeys.of_seed(2).index_key()


def test_no_two_accounts_share_a_key_and_no_two_columns_a_nonce() -> None:
    made = [SyntheticKeys.of_seed(1).account(account, 4) for account in range(1, 1001)]
    assert len({keys.key for keys in made}) == 1000
    assert len({nonce for keys in made for nonce in keys.nonces}) == 4000


def test_the_derivation_is_hkdf() -> None:
    whole = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=b"b2bench synthetic keys 1", info=b"account 7"
    ).derive(b"1")
    assert SyntheticKeys.of_seed(1).account(7, 0).key == whole


def test_a_store_of_generated_data_holds_these_keys(tmp_path: Path) -> None:
    master, path = new_master_key(), tmp_path / "tiny.json"
    create_synthetic_store(path, "tiny", master, seed=1, accounts=3)
    store = read_store(path)
    assert sorted(store.data_keys) == [1, 2, 3]
    key = Wrapper.under(master, "tiny").unwrap(store.data_keys[3][1], owner(3), 1)
    assert key == SyntheticKeys.of_seed(1).account(3, 4).key
    with pytest.raises(KeysUnusable, match="is there already"):
        create_synthetic_store(path, "tiny", master, seed=1, accounts=3)
