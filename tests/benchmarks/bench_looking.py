"""What looking costs: a capture for the gate, a scrape."""

from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from b2bench.progress import silent
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import capture
from scenarios.samplers import shop_source
from tests.exporters.exporters import watching


def bench_capture_of_every_query_class(
    benchmark: BenchmarkFixture, shop: Target, shop_queries: tuple[QueryClass, ...]
) -> None:
    source = shop_source(shop)
    benchmark.pedantic(
        capture, (shop, shop_queries, source), {"seed": 1, "progress": silent}, rounds=3
    )


def bench_scrape(benchmark: BenchmarkFixture, shop: Target, tmp_path: Path) -> None:
    exporter = watching(shop, tmp_path)
    exporter.render()
    benchmark(exporter.render)
    exporter.close()
