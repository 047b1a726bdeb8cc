"""Loads without prepared statements, and loads through a PgBouncer: the accounts agree."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from b2bench.cluster.pgbouncer import find_pgbouncer, pooled
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from loadgen.driver.orders import read_orders
from loadgen.driver.statements import account, take_snapshot
from loadgen.driver.supervise import run_load
from tests.components import require
from tests.loadgen.driver.lab import ENVIRONMENT, QUERIES, Outcome, accounted, plan_for

CLASSES = (
    "read_item",
    "move_item",
    "settle_item",
    "insert_twice",
    "point_nowhere",
    "commit_nowhere",
)


@pytest.fixture(params=["direct", "pgbouncer"])
def unprepared(request: pytest.FixtureRequest, lab: Target, tmp_path: Path) -> Iterator[Target]:
    """Give the laboratory, straight and through a pooler with fewer sessions than users."""
    if request.param == "direct":
        yield lab
        return
    require("pgbouncer")
    log = tmp_path / "pgbouncer.log"
    with pooled(find_pgbouncer(), lab, pool_size=3, clients=5, log=log) as pooler:
        yield pooler.target


def run_through(way: Target, lab: Target, folder: Path) -> Outcome:
    """Put the load on its way, and take the server's account at the server."""
    plan = replace(plan_for(lab, *CLASSES, think_s=0), via=way.via, is_prepared=False)
    with connect(lab) as connection:
        before = take_snapshot(connection)
        result = run_load(way, plan, folder, silent, environment=ENVIRONMENT)
        queries = load_queries(QUERIES, CLASSES)
        server = account(connection, queries, plan=plan, result=result, before=before)
    return Outcome(result=result, server=server, folder=folder)


def test_transactions_refusals_and_restarts_are_counted_as_the_server_counts_them(
    unprepared: Target, lab: Target, tmp_path: Path
) -> None:
    outcome = run_through(unprepared, lab, tmp_path)

    assert outcome.server.is_complete
    assert outcome.server.mismatches == ()
    assert outcome.result.offered == accounted(outcome.result)
    assert outcome.of("settle_item").completed > 0
    assert outcome.of("settle_item").failed == 0
    assert outcome.of("read_item").failed == 0
    # the users' transactions met each other, so they were really several at a time
    moved = {step.step: step.executions for step in outcome.of("move_item").steps}
    assert moved["begin"] == moved["commit"] + moved["rollback"]
    assert moved["rollback"] > 0
    assert {error.sqlstate for error in outcome.of("insert_twice").errors} == {"23505"}
    assert {error.sqlstate for error in outcome.of("commit_nowhere").errors} == {"23503"}


def test_nothing_is_prepared_where_it_is_not_wanted(lab: Target, tmp_path: Path) -> None:
    with connect(lab) as connection:
        connection.execute("DROP TABLE IF EXISTS prepared_seen")
        connection.execute("CREATE TABLE prepared_seen (statements int)")
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "look.sql").write_text(
        "INSERT INTO prepared_seen SELECT count(*) FROM pg_prepared_statements"
    )
    seen = [_most_prepared(lab, folder, tmp_path, is_prepared=each) for each in (True, False)]
    assert seen == [1, 0]


def _most_prepared(lab: Target, queries: Path, folder: Path, *, is_prepared: bool) -> int:
    plan = replace(plan_for(lab, "read_item", duration_s=0.5), is_prepared=is_prepared)
    look = replace(plan.queries[0], name="look", steps=())
    environment = ENVIRONMENT | {"B2BENCH_QUERIES": str(queries)}
    run_load(lab, replace(plan, queries=(look,)), folder, silent, environment=environment)
    with connect(lab) as connection:
        row = connection.execute("SELECT max(statements) FROM prepared_seen").fetchone()
        connection.execute("TRUNCATE prepared_seen")
    assert row is not None
    return int(row[0])


def test_arguments_come_straight_from_the_database_not_through_the_pooler() -> None:
    pooler, server = "postgresql://127.0.0.1:6432/shop", "postgresql://host/shop"
    orders = read_orders({"B2BENCH_DSN": pooler, "B2BENCH_DATA_DSN": server})
    assert orders.data is not None
    assert (orders.target.conninfo, orders.data.conninfo) == (pooler, server)
    assert read_orders({"B2BENCH_DSN": server}).data is None
