"""Two databases of a real server, timed in turn."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import Connection

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import Progress, silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.gate_policy import Policy, Rules, TimeFloor
from reports.paired_timing import Effort, time_pairs
from reports.timing import TimeVerdict, Timing
from tests.postgres import new_database
from tests.reports.shop import SOURCE, write_queries

EFFORT = Effort(round_ms=40, least_pairs=4, most_pairs=12)
ONE_ROUND = Effort(rounds=1, least_pairs=8, most_pairs=8)
# a machine that does other things may double a time, and not three times over
WIDE = Policy(default=Rules(time=TimeFloor(relative=1.0, absolute_ms=1.0)))
SLOW_LINES = """
CREATE OR REPLACE FUNCTION lines_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.2);
    RETURN (SELECT count(*) FROM order_lines WHERE order_id = wanted);
END $$
"""
MORE_PRODUCTS = """
INSERT INTO products SELECT i + 20000, 'A', 1, '' FROM generate_series(1, 400000) AS i
"""
# sequences go on though transactions are rolled back; a round is two executions and eight pairs
SLOW_AT_FIRST = """
CREATE SEQUENCE calls;
CREATE OR REPLACE FUNCTION lines_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('calls') <= 10 THEN
        PERFORM pg_sleep(0.2);
    END IF;
    RETURN (SELECT count(*) FROM order_lines WHERE order_id = wanted);
END $$
"""


@pytest.fixture
def other(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a second copy of the shop; the first one is the candidate."""
    with new_database(server, template=shop_template.database) as target:
        yield target


def execute(target: Target, statement: str) -> None:
    with connect(target) as connection:
        connection.execute(statement)


def timed(
    baseline: Target,
    candidate: Target,
    queries: Sequence[QueryClass],
    *,
    clone: bool = True,
    effort: Effort = EFFORT,
    progress: Progress = silent,
    baseline_queries: Sequence[QueryClass] | None = None,
) -> dict[str, Timing]:
    found = time_pairs(
        baseline,
        candidate,
        queries,
        SOURCE,
        seed=1,
        policy=WIDE,
        effort=effort,
        clone=clone,
        progress=progress,
        baseline_queries=baseline_queries,
    )
    return {timing.query: timing for timing in found}


def named(queries: Sequence[QueryClass], *names: str) -> tuple[QueryClass, ...]:
    return tuple(query for query in queries if query.name in names)


def test_a_function_that_waits_is_slower_and_confirmed_twice(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    execute(shop, SLOW_LINES)
    found = timed(other, shop, named(queries, "count_lines"))["count_lines"]
    assert found.verdict is TimeVerdict.SLOWER
    assert found.confirmations == 2
    assert found.candidate_ms >= 200
    assert found.ratio > found.low > 2


def test_a_function_that_waits_no_more_is_faster(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    execute(other, SLOW_LINES)
    found = timed(other, shop, named(queries, "count_lines"))["count_lines"]
    assert found.verdict is TimeVerdict.FASTER
    assert found.high < 0.5


def test_a_lost_index_is_slower(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    for target in (other, shop):
        execute(target, MORE_PRODUCTS)
    execute(shop, "DROP INDEX products_sku")
    found = timed(other, shop, named(queries, "find_sku"))["find_sku"]
    assert found.verdict is TimeVerdict.SLOWER


def test_another_text_of_a_class_is_timed_beside_the_one_it_had(
    shop: Target, queries: tuple[QueryClass, ...], tmp_path: Path
) -> None:
    before = named(queries, "find_sku")
    text = (
        before[0].path.read_text().replace("WHERE sku", "WHERE pg_sleep(0.2) IS NOT NULL AND sku")
    )
    (tmp_path / "find_sku.sql").write_text(text)
    found = timed(shop, shop, load_queries(tmp_path), baseline_queries=before)["find_sku"]
    assert found.verdict is TimeVerdict.SLOWER


def test_a_class_that_the_baseline_has_not_is_not_timed(
    shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    one = named(queries, "find_sku")
    assert timed(shop, shop, queries, baseline_queries=one).keys() == {"find_sku"}


def test_two_copies_of_one_database_are_not_confirmed_to_differ(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    found = timed(other, shop, queries)
    assert found.keys() == {query.name for query in queries}
    assert {each.verdict for each in found.values()} <= {
        TimeVerdict.NOT_CERTAIN,
        TimeVerdict.UNSTABLE,
    }


def test_what_does_not_last_is_not_confirmed(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    execute(shop, SLOW_AT_FIRST)
    found = timed(other, shop, named(queries, "count_lines"), effort=ONE_ROUND)["count_lines"]
    assert found.suspected is TimeVerdict.SLOWER
    assert found.verdict is not TimeVerdict.SLOWER
    assert found.is_unconfirmed


def test_changes_leave_nothing_behind(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    found = timed(other, shop, named(queries, "place_order"))["place_order"]
    assert found.pairs >= 6
    for target in (other, shop):
        with connect(target) as connection:
            row = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE status = 'PLACED') FROM orders"
            ).fetchone()
            assert row == (5_000, 0)
            connection.execute("CREATE EXTENSION pgstattuple")
            dead = connection.execute(
                "SELECT dead_tuple_count FROM pgstattuple('orders')"
            ).fetchone()
            assert dead == (0,)


def test_a_database_in_use_is_not_changed(shop: Target, queries: tuple[QueryClass, ...]) -> None:
    found = timed(shop, shop, named(queries, "place_order", "find_sku"), clone=False)
    assert found["place_order"].verdict is TimeVerdict.UNTIMED
    assert found["place_order"].said == "changes data, so it is timed on copies only"
    assert found["find_sku"].verdict is not TimeVerdict.UNTIMED


def test_a_class_that_one_side_refuses_says_so_and_the_others_go_on(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    execute(shop, "DROP FUNCTION lines_of")
    found = timed(other, shop, named(queries, "count_lines", "find_sku"))
    assert found["count_lines"].verdict is TimeVerdict.UNTIMED
    assert found["count_lines"].said == "function lines_of(bigint) does not exist (42883)"
    assert found["find_sku"].pairs >= 6


def test_what_is_stopped_has_taken_as_long_as_it_may(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    execute(shop, SLOW_LINES.replace("0.2", "30"))
    effort = replace(EFFORT, timeout_ms=300)
    found = timed(other, shop, named(queries, "count_lines"), effort=effort)["count_lines"]
    assert found.verdict is TimeVerdict.SLOWER
    assert 300 <= found.candidate_ms < 30_000


def test_an_interrupt_leaves_no_session_and_no_change(
    other: Target, shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    calls = 0

    def interrupt(phase: str, *, done: int = 0, total: int | None = None) -> None:  # noqa: ARG001 (a Progress)
        nonlocal calls
        calls += 1
        if calls > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        timed(other, shop, queries, progress=interrupt)
    with connect(other) as connection:
        deadline_s = time.monotonic() + 10
        while others(connection, other, shop) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        assert not others(connection, other, shop)
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (5_000,)


def others(connection: Connection, *targets: Target) -> int:
    """Return the number of sessions in the databases, but for the one that asks."""
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = ANY(%s)"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        ([target.database for target in targets],),
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_databases_of_different_servers_are_not_compared(
    server: Target, open_folder: Path, pg_bin: Path | None, tmp_path: Path
) -> None:
    second = EmbeddedServer(open_folder / ".b2bench", pg_bin=pg_bin, overrides={"fsync": "off"})
    try:
        with pytest.raises(BadInput, match="different servers"):
            timed(server, second.start(), write_queries(tmp_path, "find_sku"))
    finally:
        second.destroy()
