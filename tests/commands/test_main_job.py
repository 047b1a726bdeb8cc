"""What the README promises, through the command line, on the tiny profile."""

import json
import re
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest
from psycopg.conninfo import conninfo_to_dict

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import COMMAND, call, environment, exporting, load_ran, refusal
from tests.components import require

INDEX = "technical_specifications_filter"


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder whose name is long and has blanks."""
    folder = tmp_path_factory.mktemp("our shop") / ("a long name " * 12).strip()
    folder.mkdir()
    return folder


def test_a_demo_leaves_reports_and_a_database_full_of_data(
    shop_folder: Path, pg_bin: Path | None
) -> None:
    named = ("--pg-bin", str(pg_bin)) if pg_bin else ()
    folder = shop_folder
    options = ("--profile", "tiny", "--users", "5", "--duration", "4", "--warm-up", "1s")
    try:
        done = call("demo", *options, *named, folder=folder)
        assert load_ran(done), done
        assert done.stderr == ""
        for name in ("price_item", "search_full_text", "create_rfq"):
            assert re.search(rf"^{name} +\d+ ", done.stdout, re.MULTILINE)
        assert "holds:    200 products, 1,000 variants" in done.stdout
        assert "gate passed: no regression in 50 query classes" in done.stdout
        (run,) = (folder / "runs").iterdir()
        assert {path.name for path in run.iterdir()} >= {
            "run.json",
            "report.html",
            "explain.html",
            "gate.md",
            "histograms.hlog",
        }
        record = json.loads((run / "run.json").read_text())
        assert record["result"]["failed"] == 0
        assert record["result"]["completed"] > 0
        psql = call(
            "server", "psql", *named, "--", "-Atc", "SELECT count(*) FROM products", folder=folder
        )
        assert psql.stdout == "200\n"
        dsn = call("server", "dsn", *named, folder=folder).stdout.strip()
        said = call("server", "connect-info", *named, folder=folder).stdout
        assert f"port         {conninfo_to_dict(dsn)['port']}\n" in said
        with connect(Target.parse(dsn)) as connection:
            variants = connection.execute("SELECT count(*) FROM product_variants").fetchone()
        assert variants == (1_000,)
    finally:
        gone = call("server", "destroy", *named, folder=folder)
    assert gone.stdout == "the embedded server is gone\n"


def test_the_gate_names_a_dropped_index_and_passes_a_second_database(
    shop: Target, empty_database: Target, tmp_path: Path
) -> None:
    assert call("baseline", "record", folder=tmp_path, target=shop).returncode == 0
    passed = call("gate", folder=tmp_path, target=shop)
    assert passed.returncode == 0, passed.stdout
    with connect(shop) as connection:
        connection.execute(f"DROP INDEX {INDEX}")
    stopped = call("gate", folder=tmp_path, target=shop)
    assert stopped.returncode == 1
    assert f"cause: index {INDEX} is missing" in stopped.stdout
    assert f"CREATE INDEX {INDEX} ON" in stopped.stdout
    for command in ("schema install", "data generate --profile tiny"):
        done = call(*command.split(), folder=tmp_path, target=empty_database)
        assert done.returncode == 0, done.stderr
    second = call("gate", folder=tmp_path, target=empty_database)
    assert second.returncode == 0, second.stdout


def test_the_gate_does_not_compare_with_data_that_a_run_has_changed(
    shop: Target, tmp_path: Path
) -> None:
    assert call("baseline", "record", folder=tmp_path, target=shop).returncode == 0
    load = ("run", "rfq", "--in-place", "--users", "2", "--duration", "1", "--warm-up", "0")
    done = call(*load, folder=tmp_path, target=shop)
    assert load_ran(done), done
    line = refusal(call("gate", folder=tmp_path, target=shop))
    assert "not comparable" in line
    assert "changed in place by" in line


def test_a_run_is_scraped_while_it_lasts(shop: Target, tmp_path: Path) -> None:
    promtool = require("promtool")
    load = subprocess.Popen(
        [*COMMAND, "run", "--users", "5", "--duration", "6", "--warm-up", "0"],
        cwd=tmp_path,
        env=environment(shop),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with exporting(shop, tmp_path) as url:
        metrics = _scraped_until_joined(url, load)
    assert load.wait(timeout=60) in {0, 1}
    joined, served = _joined(metrics)
    assert set(joined.values()) >= {"price_item", "search_full_text", "create_rfq"}
    assert served & joined.keys()
    checked = subprocess.run(
        [str(promtool), "check", "metrics"],
        input=metrics,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def _scraped_until_joined(url: str, load: subprocess.Popen[bytes]) -> str:
    """Scrape until a statement of the run is counted, at the latest until the load has ended."""
    while True:
        ended = load.poll() is not None
        with urlopen(url, timeout=10) as answer:  # noqa: S310 (the address is our own)
            metrics = answer.read().decode()
        joined, served = _joined(metrics)
        if ended or ("bench_requests_total{" in metrics and served & joined.keys()):
            return str(metrics)


def _joined(metrics: str) -> tuple[dict[str, str], set[str]]:
    """Return the query class of each statement's number, and the numbers that were counted."""
    info = re.findall(r'bench_request_query_info\{queryid="(.+?)",request="(\w+)"', metrics)
    served = re.findall(r'pg_stat_statements_calls_total\{.*?queryid="(.+?)"', metrics)
    return dict(info), set(served)
