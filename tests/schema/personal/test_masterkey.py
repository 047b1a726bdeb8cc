import stat
from pathlib import Path

import pytest

from b2bench.errors import KeysUnusable
from schema.personal.masterkey import MasterKey, MasterSource, new_master_key, parse_keys

_KEY = MasterKey(bytes(range(32)))


@pytest.mark.parametrize("text", [_KEY.text, _KEY.secret.hex(), f"\n {_KEY.text} \n"])
def test_a_key_is_read_in_base64_and_in_hexadecimal_digits(text: str) -> None:
    assert parse_keys(text, "here") == (_KEY,)


def test_several_keys_are_read_in_their_order() -> None:
    other = new_master_key()
    for text in (f"{other.text},{_KEY.text}", f"{other.text}\n{_KEY.text}\n"):
        assert parse_keys(text, "here") == (other, _KEY)


@pytest.mark.parametrize("text", ["hunter2", "AAAA", "0" * 63, _KEY.text[:-4], f"{_KEY.text},x"])
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(KeysUnusable, match="in here is not 32 bytes: write it in base64") as said:
        parse_keys(text, "here")
    assert text not in str(said.value)


def test_a_key_is_never_shown() -> None:
    source = MasterSource(text=_KEY.text, file=Path("none"))
    for shown in (repr(_KEY), str(_KEY), repr(source), source.shown):
        assert _KEY.text not in shown
        assert _KEY.secret.hex() not in shown
        assert repr(_KEY.secret) not in shown


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    source = MasterSource(file=tmp_path / "deep" / "master.key")
    assert source.make()
    assert stat.S_IMODE(source.file.stat().st_mode) == 0o600
    before = source.read()
    assert not source.make()
    assert source.read() == before
    source.file.chmod(0o604)
    with pytest.raises(KeysUnusable, match="others may read"):
        source.read()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    MasterSource(file=file).make()
    assert MasterSource(text=_KEY.text, file=file).read() == (_KEY,)
    assert not MasterSource(text=_KEY.text, file=tmp_path / "other").make()
    assert not (tmp_path / "other").exists()


def test_without_any_key_the_line_says_where_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="set B2BENCH_MASTER_KEY, or name its file"):
        MasterSource(file=tmp_path / "none").read()
