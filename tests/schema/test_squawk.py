"""Every step of every migration, as it is sent to the server, under squawk's eyes."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from schema.stepwise import Phase, is_stepwise, migration_file, migration_names, read_migration
from tests.components import missing

_ROOT = Path(__file__).parents[2]
# taking away what only an older release used is what the phase is for
_CONTRACTS = ("ban-drop-column", "ban-drop-table", "ban-drop-constraint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the server gets in one transaction, or outside of one."""

    title: str
    sql: str
    in_transaction: bool
    contracts: bool


def _sent() -> Iterator[Sent]:
    for name in migration_names():
        file = migration_file(name, "up")
        contracts = read_migration(name).phase is Phase.CONTRACT
        parts = {part.title: part.sql for part in file.parts}
        if not is_stepwise(file):
            parts = {"whole": file.path.read_text()}
        for title, sql in parts.items():
            yield Sent(
                title=f"{name} {title}",
                sql=sql,
                in_transaction="INDEX CONCURRENTLY" not in sql,
                contracts=contracts,
            )


@pytest.fixture(scope="session")
def squawk() -> str:
    beside = Path(sys.executable).with_name("squawk")
    found = shutil.which(beside) or shutil.which("squawk")
    if found is None:
        missing("squawk", "pip install squawk-cli")
    return str(found)


@pytest.mark.parametrize("sent", list(_sent()), ids=lambda sent: sent.title)
def test_squawk_has_nothing_to_say(squawk: str, sent: Sent) -> None:
    options = ["--assume-in-transaction"] if sent.in_transaction else []
    if sent.contracts:
        options += ["--exclude", ",".join((*_excluded(), *_CONTRACTS))]
    said = _said(squawk, sent.sql, *options)
    assert said.returncode == 0, said.stdout


def _excluded() -> list[str]:
    """Return what the configuration leaves out: an option would take its place."""
    rules: list[str] = tomllib.loads((_ROOT / ".squawk.toml").read_text())["excluded_rules"]
    return rules


def test_squawk_would_speak_up(squawk: str) -> None:
    said = _said(squawk, "CREATE INDEX slow ON products (vendor);", "--assume-in-transaction")
    assert "require-concurrent-index-creation" in said.stdout


def _said(squawk: str, sql: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [squawk, "--config", _ROOT / ".squawk.toml", "--reporter", "gcc", *options],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
    )
