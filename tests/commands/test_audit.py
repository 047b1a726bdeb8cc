import json
from pathlib import Path

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import call, refusal

_AUDIT = ("schema", "audit")


def _changed(target: Target) -> str:
    """Change a location as the back office and return the snapshot before."""
    with connect(target) as connection:
        row = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert row is not None
        connection.execute("SET ROLE shop_back_office")
        connection.execute("SELECT set_config('shop.account_id', '42', false)")
        connection.execute("UPDATE locations SET region = 'Utah' WHERE id = 1")
    return str(row[0])


def test_show_says_who_changed_what(stocked: Target, tmp_path: Path) -> None:
    _changed(stocked)
    done = call(*_AUDIT, "show", "locations", "1", folder=tmp_path, target=stocked)
    assert done.returncode == 0, done.stderr
    head, newest, *_ = done.stdout.splitlines()
    assert head.split() == ["when", "who", "what", "transaction", "changed"]
    assert "shop_back_office/42" in newest
    assert "UPDATE" in newest
    assert "→ Utah" in newest


def test_show_prints_json(stocked: Target, tmp_path: Path) -> None:
    _changed(stocked)
    done = call(*_AUDIT, "show", "locations", "1", "--json", folder=tmp_path, target=stocked)
    newest, *_ = json.loads(done.stdout)
    assert newest["actor"] == "shop_back_office/42"
    assert newest["new_row"]["region"] == "Utah"


def test_show_of_a_record_without_events_says_so(stocked: Target, tmp_path: Path) -> None:
    done = call(*_AUDIT, "show", "locations", "999", folder=tmp_path, target=stocked)
    assert (done.returncode, done.stdout) == (0, "nothing is on record of locations 999\n")


def test_rebuild_writes_the_table_as_it_was(stocked: Target, tmp_path: Path) -> None:
    before = _changed(stocked)
    rebuild = (*_AUDIT, "rebuild", "locations", "--at", before)
    done = call(*rebuild, "--format", "json", folder=tmp_path, target=stocked)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert "Utah" not in {row["region"] for row in rows}
    assert done.stderr == f"{len(rows)} rows of locations, by the snapshot: exact\n"
    written = call(*rebuild, "--output", "old/locations.csv", folder=tmp_path, target=stocked)
    assert written.stdout == ""
    assert len((tmp_path / "old" / "locations.csv").read_text().splitlines()) == len(rows) + 1


def test_rebuild_that_is_refused_leaves_no_file(stocked: Target, tmp_path: Path) -> None:
    done = call(
        *(*_AUDIT, "rebuild", "locations", "--at", "2001-01-01", "--output", "x.csv"),
        folder=tmp_path,
        target=stocked,
    )
    assert "locations is audited since" in refusal(done)
    assert list(tmp_path.iterdir()) == []


def test_seal_says_what_is_sealed_and_what_is_broken(stocked: Target, tmp_path: Path) -> None:
    done = call(*_AUDIT, "seal", folder=tmp_path, target=stocked)
    assert done.returncode == 0, done.stderr
    assert "1 seals are whole" in done.stdout
    with connect(stocked) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit_events SET actor = 'me' WHERE id = 1")
    for more in ((), ("--verify",)):
        broken = call(*_AUDIT, "seal", *more, folder=tmp_path, target=stocked)
        assert broken.returncode == 1
        assert ": seal 1 is broken: an event, or the seal itself, was changed" in broken.stdout


def test_extend_makes_months_ahead(stocked: Target, tmp_path: Path) -> None:
    done = call(*_AUDIT, "extend", "--months", "14", folder=tmp_path, target=stocked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 months were made; the last one is 20")


def test_a_database_without_audit_is_refused(empty_database: Target, tmp_path: Path) -> None:
    for command in (("show", "orders", "1"), ("seal",), ("rebuild", "orders", "--at", "1:1:")):
        done = call(*_AUDIT, *command, folder=tmp_path, target=empty_database)
        assert "has no audit: run `b2bench schema upgrade` first" in refusal(done)
