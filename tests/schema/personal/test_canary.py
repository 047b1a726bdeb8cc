"""A canary in personal data is found nowhere, in any form; a plain one beside it is found."""

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.cluster.account import client_environment
from b2bench.cluster.binaries import find_binaries
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.errors import B2benchError, KeysUnusable
from b2bench.target import Target
from schema import migrate
from schema.personal.accounts import find, read, write
from schema.personal.destroy import destroy
from schema.personal.keyring import Keyring
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource
from schema.personal.sealing import key_version
from schema.personal.values import FIELDS, Personal, open_field, place_of, sealed_columns
from tests.postgres import new_open_folder

ACCOUNT = 7
# words that stand nowhere else; each value of the canary has one of them in it
SEALED_WORDS = ("Quokkaworth7f3c", "+4917655519283")
PLAIN_WORD = "Wombatfield9e1d"
CANARY = Personal(
    contact_name="Ada Quokkaworth7f3c",
    email="ada.Quokkaworth7f3c@example.com",
    phone="+4917655519283",
    address="1 Quokkaworth7f3c Road, 12345 Canaryville",
)
LATER = Personal(
    contact_name="Bea Quokkaworth7f3c",
    email="bea.Quokkaworth7f3c@example.com",
    phone="+4917655519283",
    address="2 Quokkaworth7f3c Road, 12345 Canaryville",
)
# everything goes into the log: statements, their parameters, errors in full
_TALKATIVE = {
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
}
_INSERT = """
INSERT INTO accounts (id, auth_id, type, tier, contact_name_sealed, email_sealed, phone_sealed,
    address_sealed, email_index, phone_index, created_at, updated_at)
VALUES (%(id)s, 'auth|7', 'DEALER', 'STANDARD', %(contact_name_sealed)s, %(email_sealed)s,
    %(phone_sealed)s, %(address_sealed)s, %(email_index)s, %(phone_index)s,
    '2026-01-01', '2026-01-01')
"""
_SEALED_ANYWHERE = re.compile(r"\\x(01[0-9a-f]{62,})")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is left after the canary was written, changed, refused, looked for and dumped."""

    target: Target
    keyring: Keyring
    home: Path
    dumps: dict[str, bytes]
    custom_dump: Path
    pg_bin: Path | None


def forms(word: str) -> list[bytes]:
    """Return how a word can stand in a file: as it is, folded, wide, in digits, in base64."""
    texts = [word, word.lower(), word.upper()]
    plain = [text.encode() for text in texts]
    wide = [text.encode(code) for text in texts for code in ("utf-16-le", "utf-16-be", "utf-32-le")]
    digits = [form for text in plain for form in (text.hex().encode(), text.hex().upper().encode())]
    return [*plain, *wide, *digits, *(form for text in plain for form in _in_base64(text))]


def _in_base64(text: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of a word at each of three offsets, without its neighbours' bits."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + text + b"\0" * 3)
        begin = -(-offset * 8 // 6)
        yield encoded[begin : (offset + len(text)) * 8 // 6]


def seen(data: bytes, *words: str) -> bool:
    """Return whether any form of a word stands in bytes."""
    return any(form in data for word in words for form in forms(word))


def files_with(folder: Path, *words: str) -> set[str]:
    """Return the files below a folder in which a word stands, by path."""
    found = set[str]()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and seen(path.read_bytes(), *words):
                found.add(str(path.relative_to(folder)))
    return found


@pytest.fixture(scope="module")
def scene(pg_bin: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    keys = tmp_path_factory.mktemp("canary")
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / ".b2bench", pg_bin=pg_bin, overrides=_TALKATIVE)
        try:
            target = server.start().for_database("canary")
            migrate.install(target)
            place = KeyPlace(folder=keys, master=MasterSource(file=keys / "master.key"))
            with connect(target) as connection:
                keyring = make_keys(connection, place)
                _live(connection, keyring)
            custom = keys / "shop.dump"
            dumps = {
                "plain": _dump(target, pg_bin, "--format=plain"),
                "custom": _dump(target, pg_bin, "--format=custom", "--compress=0"),
                "inserts": _dump(target, pg_bin, "--format=plain", "--column-inserts"),
            }
            custom.write_bytes(dumps["custom"])
            home = server.status().data_directory.parent
            yield Scene(target, keyring, home, dumps, custom, pg_bin)
        finally:
            with suppress(B2benchError):
                server.destroy()


def _live(connection: psycopg.Connection, keyring: Keyring) -> None:
    """Do with the canary what an application does, and write a plain word beside it."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    keyring.require_keys([ACCOUNT])
    columns = sealed_columns(keyring, ACCOUNT, CANARY)
    connection.execute(_INSERT, {"id": ACCOUNT, **columns})
    for _ in range(3):
        write(connection, keyring, {ACCOUNT: LATER})
        write(connection, keyring, {ACCOUNT: CANARY})
    with suppress(psycopg.errors.UniqueViolation):
        connection.execute(_INSERT, {"id": ACCOUNT, **columns})
    with suppress(psycopg.errors.CheckViolation):
        connection.execute("UPDATE accounts SET tier = NULL WHERE id = %s", (ACCOUNT,))
    assert read(connection, keyring, ACCOUNT) == CANARY
    assert find(connection, keyring, "email", CANARY.email) == [ACCOUNT]
    connection.execute("CREATE TABLE control (note text)")
    connection.execute("INSERT INTO control VALUES (%s)", (f"Cid {PLAIN_WORD}",))
    connection.execute("CHECKPOINT")


def _dump(target: Target, pg_bin: Path | None, *options: str) -> bytes:
    return _run(target, pg_bin, "pg_dump", *options)


def _run(target: Target, pg_bin: Path | None, program: str, *options: str) -> bytes:
    address = conninfo_to_dict(target.conninfo)
    password = str(address.pop("password", None) or "")
    done = subprocess.run(
        [
            find_binaries(pg_bin).program(program),
            *options,
            f"--dbname={make_conninfo('', **address)}",
        ],
        capture_output=True,
        env=client_environment() | {"PGPASSWORD": password},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("form", forms(PLAIN_WORD), ids=range(len(forms(PLAIN_WORD))))
def test_the_search_finds_every_form(form: bytes) -> None:
    assert seen(b"before" + form + b"after", PLAIN_WORD)
    assert not seen(form[1:], PLAIN_WORD)


def test_the_search_finds_a_word_in_the_base64_of_what_surrounds_it() -> None:
    for offset in range(6):
        text = b"x" * offset + PLAIN_WORD.encode() + b"yz"
        assert seen(base64.b64encode(text), PLAIN_WORD)


def test_a_plain_word_is_found_in_every_place(scene: Scene) -> None:
    found = files_with(scene.home, PLAIN_WORD)
    for place in ("data/base/", "data/pg_wal/", "data/log/"):
        assert [path for path in found if path.startswith(place)], place
    assert {name for name, dump in scene.dumps.items() if seen(dump, PLAIN_WORD)} == {
        "plain",
        "custom",
        "inserts",
    }


def test_the_canary_is_found_in_no_file_of_the_server(scene: Scene) -> None:
    assert files_with(scene.home, *SEALED_WORDS) == set()


def test_the_canary_is_found_in_no_dump_and_no_statistics(scene: Scene) -> None:
    assert [name for name, dump in scene.dumps.items() if seen(dump, *SEALED_WORDS)] == []
    with connect(scene.target) as connection:
        texts = connection.execute("SELECT query FROM pg_stat_statements").fetchall()
        activity = connection.execute("SELECT query FROM pg_stat_activity").fetchall()
        samples = connection.execute("SELECT most_common_vals::text FROM pg_stats").fetchall()
    assert [text for (text,) in texts if text and "accounts" in text]
    for (text,) in (*texts, *activity, *samples):
        assert not seen((text or "").encode(), *SEALED_WORDS)


def test_the_canary_is_found_in_no_audit_event(scene: Scene) -> None:
    with connect(scene.target) as connection:
        events = connection.execute("SELECT e::text FROM audit_events AS e").fetchall()
    assert [event for (event,) in events if seen(event.encode(), *SEALED_WORDS)] == []


def test_the_key_store_holds_nothing_of_it(scene: Scene) -> None:
    folder = scene.keyring.path.parent
    assert files_with(folder, *SEALED_WORDS) == set()
    assert "shop.dump" in files_with(folder, PLAIN_WORD)


def test_after_destruction_nothing_opens_it(scene: Scene) -> None:
    """The row, the row of a dump that was made before, and what the audit kept of it."""
    restored = scene.target.for_database("restored")
    with connect(scene.target) as connection:
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    _run(restored, scene.pg_bin, "pg_restore", "--no-owner", os.fspath(scene.custom_dump))
    with connect(scene.target) as connection, connect(restored) as copy:
        kept = _kept(connection)
        assert read(copy, scene.keyring, ACCOUNT) == CANARY
        assert {_opened(scene.keyring, sealed) for sealed in kept} >= set(CANARY.fields().values())
        destroy(connection, scene.keyring, ACCOUNT)
        for session in (connection, copy):
            with pytest.raises(KeysUnusable, match="was destroyed"):
                read(session, scene.keyring, ACCOUNT)
        assert find(connection, scene.keyring, "email", CANARY.email) == []
        for sealed in kept:
            with pytest.raises(KeysUnusable, match="was destroyed"):
                _opened(scene.keyring, sealed)


def _kept(connection: psycopg.Connection) -> list[bytes]:
    """Return every sealed value that stands in the row or in an audit event."""
    texts = connection.execute(
        "SELECT a::text FROM accounts AS a UNION ALL SELECT e::text FROM audit_events AS e"
    ).fetchall()
    return [bytes.fromhex(digits) for (text,) in texts for digits in _SEALED_ANYWHERE.findall(text)]


def _opened(keyring: Keyring, sealed: bytes) -> str | None:
    """Return what a value says, of whichever field it is."""
    key_version(sealed, place_of("email", ACCOUNT))
    for field in FIELDS:
        try:
            return open_field(keyring, field, ACCOUNT, sealed)
        except KeysUnusable as error:
            if "destroyed" in str(error):
                raise
    return None
