"""`b2bench schema personal` as a person calls it: what it shows, refuses, and exits with."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import COMMAND, call, environment, refusal

_WRONG = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def keyed(shop: Target, tmp_path: Path) -> Target:
    """Give a shop whose keys are in the test's folder."""
    assert call("schema", "personal", "keys", folder=tmp_path, target=shop).returncode == 0
    return shop


def _personal(keyed: Target, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return call("schema", "personal", *arguments, folder=folder, target=keyed)


def _shown(keyed: Target, folder: Path, account: str) -> dict[str, str]:
    done = _personal(keyed, folder, "show", account)
    assert done.returncode == 0, done.stderr
    return {
        name: text.strip() for name, _, text in (x.partition(":") for x in done.stdout.splitlines())
    }


def test_generated_data_are_shown_and_found(tmp_path: Path, bare_shop: Target) -> None:
    done = call("data", "generate", "--profile", "tiny", folder=tmp_path, target=bare_shop)
    assert done.returncode == 0, done.stderr
    shown = _shown(bare_shop, tmp_path, "42")
    assert shown["email"] == "louise.42@example.com"
    for words in (["find", shown["email"].upper()], ["find", "--phone", shown["phone"]]):
        assert _personal(bare_shop, tmp_path, *words).stdout == "account 42\n"
    nobody = _personal(bare_shop, tmp_path, "find", "nobody@example.com")
    assert (nobody.returncode, nobody.stdout) == (1, "no account has it\n")


def test_two_databases_with_the_same_data_have_keys_of_their_own(
    bare_shop: Target, shop: Target, tmp_path: Path
) -> None:
    for target in (bare_shop, shop):
        call("data", "generate", "--profile", "tiny", folder=tmp_path, target=target)
    assert _personal(shop, tmp_path, "destroy", "42", "--yes").returncode == 0
    assert "was destroyed" in refusal(_personal(shop, tmp_path, "show", "42"))
    assert _shown(bare_shop, tmp_path, "42")


def test_destruction_asks_for_the_number_again(keyed: Target, tmp_path: Path) -> None:
    command = [*COMMAND, "schema", "personal", "destroy", "42"]
    for answer, code in (("43\n", 2), ("42\n", 0)):
        assert _shown(keyed, tmp_path, "42")
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment(keyed),
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
    line = refusal(_personal(keyed, tmp_path, "show", "42"))
    assert "cannot be read any more, in backups and audit neither" in line


def test_every_rotation_leaves_the_data_readable(keyed: Target, tmp_path: Path) -> None:
    before = _shown(keyed, tmp_path, "42")
    for options, said in (
        (["--account", "42"], "1 of 1 accounts have the new key"),
        (["--all"], "100 of 100 accounts have the new key"),
        (["--index"], "100 of 100 accounts have the new key"),
        ([], "1 key store under a new master key"),
    ):
        done = _personal(keyed, tmp_path, "rotate", *options)
        assert said in done.stdout, done.stderr
        assert _shown(keyed, tmp_path, "42") == before
    assert _personal(keyed, tmp_path, "find", before["email"]).stdout == "account 42\n"
    assert "do not go together" in refusal(_personal(keyed, tmp_path, "rotate", "--all", "--index"))


def test_what_is_wrong_with_keys_is_one_line_with_the_mend(keyed: Target, tmp_path: Path) -> None:
    wrong = call(
        "schema", "personal", "show", "42",
        folder=tmp_path, target=keyed, more={"B2BENCH_MASTER_KEY": _WRONG},
    )  # fmt: skip
    assert "is not the one of the key store" in refusal(wrong)
    assert _WRONG not in wrong.stderr
    with connect(keyed) as connection:
        connection.execute(
            "UPDATE accounts SET email_sealed = set_byte(email_sealed, 20, 0) WHERE id = 41;"
            " UPDATE accounts SET email_sealed = set_byte(email_sealed, 20, 1) WHERE id = 40"
        )
    broken = [_personal(keyed, tmp_path, "show", account) for account in ("40", "41")]
    assert "changed or moved" in refusal(broken[0])
    assert "changed or moved" in refusal(broken[1])
    [store] = (tmp_path / ".b2bench" / "keys").glob("*.json")
    store.chmod(0o644)
    assert "run `chmod 600" in refusal(_personal(keyed, tmp_path, "show", "42"))
    store.rename(store.with_suffix(".away"))
    assert "is missing" in refusal(_personal(keyed, tmp_path, "show", "42"))


def test_keys_stand_where_the_settings_say(shop: Target, tmp_path: Path) -> None:
    (tmp_path / "b2bench.toml").write_text('keys = "safe"\nmaster-key-file = "secret/key"\n')
    done = _personal(shop, tmp_path, "keys")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in (tmp_path / "secret").glob("*")] == ["key", "key.lock"]
    assert len([*(tmp_path / "safe").glob("*.json")]) == 1
    assert not (tmp_path / ".b2bench").exists()


def test_the_master_key_is_never_shown_and_has_no_place_in_a_file(tmp_path: Path) -> None:
    more = {"B2BENCH_MASTER_KEY": _WRONG}
    done = call("settings", folder=tmp_path, more=more)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("master-key ")]
    assert line.split() == ["master-key", "(not", "shown)", "B2BENCH_MASTER_KEY"]
    assert _WRONG not in done.stdout
    for words in (["settings"], ["schema", "personal", "show"]):
        assert "--master-key " not in call(*words, "--help", folder=tmp_path).stdout
    (tmp_path / "b2bench.toml").write_text(f'master-key = "{_WRONG}"\n')
    line = refusal(call("settings", folder=tmp_path))
    assert line.endswith("master-key is a secret: set B2BENCH_MASTER_KEY instead")


def test_no_process_shows_the_master_key(shop: Target, tmp_path: Path) -> None:
    """The server is started without our environment, so that nothing in it has the key."""
    found = subprocess.run(
        [sys.executable, "-c", _START],
        cwd=tmp_path,
        env=environment(shop, B2BENCH_MASTER_KEY=_WRONG),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["PATH", "LC_ALL"]


_START = """
from b2bench.cluster.account import server_environment
print(*server_environment())
"""
