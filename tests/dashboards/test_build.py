"""Every panel's expression returns series on a real Prometheus that scrapes a real exporter."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboards.panels import ROWS

from b2bench.database import connect
from b2bench.queries import QueryClass
from b2bench.queryids import statement_ids
from b2bench.records import write_record
from b2bench.runs import LIVE_FILE, LiveBuckets, LiveQuery, LiveSnapshot
from b2bench.target import Target
from dashboards.build import FOLDER, build
from exporters.server import Exporter, serving
from scenarios.samplers import shop_source
from tests.components import free_port, require

_CONFIG = Path(__file__).parents[2] / "dashboards" / "prometheus.yml"
_SECONDS = 12


def test_the_committed_json_is_what_the_code_builds() -> None:
    for name, content in build().items():
        assert (FOLDER / name).read_bytes() == content, "run `make generate`"


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    panels = [panel for row in ROWS for panel in row.panels]
    assert all(panel.description.endswith(".") and panel.unit for panel in panels)


def test_no_panel_lies_over_another() -> None:
    cells = set[tuple[int, int]]()
    for panel in json.loads(build()["b2bench.json"])["panels"]:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells, panel["title"]
        cells |= own


def test_promtool_accepts_the_scrape_configuration() -> None:
    promtool = require("promtool")
    subprocess.run([promtool, "check", "config", _CONFIG], check=True, capture_output=True)


@pytest.fixture(scope="module")
def prometheus(
    server: Target,
    shop_template: Target,
    shop_queries: tuple[QueryClass, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Give the address of a Prometheus that has scraped a busy exporter for some seconds."""
    program, folder = require("prometheus"), tmp_path_factory.mktemp("prometheus")
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    with connect(shop_template) as connection:
        source = shop_source(shop_template)
        ids = [i for query in shop_queries for i in statement_ids(connection, query, source)]
    with serving(Exporter(server, ids, folder / "runs"), "127.0.0.1", 0) as scraped:
        host = scraped.removeprefix("http://").removesuffix("/metrics")
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: b2bench, static_configs: [{{targets: ['{host}']}}]}}]\n"
        )
        port = free_port()
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _be_busy(shop_template, shop_queries, folder / "runs")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _be_busy(shop: Target, queries: tuple[QueryClass, ...], runs: Path) -> None:
    """Run every reading class and write live.json each second, as a run does."""
    from psycopg import RawCursor

    source = shop_source(shop)
    with connect(shop) as connection:
        for second in range(1, _SECONDS + 1):
            write_record(runs / "r1" / LIVE_FILE, _live(second, queries))
            for query in (query for query in queries if not query.writes):
                arguments = source.draw(query, seed=second, count=1)[0]
                values = arguments.encoded(query.steps[0].parameters)
                RawCursor(connection).execute(
                    query.steps[0].sql.encode(), [None if v is None else v.decode() for v in values]
                )
            time.sleep(1)


def _live(second: int, queries: tuple[QueryClass, ...]) -> LiveSnapshot:
    count = 10 * second
    buckets = LiveBuckets(
        edges_s=(0.01, 0.1), cumulative=(count // 2, count), count=count, sum_s=0.02 * count
    )
    return LiveSnapshot(
        run="r1",
        workload="mixed",
        phase="measuring",
        at_unix_s=time.time(),
        elapsed_s=float(second),
        users=5,
        queries=tuple(
            LiveQuery(
                name=query.name, slo_ms=query.slo_ms, completed=count, failed=0, response=buckets
            )
            for query in queries
        ),
    )


@pytest.mark.parametrize(
    "expr",
    [query.expr for row in ROWS for panel in row.panels for query in panel.queries],
)
def test_no_panel_is_empty(prometheus: str, expr: str) -> None:
    said = (
        expr.replace("$__rate_interval", "10s").replace("$request", ".*").replace("$datname", ".*")
    )
    address = f"{prometheus}/api/v1/query?query={urllib.parse.quote(said)}"
    with urllib.request.urlopen(address) as response:  # noqa: S310 (loopback)
        result = json.load(response)["data"]["result"]
    assert result
    assert any(series["value"][1] != "NaN" for series in result)


def test_the_server_figures_carry_the_names_of_query_classes(prometheus: str) -> None:
    expr = (
        "count by (request) (pg_stat_statements_calls_total"
        " * on (queryid) group_left (request) bench_request_query_info)"
    )
    address = f"{prometheus}/api/v1/query?query={urllib.parse.quote(expr)}"
    with urllib.request.urlopen(address) as response:  # noqa: S310 (loopback)
        result = json.load(response)["data"]["result"]
    named = {series["metric"]["request"] for series in result}
    assert {"search_full_text", "price_cart", "read_cart"} <= named
