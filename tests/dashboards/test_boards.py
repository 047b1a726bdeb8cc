"""Every panel, variable and annotation has data on a real Prometheus during a real run."""

import json
import math
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from b2bench.database import connect
from b2bench.target import Target
from dashboards.boards import BOARDS
from dashboards.boards._panels import NO_CLASSES, NO_RUN
from dashboards.model import Dashboard, Query
from exporters.collectors.bench_run import newest_snapshot
from exporters.metrics import METRICS
from tests.commands.calling import COMMAND, environment, exporting
from tests.dashboards.scraping import scraping
from tests.postgres import new_database

_LOAD = ("run", "mixed", "--users", "5", "--duration", "5", "--warm-up", "1")
_CHOICE = re.compile(r"label_values\((?P<selector>.+), (?P<label>\w+)\)")
# a step of a query class that the workload draws often
_A_STATEMENT = 'bench_request_query_info{request="search_full_text"}'
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A Prometheus and the time of the run that it has seen."""

    address: str
    begin_s: float
    end_s: float

    def ask(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 (JSON)
        """Return the data of an answer; a refused expression is an error."""
        address = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (loopback)
            return json.load(answer)["data"]

    def series(self, expr: str) -> list[tuple[Mapping[str, str], list[float]]]:
        """Return the series of an expression during the run: labels, a number for each second."""
        data = self.ask("query_range", query=expr, start=self.begin_s, end=self.end_s, step=1)
        return [
            (series["metric"], [float(value) for _, value in series["values"]])
            for series in data["result"]
        ]

    def has_data(self, expr: str) -> bool:
        """Return whether an expression was a number at some moment of the run."""
        return any(math.isfinite(value) for _, values in self.series(expr) for value in values)

    def values(self, selector: str, label: str) -> list[str]:
        """Return the values of a label."""
        span = {"start": self.begin_s, "end": self.end_s}
        return list(self.ask(f"label/{label}/values", **{"match[]": selector}, **span))


@pytest.fixture(scope="module")
def watched(
    server: Target, shop_template: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    """Give a Prometheus that has scraped the exporter each second while a run was going."""
    folder = tmp_path_factory.mktemp("watched")
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    with (
        new_database(server, template=shop_template.database) as shop,
        exporting(shop, folder) as exporter,
        scraping(folder, exporter) as prometheus,
    ):
        begin_s = time.time()
        load = subprocess.Popen(
            [*COMMAND, *_LOAD],
            cwd=folder,
            env=environment(shop),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for_the_end(load, folder / "runs")
        yield Watched(address=prometheus.address, begin_s=begin_s, end_s=time.time())
        # nobody waits for the report
        load.send_signal(signal.SIGINT)
        load.wait(timeout=60)


def _wait_for_the_end(load: subprocess.Popen[bytes], runs: Path) -> None:
    """Wait until nothing is asked any more; the report is written meanwhile."""
    while load.poll() is None:
        snapshot = newest_snapshot(runs)
        if snapshot and snapshot.phase == "finished":
            return
        time.sleep(0.1)


@pytest.fixture(scope="module")
def chosen(watched: Watched) -> Mapping[str, str]:
    """Give what a person sees who chooses nothing, but for the one statement."""
    names = {variable.name for board in BOARDS for variable in board.variables}
    queryid = watched.values(_A_STATEMENT, "queryid")[0]
    return dict.fromkeys(names, ".*") | {"queryid": queryid, "__rate_interval": "10s"}


def _put_in(expr: str, chosen: Mapping[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda use: chosen[use[1]], expr)


def _is_excused(query: Query, major: int) -> bool:
    """Return whether a query asks for what a healthy server may not have beside other series."""
    words = set(_WORD.findall(query.expr))
    asked = [metric for metric in METRICS if metric.name in words]
    waits_for_nothing = 'wait_event_type!=""' in query.expr
    return waits_for_nothing or any(metric.reason or metric.since > major for metric in asked)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_no_query_is_empty_during_a_run(
    watched: Watched, chosen: Mapping[str, str], server_major: int, board: Dashboard
) -> None:
    empty = [
        (panel.title, query.expr)
        for panel in board.panels
        for query in panel.queries
        # asked in any case: what may be empty must be an expression all the same
        if not watched.has_data(_put_in(query.expr, chosen))
        and panel.empty_because in {"", NO_RUN, NO_CLASSES}
        and not _is_excused(query, server_major)
    ]
    assert empty == []


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_choice_has_values(
    watched: Watched, chosen: Mapping[str, str], board: Dashboard
) -> None:
    for variable in board.variables:
        asked = _CHOICE.fullmatch(_put_in(variable.query, chosen))
        assert asked, variable.query
        assert watched.values(asked["selector"], asked["label"]), variable


def test_runs_and_plan_changes_are_marked(watched: Watched, chosen: Mapping[str, str]) -> None:
    annotations = {annotation for board in BOARDS for annotation in board.annotations}
    assert len(annotations) == 2
    assert all(watched.has_data(_put_in(each.expr, chosen)) for each in annotations)


def test_a_run_that_has_ended_is_not_marked_any_more(
    watched: Watched, chosen: Mapping[str, str]
) -> None:
    (runs,) = {each.expr for board in BOARDS for each in board.annotations if each.name == "Runs"}
    while watched.ask("query", query=_put_in(runs, chosen))["result"]:
        time.sleep(0.5)


def test_the_server_figures_carry_the_names_of_the_requests(watched: Watched) -> None:
    joined = watched.series(
        "sum by (request) (pg_stat_statements_calls_total"
        " * on (queryid) group_left (request) bench_request_query_info)"
    )
    requests = watched.series("sum by (request) (bench_requests_total) > 0")
    assert requests
    assert {labels["request"] for labels, _ in requests} <= {
        labels["request"] for labels, calls in joined if calls[-1] > 0
    }


def test_every_metric_is_produced_by_somebody(watched: Watched, server_major: int) -> None:
    produced = set(watched.ask("label/__name__/values"))
    produced |= {name.removesuffix("_bucket") for name in produced}
    due = {
        metric.name
        for metric in METRICS
        if not metric.reason and metric.since <= server_major <= (metric.until or server_major)
    }
    assert due - produced == set()
