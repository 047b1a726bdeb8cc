"""A folder of pgbench's own scripts through the command line, on the database of `pgbench -i`."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import call, load_ran, refusal
from tests.postgres import new_database


@pytest.fixture(scope="module")
def kept_pgbench(server: Target, pgbench_template: Target) -> Iterator[Target]:
    """Give pgbench's tables to tests that leave them as they are."""
    with new_database(server, template=pgbench_template.database) as target:
        yield target


@pytest.fixture
def folder(tmp_path: Path, pgbench_scripts: Path) -> Path:
    shutil.copytree(pgbench_scripts, tmp_path / "scripts")
    return tmp_path


def test_explain_takes_the_scripts_as_they_are(kept_pgbench: Target, folder: Path) -> None:
    done = call("explain", "--queries", "scripts", folder=folder, target=kept_pgbench)
    assert done.stderr == ""
    page = (folder / "explain.html").read_text()
    for name in ("select-only", "simple-update", "tpcb-like"):
        assert name in page
    assert "pgbench_accounts_pkey" in page
    assert "needs-clone" in done.stdout + page
    with connect(kept_pgbench) as connection:
        history = connection.execute("SELECT count(*) FROM pgbench_history").fetchone()
    assert history == (0,)


def test_explain_takes_arguments_from_csv_instead(kept_pgbench: Target, folder: Path) -> None:
    (folder / "select-only.csv").write_text("aid\n4711\n")
    arguments = ("--class", "select-only", "--csv", ".", "--show-arguments")
    done = call("explain", "--queries", "scripts", *arguments, folder=folder, target=kept_pgbench)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4711" in (folder / "explain.html").read_text()


def test_a_baseline_of_scripts_passes_the_gate_and_sees_a_dropped_index(
    pgbench_database: Target, folder: Path
) -> None:
    for name in ("simple-update", "tpcb-like"):
        (folder / "scripts" / f"{name}.sql").unlink()
    where = ("--queries", "scripts", "--baseline", "b.json")
    recorded = call("baseline", "record", *where, folder=folder, target=pgbench_database)
    assert (recorded.returncode, recorded.stderr) == (0, "")
    passed = call("gate", *where, folder=folder, target=pgbench_database)
    assert (passed.returncode, passed.stderr) == (0, ""), passed.stdout
    with connect(pgbench_database) as connection:
        connection.execute("ALTER TABLE pgbench_accounts DROP CONSTRAINT pgbench_accounts_pkey")
    failed = call("gate", *where, folder=folder, target=pgbench_database)
    assert failed.returncode == 1
    assert "pgbench_accounts_pkey" in failed.stdout


def test_a_load_of_what_only_reads_runs_in_place(kept_pgbench: Target, folder: Path) -> None:
    for name in ("simple-update", "tpcb-like"):
        (folder / "scripts" / f"{name}.sql").unlink()
    (folder / "scripts" / "own.sql").write_text(
        "\\set aid random_zipfian(1, 100000 * :scale, 1.1)\nBEGIN;\n"
        "SELECT bid FROM pgbench_accounts WHERE aid = :aid \\gset\n"
        "SELECT bbalance FROM pgbench_branches WHERE bid = :bid;\nEND;\n"
    )
    with connect(kept_pgbench) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    options = ("--queries", "scripts", "--in-place", "--users", "2", "--duration", "2")
    done = call(
        "run", *options, "--warm-up", "0", "--think", "0", folder=folder, target=kept_pgbench
    )
    assert load_ran(done), done
    (run,) = (folder / "runs").iterdir()
    result = json.loads((run / "run.json").read_text())["result"]
    assert result["failed"] == 0
    assert {query["name"] for query in result["queries"]} == {"own", "select-only"}
    assert all(query["completed"] > 0 for query in result["queries"])


def test_a_mistake_is_one_line_with_the_files_line(kept_pgbench: Target, folder: Path) -> None:
    (folder / "scripts" / "own.sql").write_text("SELECT 1;\n\\if :scale\nSELECT 2;\n\\endif\n")
    done = call("explain", "--queries", "scripts", folder=folder, target=kept_pgbench)
    assert "own.sql:2: \\if: branches are not supported" in refusal(done)


def test_arguments_follow_the_scale_of_the_database(
    pgbench_database: Target, tmp_path: Path
) -> None:
    with connect(pgbench_database) as connection:
        connection.execute("INSERT INTO pgbench_branches (bid) VALUES (2), (3)")
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "own.sql").write_text("-- params: n int\n\\set n 1000 * :scale\nSELECT :n")
    arguments = ("explain", "--queries", "scripts", "--show-arguments")
    done = call(*arguments, folder=tmp_path, target=pgbench_database)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3000" in (tmp_path / "explain.html").read_text()
