import base64
from unittest.mock import patch

import bcrypt
import pytest

from exporters import web_passwords
from exporters.web_passwords import Passwords
from tests.exporters.web_files import HASH, PASSWORD

USERS = {"alice": HASH.encode()}


def basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def test_a_password_is_computed_once() -> None:
    passwords = Passwords()
    with patch.object(web_passwords.bcrypt, "checkpw", wraps=bcrypt.checkpw) as slow:
        assert all(passwords.admit(USERS, basic("alice", PASSWORD)) for _ in range(5))
    assert slow.call_count == 1


def test_a_wrong_password_and_an_unknown_name_cost_the_same() -> None:
    passwords = Passwords()
    dear = bcrypt.hashpw(b"x", bcrypt.gensalt(5))
    for name in ("alice", "nobody"):
        with patch.object(web_passwords.bcrypt, "checkpw", wraps=bcrypt.checkpw) as slow:
            assert not passwords.admit(USERS, basic(name, "wrong"))
        assert slow.call_args.args == (b"wrong", USERS["alice"])
    with patch.object(web_passwords.bcrypt, "checkpw", wraps=bcrypt.checkpw) as slow:
        assert not passwords.admit({**USERS, "bob": dear}, basic("nobody", "x"))
    assert slow.call_args.args == (b"x", dear)


def test_a_user_who_is_removed_is_a_stranger_though_another_has_the_same_hash() -> None:
    passwords = Passwords()
    both = {**USERS, "bob": USERS["alice"]}
    assert passwords.admit(both, basic("bob", PASSWORD))
    assert not passwords.admit(USERS, basic("bob", PASSWORD))


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_passwords, "_REMEMBERED", 3)
    passwords = Passwords()
    users = {f"user{number}": USERS["alice"] for number in range(5)}
    assert all(passwords.admit(users, basic(name, PASSWORD)) for name in users)
    assert len(passwords._fitted) == 3


def test_a_password_longer_than_bcrypt_looks_is_compared_as_far_as_that() -> None:
    users = {"alice": bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4))}
    assert Passwords().admit(users, basic("alice", "x" * 100))
    assert not Passwords().admit(users, basic("alice", "x" * 71))


@pytest.mark.parametrize("hashed", [HASH.replace("$2b$", f"$2{letter}$") for letter in "aby"])
def test_hashes_of_other_programs_fit(hashed: str) -> None:
    assert Passwords().admit({"alice": hashed.encode()}, basic("alice", PASSWORD))


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic !", "Basic YWxpY2U=", "Bearer YTpi", "Basic /w==", basic("", "")],
)
def test_what_is_no_password_is_refused(header: str | None) -> None:
    assert not Passwords().admit(USERS, header)


def test_without_users_everybody_may_pass() -> None:
    assert Passwords().admit({}, None)
