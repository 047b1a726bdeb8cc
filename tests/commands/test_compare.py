"""`b2bench compare` and the files that a CI reads, as a shell calls them."""

import json
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from b2bench.records import to_json, write_record
from b2bench.runs import RunRecord
from b2bench.target import Target
from tests.commands.calling import COMMAND, call, environment, load_ran, refusal
from tests.figures.html import assert_offline_and_sound
from tests.loadgen.driver.lab import until
from tests.reports.junit_rules import breaches
from tests.reports.sample_runs import in_turn, one_after_the_other

SHORT = ("--users", "5", "--duration", "1", "--warm-up", "0")


def kept(folder: Path, baseline: RunRecord, candidate: RunRecord) -> None:
    write_record(folder / "before" / "run.json", baseline)
    write_record(folder / "after" / "run.json", candidate)


def test_a_slower_class_exits_1_and_every_file_says_so(tmp_path: Path) -> None:
    kept(tmp_path, *in_turn(1, slower={"price_cart": 1.4}))
    files = ("--output", "c.html", "--markdown", "c.md", "--json", "c.json", "--junit", "c.xml")
    done = call("compare", "before", "after/run.json", *files, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "slower (p" in done.stdout
    assert "compared in turn, 6 rounds each: 1 slower: price_cart" in done.stdout
    assert_offline_and_sound((tmp_path / "c.html").read_text())
    assert "❌ slower" in (tmp_path / "c.md").read_text()
    assert json.loads((tmp_path / "c.json").read_text())["exit_code"] == 1
    assert breaches((tmp_path / "c.xml").read_text()) == []


def test_no_difference_exits_0_with_one_warning_of_drift(tmp_path: Path) -> None:
    kept(tmp_path, *one_after_the_other(1))
    done = call("compare", "before", "after", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("warning: ") == 1
    assert "did not run in turn" in done.stdout
    assert done.stdout.count("~ (p=") == 4


def test_the_tolerance_can_be_set_everywhere(tmp_path: Path) -> None:
    kept(tmp_path, *in_turn(1, slower={"price_cart": 1.4}))
    done = call("compare", "before", "after", "--tolerance", "60%", folder=tmp_path)
    assert done.returncode == 0
    assert "within the tolerance of 60 %" in done.stdout
    (tmp_path / "b2bench.toml").write_text('tolerance = "60%"\n')
    assert call("compare", "before", "after", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("option", "begins"), [("--json", "{"), ("--junit", "<?xml"), ("--markdown", "### ")]
)
def test_a_file_on_standard_output_stands_there_alone(
    option: str, begins: str, tmp_path: Path
) -> None:
    kept(tmp_path, *in_turn(1))
    done = call("compare", "before", "after", option, "-", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(begins)
    assert "seen from" not in done.stdout or option == "--markdown"
    if option == "--json":
        assert json.loads(done.stdout)["classes"]


def test_unlike_runs_are_refused_in_one_line_and_compared_anyway(tmp_path: Path) -> None:
    baseline, candidate = in_turn(1)
    kept(tmp_path, baseline, replace(candidate, plan=replace(candidate.plan, seed=2)))
    line = refusal(call("compare", "before", "after", folder=tmp_path))
    assert "not comparable: seed 1 and 2: --anyway compares them all the same" in line
    done = call("compare", "before", "after", "--anyway", folder=tmp_path)
    assert done.returncode == 0
    assert "warning: seed: differs: 1 and 2" in done.stdout


def test_what_is_no_run_is_told_in_one_line(tmp_path: Path) -> None:
    kept(tmp_path, *in_turn(1))
    record = json.loads((tmp_path / "before" / "run.json").read_text())
    files = {
        "older.json": to_json(record | {"record_version": 1}),
        "newer.json": to_json(record | {"record_version": 99}),
        "damaged.json": b"{",
        "other.json": b'{"record_version": 2}',
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("nowhere", "name the folder of a run that has ended"),
        ("empty", "name the folder of a run that has ended"),
        ("older.json", "of an older b2bench (record version 1, this one reads 2): run it again"),
        ("newer.json", "of a newer b2bench"),
        ("damaged.json", "damaged.json cannot be read"),
        ("other.json", "missing required field"),
    ):
        assert said in refusal(call("compare", "before", name, folder=tmp_path))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("compare before after --json - --junit -", "cannot both be standard output"),
        ("compare before after --junit before", "before is a folder: name a file"),
        ("compare before after --tolerance much", "write per cent, such as 5%"),
        ("compare before", "CANDIDATE"),
        ("run --fail-on everything", "write never, warning, or some of target, errors"),
        ("run --fail-on mean>3%", "errors and skipped may name a share"),
        ("run --junit - --json -", "cannot both be standard output"),
        ("run --rounds 0", "write a whole number from 1 to "),
        ("run --json before/run.json/x", "is a file"),
    ],
)
def test_what_is_wrong_before_anything_is_done(arguments: str, said: str, tmp_path: Path) -> None:
    kept(tmp_path, *in_turn(1))
    assert said in refusal(call(*arguments.split(" "), folder=tmp_path))


def test_a_run_leaves_junit_and_json_for_a_ci(shop: Target, tmp_path: Path) -> None:
    done = call("run", "pricing", *SHORT, "--junit", "ci/run.xml", "--json", "-", folder=tmp_path,
                target=shop)  # fmt: skip
    judged = json.loads(done.stdout)
    assert judged["exit_code"] == done.returncode
    assert judged["verdict"]
    (run,) = (tmp_path / "runs").iterdir()
    record = json.loads((run / "run.json").read_text())
    assert {**record, "exit_code": judged["exit_code"], "verdict": judged["verdict"]} == judged
    text = (tmp_path / "ci" / "run.xml").read_text()
    assert breaches(text) == []
    assert 'name="price_item"' in text
    assert (fromstring(text)[0].get("failures") != "0") == (done.returncode == 1)  # noqa: S314


def test_what_fails_is_as_the_setting_says_in_record_page_and_exit_code(
    shop: Target, tmp_path: Path
) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "broken.sql").write_text("SELECT 1 / (SELECT 0) AS never")
    load = ("run", "--queries", "q", *SHORT)
    failed = call(*load, folder=tmp_path, target=shop)
    assert failed.returncode == 1
    assert "error: broken: " in failed.stdout
    (tmp_path / "b2bench.toml").write_text('fail-on = "never"\n')
    passed = call(*load, folder=tmp_path, target=shop)
    assert passed.returncode == 0, passed.stdout
    assert "warning: broken: " in passed.stdout
    newest = max((tmp_path / "runs").iterdir())
    record = json.loads((newest / "run.json").read_text())
    assert {found["severity"] for found in record["findings"]} == {"warning"}
    assert '<p class="verdict warn">' in (newest / "report.html").read_text()
    more = {"B2BENCH_FAIL_ON": "errors>99.9%"}
    assert call(*load, folder=tmp_path, target=shop, more=more).returncode == 1


def test_the_schema_of_the_json_is_printed_without_a_server(tmp_path: Path) -> None:
    done = call("run", "--json-schema", folder=tmp_path)
    assert done.returncode == 0
    assert "exit_code" in json.loads(done.stdout)["$defs"]["JudgedRun"]["properties"]
    assert list(tmp_path.iterdir()) == []


def test_two_databases_are_loaded_in_turn_and_compared(shop: Target, tmp_path: Path) -> None:
    options = ("--users", "4", "--duration", "3", "--warm-up", "0", "--rounds", "5")
    done = call("run", "pricing", *options, "--beside", shop.conninfo, "--tolerance", "900%",
                "--fail-on", "never", "--json", "c.json", folder=tmp_path, target=shop)  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "compared in turn, 5 rounds each" in done.stdout
    assert "did not run in turn" not in done.stdout
    baseline, candidate = sorted((tmp_path / "runs").iterdir())
    assert baseline.name.endswith("-pricing-baseline")
    assert candidate.name.endswith("-pricing-candidate")
    assert (candidate / "comparison.html").exists()
    for folder in (baseline, candidate):
        record = json.loads((folder / "run.json").read_text())
        result = record["result"]
        assert len(record["plan"]["stages"]) == 5
        assert len(result["stages"]) == len(list((folder / "rounds").iterdir()))
        assert sum(stage["completed"] for stage in result["stages"]) == result["completed"]
        assert [f for f in record["findings"] if f["code"] == "counts-differ"] == []
        assert (folder / "report.html").exists()
    judged = json.loads((tmp_path / "c.json").read_text())
    assert (judged["is_interleaved"], judged["rounds"]) == (True, 5)
    assert {each["name"] for each in judged["classes"]} >= {"price_item", "price_page"}
    again = call("compare", str(baseline), str(candidate), "--anyway", folder=tmp_path)
    assert "compared in turn, 5 rounds each" in again.stdout


def test_rounds_that_somebody_ends_early_are_kept(shop: Target, tmp_path: Path) -> None:
    options = ("--users", "4", "--duration", "100", "--warm-up", "0", "--rounds", "100")
    load = subprocess.Popen(
        [*COMMAND, "run", "pricing", *options, "--beside", shop.conninfo],
        cwd=tmp_path,
        env=environment(shop),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        # then the first pair is kept
        until(lambda: [*tmp_path.glob("runs/*/rounds/2/load.json")] or None, 100)
        load.send_signal(signal.SIGINT)
        _, errors = load.communicate(timeout=100)
    finally:
        load.kill()
    assert (load.returncode, errors) == (130, "b2bench: interrupted\n")
    for folder in (tmp_path / "runs").iterdir():
        record = json.loads((folder / "run.json").read_text())
        assert record["result"]["phase"] == "interrupted"
        assert (folder / "report.html").exists()


def test_databases_with_other_data_are_not_loaded_beside_each_other(
    shop: Target, bare_shop: Target, tmp_path: Path
) -> None:
    line = refusal(
        call("run", *SHORT, "--beside", bare_shop.conninfo, folder=tmp_path, target=shop)
    )
    assert "not comparable: the baseline holds tiny" in line
    assert not (tmp_path / "runs").exists()


def test_a_run_that_is_fine_stays_fine_whatever_is_written(shop: Target, tmp_path: Path) -> None:
    done = call("run", "pricing", *SHORT, "--junit", "run.xml", folder=tmp_path, target=shop)
    assert load_ran(done), done.stdout
    assert "report: " in done.stdout
