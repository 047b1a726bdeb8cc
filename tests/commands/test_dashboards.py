"""`b2bench dashboards preview`: a run's recorded metrics become a page; refusals are one line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.commands._dashboards import Drawing, draw
from b2bench.errors import BadInput
from b2bench.findings import ExitCode
from b2bench.records import read_record
from b2bench.runs import METRICS_FILE, RECORD_FILE, REPORT_FILE, RunRecord
from b2bench.target import Target
from tests.commands.calling import call, load_ran, refusal
from tests.components import free_port, require
from tests.dashboards.boards import FAULTS, OVERVIEW
from tests.postgres import new_database


@pytest.fixture(scope="module")
def run(
    server: Target, shop_template: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Give the folder of a run whose metrics were recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    arguments = "run pricing --record-metrics --metrics-every 1 --duration 4 --warm-up 0 --users 2"
    with new_database(server, template=shop_template.database) as shop:
        done = call(*arguments.split(), folder=folder, target=shop)
        assert load_ran(done), done.stdout + done.stderr
        assert "look at them: b2bench dashboards preview --run runs/" in done.stdout
        [made] = (folder / "runs").iterdir()
        yield made


def _drawing(**more: object) -> Drawing:
    asked = {"address": "http://x", "run": None, "last": None, "given": [], "output": None}
    return Drawing.asked(**asked | more)  # type: ignore[arg-type]


def test_a_run_says_that_its_metrics_were_recorded(run: Path) -> None:
    record = read_record(run / RECORD_FILE, RunRecord)
    assert record.metrics is not None
    assert record.metrics.scrapes > 3
    assert record.metrics.every_s == 1
    assert f"in <code>{METRICS_FILE}</code>" in (run / REPORT_FILE).read_text()


def test_a_recorded_run_is_drawn_without_a_server(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require("prometheus")
    assert draw([OVERVIEW], _drawing(run=run.parent)) is ExitCode.FINE
    page = (run / "dashboards.html").read_text()
    assert run.name in page
    # of the run itself, by its annotation
    assert "run: pricing" in page
    assert capsys.readouterr().out.splitlines() == [
        "7 of 8 panels show data, the other one says why it has none",
        f"page: {run / 'dashboards.html'}",
    ]


def test_what_is_empty_is_named_and_exits_with_1(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = _drawing(run=run, last="2", output=tmp_path / "page.html")
    assert draw([FAULTS], drawing) is ExitCode.VERDICT_NO
    said = capsys.readouterr().out
    assert "error: Faults: Nobody exports this: no data" in said
    assert "error: Faults: No PromQL: 1:5: parse error" in said
    assert (tmp_path / "page.html").exists()


def test_without_prometheus_it_says_how_to_install_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadInput, match="not installed: `apt-get install prometheus`"):
        draw([OVERVIEW], _drawing(run=run))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"address": "nowhere"}, "write http://127.0.0.1:9090"),
        ({"run": Path()}, "record one with `b2bench run --record-metrics`"),
        ({"last": "soon"}, "--last 'soon': write a duration"),
        ({"given": ["request"]}, "write name=value"),
        ({"given": ["nope=1"]}, "no dashboard has a variable 'nope'"),
        ({"output": Path()}, "is a folder: name a file"),
    ],
)
def test_what_cannot_be_used_is_refused(
    asked: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=re.escape(said)):
        draw([OVERVIEW], _drawing(**asked))


def test_nobody_there_is_one_line(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    done = call("dashboards", "preview", "--prometheus", address, folder=tmp_path)
    assert "start one with `b2bench monitor`" in refusal(done)


def test_metrics_are_recorded_of_one_run_and_not_of_two(tmp_path: Path) -> None:
    done = call("run", "--record-metrics", "--beside", "dbname=x", folder=tmp_path)
    assert "do not go together" in refusal(done)
