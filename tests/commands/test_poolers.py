"""Loads through a PgBouncer, as a person calls them: what they tell, and what they leave behind."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from b2bench.clones import clone
from b2bench.cluster.pgbouncer import find_pgbouncer
from b2bench.cluster.processes import alive, wait_until
from b2bench.records import read_record
from b2bench.runs import RunRecord
from b2bench.target import Target
from reports.poolers import PoolersRecord
from tests.commands.calling import COMMAND, call, environment, load_ran, refusal
from tests.components import require
from tests.figures.html import assert_offline_and_sound
from tests.loadgen.driver.lab import phase_of

POOLED = ("run", "--via", "pgbouncer", "--warm-up", "0")


def pooler_pid(run: Path) -> int:
    found = re.search(r"\[(\d+)\]", (run / "pgbouncer.log").read_text())
    assert found is not None
    return int(found[1])


@contextmanager
def measuring(shop: Target, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Give a command whose load is under way, and its run's folder."""
    command = subprocess.Popen(
        [*COMMAND, *POOLED, "--users", "5", "--duration", "60"],
        cwd=folder,
        env=environment(shop),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_until(lambda: any(map(_measures, folder.glob("runs/*"))), 60)
        yield command, next(folder.glob("runs/*"))
    finally:
        command.kill()
        command.communicate()


def _measures(run: Path) -> bool:
    return phase_of(run) == "measuring"


def test_a_pooled_run_balances_its_accounts_and_says_what_is_not_prepared(
    shop: Target, tmp_path: Path
) -> None:
    require("pgbouncer")
    done = call(
        *POOLED, "--users", "8", "--pool-size", "3", "--duration", "3", folder=tmp_path, target=shop
    )
    assert load_ran(done), done.stdout + done.stderr
    (run,) = (tmp_path / "runs").iterdir()
    record = read_record(run / "run.json", RunRecord)
    assert (record.plan.via, record.plan.is_prepared) == ("pgbouncer", find_pgbouncer().prepares)
    assert record.result.completed > 0
    assert record.result.failed == 0
    assert [each for each in record.statements if each.client_calls != each.server_calls] == []
    assert {each.step for each in record.statements} >= {"begin", "commit", "set_config"}
    says = "went through PgBouncer"
    assert says in done.stdout
    assert says in (run / "report.html").read_text()
    assert ("they are not prepared" in done.stdout) is not find_pgbouncer().prepares
    assert not alive(pooler_pid(run))


def test_the_server_s_password_is_in_nothing_that_a_run_leaves(
    shop: Target, tmp_path: Path
) -> None:
    require("pgbouncer")
    password = conninfo_to_dict(shop.conninfo).get("password")
    if not password:
        pytest.skip("the server named by --dsn trusts everybody")
    done = call(*POOLED, "--users", "5", "--duration", "1", folder=tmp_path, target=shop)
    assert load_ran(done), done.stdout + done.stderr
    files = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert "pgbouncer.log" in {path.name for path in files}
    assert [path for path in files if str(password).encode() in path.read_bytes()] == []
    assert str(password) not in done.stdout + done.stderr


def test_ctrl_c_ends_the_pooler_and_keeps_the_run(shop: Target, tmp_path: Path) -> None:
    require("pgbouncer")
    with measuring(shop, tmp_path) as (command, run):
        pid = pooler_pid(run)
        assert alive(pid)
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=60)
    assert (command.returncode, errors) == (128 + signal.SIGINT, "b2bench: interrupted\n")
    assert json.loads((run / "run.json").read_text())["result"]["phase"] == "interrupted"
    assert not alive(pid)


def test_a_killed_command_leaves_no_pooler(shop: Target, tmp_path: Path) -> None:
    require("pgbouncer")
    with measuring(shop, tmp_path) as (command, run):
        pid = pooler_pid(run)
        assert alive(pid)
        command.kill()
        command.wait()
        assert wait_until(lambda: not alive(pid), 10)
    # the next one drops the copy that was left
    with clone(shop, "run"):
        pass


@pytest.mark.parametrize("command", ["run --via pgbouncer", "poolers"])
def test_a_pooler_that_is_not_there(command: str, tmp_path: Path) -> None:
    line = refusal(call(*command.split(), "--pgbouncer", "missing", folder=tmp_path))
    assert "missing is no program: name PgBouncer's with --pgbouncer" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run --via odyssey", "write direct or pgbouncer"),
        ("run --via pgbouncer --replica host=nowhere", "leave out --replica and --master"),
        ("run --via pgbouncer --master 127.0.0.1:1", "leave out --replica and --master"),
        ("run --pool-size 0", "write a whole number from 1"),
        ("poolers --users-list 10,many", "with commas between them"),
        ("poolers --users-list 0,10", "with commas between them"),
        ("poolers --users-list 1", "4"),
        ("poolers --rounds 0", "write a whole number from 1"),
        ("poolers nothing", "there is"),
    ],
)
def test_what_is_wrong_without_a_server(arguments: str, said: str, tmp_path: Path) -> None:
    require("pgbouncer")
    assert said in refusal(call(*arguments.split(), folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_more_users_than_the_server_takes(shop: Target, tmp_path: Path) -> None:
    require("pgbouncer")
    line = refusal(call("poolers", "--users-list", "5,9000", folder=tmp_path, target=shop))
    assert "too few for 9,000 users" in line
    assert "raise max_connections, or name fewer with --users-list" in line
    assert not (tmp_path / "runs").exists()


def test_a_matrix_measures_every_way_with_each_number_of_users(
    shop: Target, tmp_path: Path
) -> None:
    require("pgbouncer")
    tiny = ("--users-list", "6,2", "--rounds", "1", "--duration", "2", "--warm-up", "0")
    done = call("poolers", "pricing", *tiny, "--pool-size", "1", folder=tmp_path, target=shop)
    assert done.stderr == ""
    (matrix,) = (tmp_path / "runs").iterdir()
    record = read_record(matrix / "poolers.json", PoolersRecord)
    assert done.returncode == any(found.severity == "error" for found in record.findings)
    assert [sample.users for sample in record.samples] == [2] * 3 + [6] * 3
    for sample in record.samples:
        assert sample.completed > 0
        assert sample.failed == 0
        assert len(sample.connect_ms) == 20
        # at most as many sessions as users, or as many as the pool has
        assert 1 <= sample.backends <= (sample.users if sample.route.via == "direct" else 1)
        assert (sample.pooler_memory_bytes is None) == (sample.route.via == "direct")
        assert read_record(matrix / sample.run / "run.json", RunRecord).plan.users == sample.users
    assert max(sample.backends for sample in record.samples if sample.users == 6) > 1
    outline = assert_offline_and_sound((matrix / "poolers.html").read_text())
    for name in ("direct, prepared", "direct, unprepared", "PgBouncer, unprepared"):
        assert name in outline.text
        assert done.stdout.count(f"{name} ") >= 2
