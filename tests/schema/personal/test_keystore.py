import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from b2bench.errors import KeysUnusable
from schema.personal.keyring import Keyring
from schema.personal.keystore import (
    INDEX,
    Store,
    Wrapper,
    change_store,
    create_store,
    new_key,
    new_store,
    owner,
    read_store,
    rewrapped,
    with_data_keys,
    without_account,
)
from schema.personal.masterkey import MasterKey, MasterSource, new_master_key

_MASTER = MasterKey(bytes(range(32)))


def _store(path: Path, *accounts: int) -> Store:
    store = new_store("shop", _MASTER, new_key())
    wrapper = Wrapper.under(_MASTER, "shop")
    store = with_data_keys(store, wrapper, ((account, new_key()) for account in accounts))
    create_store(path, store)
    return store


def test_a_store_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "shop.json"
    store = _store(path, 1, 2)
    assert read_store(path) == store


def test_nobody_else_may_read_what_holds_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "shop.json"
    _store(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(KeysUnusable, match=r"others may read .+ run `chmod 600 "):
        read_store(path)


def test_no_key_stands_in_the_store_unwrapped(tmp_path: Path) -> None:
    index_key, data_key = new_key(), new_key()
    store = new_store("shop", _MASTER, index_key)
    store = with_data_keys(store, Wrapper.under(_MASTER, "shop"), [(1, data_key)])
    create_store(tmp_path / "shop.json", store)
    text = (tmp_path / "shop.json").read_text()
    for key in (index_key, data_key, _MASTER.secret):
        assert key.hex() not in text
        assert MasterKey(key).text not in text


def test_a_store_is_never_made_over_another(tmp_path: Path) -> None:
    _store(tmp_path / "shop.json", 1)
    with pytest.raises(KeysUnusable, match="is there already"):
        create_store(tmp_path / "shop.json", new_store("shop", _MASTER, new_key()))


def test_a_wrapped_key_fits_its_store_account_and_version_only() -> None:
    wrapper = Wrapper.under(_MASTER, "shop")
    key = new_key()
    wrapped = wrapper.wrap(key, owner(1), 1)
    assert wrapper.unwrap(wrapped, owner(1), 1) == key
    for other, whose, version in (
        (wrapper, owner(2), 1),
        (wrapper, owner(1), 2),
        (wrapper, INDEX, 1),
        (Wrapper.under(_MASTER, "other"), owner(1), 1),
        (Wrapper.under(new_master_key(), "shop"), owner(1), 1),
    ):
        with pytest.raises(KeysUnusable, match="restore the store from its backup"):
            other.unwrap(wrapped, whose, version)


@pytest.mark.parametrize("damage", ["{", '{"format": 1}', "[]"])
def test_a_damaged_store_is_one_line_with_the_mend(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "shop.json"
    path.write_text(damage)
    path.chmod(0o600)
    with pytest.raises(KeysUnusable, match="restore the key store from its backup"):
        read_store(path)


def test_a_store_of_a_later_format_is_left_alone(tmp_path: Path) -> None:
    store = _store(tmp_path / "shop.json")
    later = json.loads((tmp_path / "shop.json").read_text()) | {"format": store.format + 1}
    (tmp_path / "shop.json").write_text(json.dumps(later))
    with pytest.raises(KeysUnusable, match="has format 2"):
        read_store(tmp_path / "shop.json")


def test_writers_take_turns_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    _store(path)
    wrapper = Wrapper.under(_MASTER, "shop")

    def add(account: int) -> None:
        change_store(path, lambda found: with_data_keys(found, wrapper, [(account, new_key())]))

    threads = [threading.Thread(target=add, args=(account,)) for account in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read_store(path).data_keys) == list(range(1, 21))


def test_a_write_that_fails_leaves_the_old_store_and_no_remains(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    before = _store(path, 1)

    def fail(found: Store) -> Store:
        return replace(found, data_keys={1: {1: object()}})  # type: ignore[dict-item]

    with pytest.raises(TypeError):
        change_store(path, fail)
    assert read_store(path) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["shop.json", "shop.json.lock"]


def test_another_master_key_opens_the_same_keys() -> None:
    wrapper, other = Wrapper.under(_MASTER, "shop"), new_master_key()
    key = new_key()
    store = with_data_keys(new_store("shop", _MASTER, new_key()), wrapper, [(1, key)])
    after = rewrapped(store, _MASTER, other)
    assert after.master == other.fingerprint != store.master
    assert Wrapper.under(other, "shop").unwrap(after.data_keys[1][1], owner(1), 1) == key
    with pytest.raises(KeysUnusable):
        wrapper.unwrap(after.data_keys[1][1], owner(1), 1)


def test_destruction_takes_every_version_and_remembers_the_first_time() -> None:
    wrapper = Wrapper.under(_MASTER, "shop")
    store = new_store("shop", _MASTER, new_key())
    for _ in range(2):
        store = with_data_keys(store, wrapper, [(1, new_key()), (2, new_key())])
    after = without_account(store, 1)
    assert (list(after.data_keys), list(after.destroyed)) == ([2], [1])
    assert without_account(after, 1).destroyed == after.destroyed


def test_a_keyring_notices_what_other_processes_do(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    _store(path, 1)
    source = MasterSource(text=_MASTER.text, file=tmp_path / "none")
    ring, other = Keyring(path, source), Keyring(path, source)
    assert ring.newest(1)[0] == 1
    wrapper = other.wrapper
    change_store(path, lambda found: with_data_keys(found, wrapper, [(1, new_key())]))
    assert ring.newest(1)[0] == 2
    change_store(path, lambda found: without_account(found, 1))
    for use in (lambda: ring.newest(1), lambda: ring.key(1, 1), lambda: ring.require_keys([1])):
        with pytest.raises(KeysUnusable, match="the key of account 1 was destroyed on "):
            use()


def test_a_missing_store_is_one_line_with_the_mend(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "shop.json", MasterSource(text=_MASTER.text, file=tmp_path))
    with pytest.raises(KeysUnusable, match=r"shop\.json is missing: restore it from its backup"):
        ring.newest(1)


def test_a_wrong_master_key_is_told_by_its_fingerprint(tmp_path: Path) -> None:
    _store(tmp_path / "shop.json", 1)
    wrong = new_master_key()
    ring = Keyring(tmp_path / "shop.json", MasterSource(text=wrong.text, file=tmp_path))
    with pytest.raises(KeysUnusable) as refused:
        ring.newest(1)
    said = str(refused.value)
    assert wrong.fingerprint in said
    assert _MASTER.fingerprint in said
    assert wrong.text not in said
