"""The load runs each query class under the role that its file names."""

from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.records import read_record
from b2bench.runs import RunRecord
from b2bench.target import Target
from tests.commands.calling import call, load_ran
from tests.components import require
from tests.test_roles import someone

# a request by anybody else divides by zero
_ACTS = "SELECT 1 / (current_user = {who})::int AS acts;\n"
_OPTIONS = ("--in-place", "--users", "3", "--duration", "2s", "--warm-up", "0", "--think", "0.02")

__all__ = ["someone"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, role, who in (
        ("buying", "shop_buyer", "'shop_buyer'"),
        ("synchronising", "shop_sync", "'shop_sync'"),
        ("neither", "nobody_has_this", "session_user"),
    ):
        (tmp_path / "queries").mkdir(exist_ok=True)
        (tmp_path / "queries" / f"{name}.sql").write_text(
            f"-- role: {role}\n" + _ACTS.format(who=who)
        )
    return tmp_path


def _record(folder: Path) -> RunRecord:
    (path,) = folder.glob("runs/*/run.json")
    return read_record(path, RunRecord)


@pytest.mark.parametrize("via", ["direct", "pgbouncer"])
def test_each_class_runs_under_its_role(shop: Target, folder: Path, via: str) -> None:
    if via == "pgbouncer":
        require("pgbouncer")
    done = call("run", *_OPTIONS, "--via", via, "--queries", "queries", folder=folder, target=shop)
    assert load_ran(done), done.stdout + done.stderr
    record = _record(folder)
    assert {query.name: query.role for query in record.plan.queries} == {
        "buying": "shop_buyer",
        "neither": None,
        "synchronising": "shop_sync",
    }
    assert all(query.completed and not query.failed for query in record.result.queries)
    assert record.is_account_complete
    assert not [each for each in record.findings if each.code == "counts-differ"]


def test_a_role_that_may_not_be_taken_on_is_said_once(
    shop: Target, someone: tuple[str, Target], folder: Path
) -> None:
    name, user = someone[0], someone[1].for_database(shop.database)
    with connect(shop) as connection:
        connection.execute(f"GRANT pg_read_all_data, pg_monitor TO {name}".encode())
    done = call("run", *_OPTIONS, "--queries", "queries", folder=folder, target=user)
    refused = [each for each in _record(folder).findings if each.code == "role-refused"]
    assert [each.subject for each in refused] == ["shop_buyer, shop_sync"]
    assert "may not be taken on" in done.stdout
