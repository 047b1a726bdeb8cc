"""What the client counted and what the exporter shows, on a real load beside an exporter."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.queryids import StatementId
from b2bench.runs import RunPlan
from b2bench.target import Target
from exporters.exporter import Exporter, Watch
from tests.exporters.exporters import shown, watching
from tests.exporters.join import falls, imbalance, joined_calls
from tests.loadgen.driver.lab import SCHEMA, plan_for, run
from tests.postgres import change, new_database


@pytest.fixture(scope="module")
def lab(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        change(target, SCHEMA)
        yield target


def exporter_of(lab: Target, plan: RunPlan, runs: Path) -> Exporter:
    statements = [
        StatementId(query=query.name, step=step.name, queryid=step.queryid)
        for query in plan.queries
        for step in query.steps
        if step.queryid is not None
    ]
    return Exporter(Watch(server=lab, database=lab, statements=statements, runs=runs))


def test_every_execution_of_a_load_is_found_under_its_request(lab: Target, tmp_path: Path) -> None:
    plan = plan_for(lab, "read_item", "move_item", think_s=0.0)
    exporter, stranger = exporter_of(lab, plan, tmp_path), watching(lab, tmp_path)
    before = shown(exporter)
    result = run(lab, plan, tmp_path / "run").result
    after = shown(exporter)
    told = {name for name in shown(stranger) if name.startswith("bench_request_query_info{")}
    exporter.close()
    stranger.close()
    found = list(joined_calls(before, after, plan, result))
    assert {each.request for each in found} == {"read_item", "move_item"}
    assert [each for each in found if each.client != each.server] == []
    assert sum(each.client for each in found) > 100
    # the run itself says which statements its requests are
    assert told == {name for name in after if name.startswith("bench_request_query_info{")}


def test_nothing_falls_and_everything_adds_up_while_statements_churn_and_are_reset(
    lab: Target, tmp_path: Path
) -> None:
    plan = plan_for(lab, "read_item")
    exporter = exporter_of(lab, plan, tmp_path)
    done = threading.Event()
    churning = threading.Thread(target=_churn, args=(lab, done))
    churning.start()
    try:
        scrapes = [shown(exporter) for _ in range(25)]
    finally:
        done.set()
        churning.join()
        exporter.close()
    assert [fall for pair in pairwise(scrapes) for fall in falls(*pair)] == []
    assert {imbalance(series) for series in scrapes} == {0}
    growing = "pg_stat_statements_reset_timestamp_seconds"
    assert len({series[growing] for series in scrapes}) > 2


def _churn(lab: Target, done: threading.Event) -> None:
    """Execute ever new statements, and forget them all now and then."""
    with connect(lab) as connection:
        connection.prepare_threshold = None
        columns = 0
        while not done.is_set():
            columns += 1
            connection.execute(("SELECT " + ", ".join(["1"] * (columns % 200 + 1))).encode())
            if columns % 40 == 0:
                connection.execute("SELECT pg_stat_statements_reset()")
