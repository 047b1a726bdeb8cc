"""Personal data stand in nothing that b2bench writes: reports, records, baselines, metrics."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema.personal.accounts import write
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource
from tests.commands.calling import call, load_ran
from tests.schema.personal.test_canary import CANARY, PLAIN_WORD, SEALED_WORDS, files_with

if TYPE_CHECKING:
    from schema.personal.values import Personal

_CLASSES = ("account_by_auth_id", "account_by_email", "representative_dashboard", "add_to_cart")
_EXPLAINED = [option for name in _CLASSES for option in ("--class", name)]
_LOAD = ("--users", "8", "--duration", "4s", "--warm-up", "0", "--think", "0.01")
# what each command leaves; `control` says that a plain value in the same row gets there
_COMMANDS = {
    "explain": ("explain", *_EXPLAINED, "--show-arguments", "--json", "explain.json"),
    "baseline": ("baseline", "record"),
    "run": ("run", "--in-place", "--record-metrics", *_LOAD),
    "history": ("schema", "audit", "show", "accounts", "1", "--json"),
    "rebuild": ("schema", "audit", "rebuild", "accounts", "--output", "accounts.csv", "--at"),
    "health": ("health", "--json", "health.json"),
}


@pytest.fixture
def canary(shop: Target, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Seal the canary in every account, a plain word beside it, and return the moment before."""
    folder = tmp_path_factory.mktemp("keys")
    place = KeyPlace(folder=folder, master=MasterSource(file=folder / "master.key"))
    with connect(shop) as connection:
        moment = connection.execute("SELECT clock_timestamp()::text").fetchone()
        accounts = connection.execute("SELECT id FROM accounts").fetchall()
        everybody: dict[int, Personal] = {number: CANARY for (number,) in accounts}
        write(connection, make_keys(connection, place), everybody)
        connection.execute("UPDATE accounts SET company = %s", (PLAIN_WORD,))
    assert moment is not None
    return str(moment[0])


def test_the_canary_stands_in_nothing_that_is_written(
    shop: Target, canary: str, tmp_path: Path
) -> None:
    for name, command in _COMMANDS.items():
        arguments = (*command, canary) if name == "rebuild" else command
        done = call(*arguments, folder=tmp_path, target=shop)
        # a busy machine misses targets, and a young shop has something to tell a doctor
        assert done.returncode in (0, 1), (name, done.stderr)
        assert name != "run" or load_ran(done), done.stdout
        (tmp_path / f"{name}.out").write_text(done.stdout + done.stderr)
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert written >= {"explain.html", "explain.json", "run.json", "report.html", "accounts.csv"}
    assert files_with(tmp_path, PLAIN_WORD) >= {"history.out"}
    assert files_with(tmp_path, *SEALED_WORDS) == set()
