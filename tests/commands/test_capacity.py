"""`b2bench capacity` on a query whose capacity can be computed: it sleeps for a known time."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.commands._capacity import Found, Search, find_capacity
from b2bench.commands._order import make_order
from b2bench.commands._settings import read_settings
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.records import read_record
from b2bench.runs import RunRecord
from b2bench.target import Target
from reports.capacity import Capacity
from tests.commands.calling import COMMAND, call, environment, refusal
from tests.postgres import new_database

SLEEP_S = 0.04
SESSIONS = 5
# no session answers more often
MOST_PER_S = SESSIONS / SLEEP_S
_PATIENCE_S = 60


@pytest.fixture(scope="module")
def bed(server: Target) -> Iterator[Target]:
    """Give a database that can do nothing but sleep."""
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield target


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "sleep.sql").write_text(f"-- frequency: hot\nSELECT pg_sleep({SLEEP_S});\n")
    return folder


@pytest.fixture(scope="module")
def found(bed: Target, queries: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    runs = tmp_path_factory.mktemp("runs")
    flags = {"queries": str(queries), "users": str(SESSIONS), "runs": str(runs)}
    search = Search(slo_ms=300.0, first_rate=60.0, step_s=1.0, warmup_s=0.0)
    return find_capacity(make_order(read_settings(flags), in_place=True), search, bed, silent)


def test_the_capacity_is_near_what_the_sessions_can_do(found: Found) -> None:
    capacity = found.capacity
    assert capacity.broke is not None
    # a queue of 0.3 s may build up in a step of 1 s: so much more than the sessions can do holds
    assert capacity.per_s is None or capacity.per_s < 2 * MOST_PER_S
    # a busy machine may stop the client earlier, which the verdict then says
    if capacity.broke.outcome == "missed":
        assert capacity.broke.rate > MOST_PER_S / 2
        assert "sleep broke first" in capacity.verdict


def test_the_sessions_throughput_is_what_the_sleep_allows(found: Found) -> None:
    sweep = found.capacity.sweep
    assert [step.sessions for step in sweep] == [1, 2, 4, 5]
    for step in sweep:
        # the last request may have begun in the step, and ended after it
        assert 0 < step.completed <= step.sessions * (1 / SLEEP_S + 1)
        assert step.mean_ms >= SLEEP_S * 1_000
    assert sweep[-1].per_s > sweep[0].per_s


def test_each_step_is_a_run_of_its_own_in_the_folder(found: Found) -> None:
    capacity = read_record(found.folder / "capacity.json", Capacity)
    assert capacity == found.capacity
    assert found.folder.name.endswith("-capacity-folder")
    assert "Capacity" in found.report.read_text()
    seeds = set[int]()
    for step in (*capacity.sweep, *capacity.steps):
        record = read_record(found.folder / step.run / "run.json", RunRecord)
        assert record.result.queries[0].slo_ms == 300.0
        assert (found.folder / step.run / "report.html").exists()
        seeds.add(record.plan.seed)
    assert len(seeds) == len(capacity.sweep) + len(capacity.steps)


def test_ctrl_c_keeps_the_steps_that_were_measured(
    bed: Target, queries: Path, tmp_path: Path
) -> None:
    options = ("--in-place", "--queries", str(queries), "--users", "4", "--slo", "1s")
    command = subprocess.Popen(
        [*COMMAND, "capacity", *options, "--step", "2s", "--warm-up", "0"],
        cwd=tmp_path,
        env=environment(bed),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _wait_for(tmp_path, "runs/*/sweep-2/live.json")
    os.killpg(command.pid, signal.SIGINT)
    output, errors = command.communicate(timeout=_PATIENCE_S)
    assert (command.returncode, errors) == (130, "b2bench: interrupted\n")
    assert "interrupted: what was measured until then is kept" in output
    (record,) = tmp_path.glob("runs/*/capacity.json")
    capacity = read_record(record, Capacity)
    assert capacity.interrupted
    assert capacity.sweep[0].sessions == 1
    assert capacity.sweep[0].doubt == ""
    assert capacity.steps == ()


def _wait_for(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not list(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"no {pattern}"
        time.sleep(0.05)


def test_one_session_serves_all_scenarios_and_a_first_rate_may_break(
    shop: Target, tmp_path: Path
) -> None:
    options = ("--users", "2", "--step", "2s", "--warm-up", "0", "--from", "30000")
    done = call("capacity", "rfq", *options, folder=tmp_path, target=shop)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"^error: the capacity: (already )?at 30,000/s ", done.stdout, re.MULTILINE)
    (folder,) = (tmp_path / "runs").iterdir()
    alone = read_record(folder / "sweep-1" / "run.json", RunRecord)
    completed = {query.name for query in alone.result.queries if query.completed}
    # a buyer's, and a representative's
    assert {"read_cart", "representative_dashboard"} <= completed
    assert [step.run for step in read_record(folder / "capacity.json", Capacity).steps] == [
        "rate-30000",
        "rate-30000-again",
    ]


def test_a_missed_target_breaks_a_rate_whatever_a_run_may_fail_on(
    shop: Target, tmp_path: Path
) -> None:
    # every answer takes five milliseconds, of a target of one
    options = ("--users", "2", "--step", "2s", "--warm-up", "0", "--from", "150", "--slo", "1ms")
    queries = tmp_path / "queries"
    queries.mkdir()
    (queries / "sleep.sql").write_text("SELECT pg_sleep(0.005);\n")
    done = call(
        "capacity",
        *("--queries", "queries", *options),
        folder=tmp_path,
        target=shop,
        more={"B2BENCH_FAIL_ON": "never"},
    )
    assert done.returncode == 1, done.stdout
    (folder,) = (tmp_path / "runs").iterdir()
    steps = read_record(folder / "capacity.json", Capacity).steps
    assert [step.outcome for step in steps] == ["missed", "missed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nothing", "there is"),
        ("--slo soon", "slo 'soon': write a duration above 0"),
        ("--from -3", "from '-3': write requests per second"),
        ("--step 0", "step '0': write a duration above 0"),
        ("--warm-up -1", "warm-up '-1': write a duration from 0"),
        ("--runs file/runs", "file is a file"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_measured(
    arguments: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert said in refusal(call("capacity", *arguments.split(), folder=tmp_path))


def test_query_classes_without_targets_need_one(queries: Path, tmp_path: Path) -> None:
    done = call("capacity", "--queries", str(queries), "--in-place", folder=tmp_path)
    assert "set one with --slo 100ms" in refusal(done)
    assert list(tmp_path.iterdir()) == []
