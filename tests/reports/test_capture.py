"""Captures of a real server."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from b2bench.arguments import Arguments, Case
from b2bench.clones import clone
from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.marker import create_marked_database
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.capture import Capture, ClassCapture, capture
from tests.postgres import new_database
from tests.reports.shop import SOURCE, captured, install, write_queries


def one(capture: Capture, query: str) -> ClassCapture:
    return next(each for each in capture.classes if each.query == query)


def explain_one(target: Target, folder: Path, sql: str, *, clone: bool = True) -> ClassCapture:
    (folder / "query.sql").write_text(sql)
    return captured(target, load_queries(folder), clone=clone).classes[0]


def row_counts(target: Target) -> list[tuple[int]]:
    with connect(target) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),"
            " (SELECT count(*) FROM orders WHERE status = 'PLACED')"
        ).fetchall()


def test_every_class_is_explained_in_the_order_of_names(
    shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    assert [each.query for each in shop_capture.classes] == sorted(q.name for q in queries)
    assert shop_capture.findings == ()


def test_the_ground_is_described(shop_capture: Capture, server_major: int) -> None:
    assert shop_capture.ground.server_major == server_major
    assert shop_capture.ground.block_size == 8192
    assert shop_capture.ground.data_set is None


def test_a_plan_is_the_second_execution_with_parallel_workers_off(shop_capture: Capture) -> None:
    plan = one(shop_capture, "find_sku").cases[0].steps[0].plan
    assert plan["Settings"]["max_parallel_workers_per_gather"] == "0"
    assert plan["Plan"]["Shared Read Blocks"] == 0


def test_a_step_is_fed_by_the_row_of_an_earlier_one(shop_capture: Capture) -> None:
    steps = one(shop_capture, "place_order").cases[0].steps
    assert [step.step for step in steps] == ["create", "add_line", "close"]
    assert steps[2].work.tuples == 1


def test_the_transactions_setting_is_made(shop: Target, tmp_path: Path) -> None:
    found = explain_one(
        shop,
        tmp_path,
        "-- params: account_id bigint\n-- set: shop.account_id = :account_id\n-- example: 77\n"
        "SELECT id FROM orders WHERE account_id = current_setting('shop.account_id')::bigint",
    )
    assert found.cases[0].steps[0].rows == 10


def test_what_a_class_changes_is_rolled_back(shop: Target, queries: tuple[QueryClass, ...]) -> None:
    before = row_counts(shop)
    captured(shop, queries)
    assert row_counts(shop) == before


def test_on_a_clone_the_data_set_is_not_touched_at_all(server: Target, tmp_path: Path) -> None:
    with new_database(server) as target:
        create_marked_database(target)
        install(target)
        queries = write_queries(tmp_path, "place_order")
        with connect(target) as connection:
            before = connection.execute("SELECT last_value FROM orders_id_seq").fetchall()
        with clone(target, "explain") as copy:
            assert captured(copy, queries).findings == ()
        with connect(target) as connection:
            assert connection.execute("SELECT last_value FROM orders_id_seq").fetchall() == before


def test_without_a_clone_nothing_that_writes_is_executed(
    shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    found = captured(shop, queries, clone=False)
    assert [finding.code for finding in found.findings] == ["needs-clone"]
    assert one(found, "place_order").cases == ()
    assert one(found, "find_sku").cases != ()


def test_a_lock_or_a_writing_function_needs_a_clone_too(shop: Target, tmp_path: Path) -> None:
    sql = "-- example:\nSELECT id FROM orders WHERE id = 1 FOR UPDATE"
    assert explain_one(shop, tmp_path, sql, clone=False).findings[0].code == "needs-clone"
    assert explain_one(shop, tmp_path, sql).findings == ()


def test_a_class_that_fails_does_not_stop_the_others(shop: Target, tmp_path: Path) -> None:
    write_queries(tmp_path, "find_sku")
    (tmp_path / "broken.sql").write_text("SELECT * FROM nowhere")
    found = captured(shop, load_queries(tmp_path))
    assert [each.failed for each in found.classes] == [True, False]
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("cannot-explain", Severity.ERROR)
    assert 'relation "nowhere" does not exist (42P01)' in finding.message


def test_an_error_does_not_show_values(shop: Target, tmp_path: Path) -> None:
    found = explain_one(
        shop, tmp_path, "-- params: sku text\n-- example: secret\nSELECT :sku::int FROM orders"
    )
    assert "22P02" in found.findings[0].message
    assert "secret" not in found.findings[0].message


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("-- params: sku text\nSELECT :sku", "1 parameters, 0 values"),
        (
            "-- step: a -> wrong bigint\nSELECT 1 AS id;\n-- step: b\nSELECT :wrong;",
            "gives no column wrong",
        ),
    ],
)
def test_a_mistake_in_a_file_is_named(shop: Target, tmp_path: Path, sql: str, message: str) -> None:
    assert message in explain_one(shop, tmp_path, sql).findings[0].message


def test_steps_that_wait_for_a_missing_row_are_not_reached(shop: Target, tmp_path: Path) -> None:
    found = explain_one(
        shop,
        tmp_path,
        "-- step: find -> id bigint\nSELECT id FROM orders WHERE id = -1;\n"
        "-- step: use\nSELECT :id;",
    )
    assert found.findings == ()
    assert found.cases[0].unreached == ("use",)


class TwoCases:
    """Draws two cases, the rare one first."""

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        assert query.name
        assert seed == 7
        values = (("SKU-9", Case.RARE), ("none", Case.MISS), ("SKU-8", Case.RARE))
        return [Arguments(values={"sku": sku}, case=case) for sku, case in values][:count]


def test_each_case_is_explained_once(shop: Target, tmp_path: Path) -> None:
    queries = write_queries(tmp_path, "find_sku")
    found = capture(shop, queries, TwoCases(), seed=7, progress=silent)
    cases = found.classes[0].cases
    assert [(case.case, case.arguments, case.steps[0].rows) for case in cases] == [
        (Case.RARE, {"sku": "SKU-9"}, 1),
        (Case.MISS, {"sku": "none"}, 0),
    ]


def test_a_class_runs_as_the_role_that_the_caller_names(shop: Target, tmp_path: Path) -> None:
    (tmp_path / "who.sql").write_text(
        "-- role: buyer\nSELECT 1 FROM pg_roles WHERE rolname = current_user"
        " AND rolname = 'pg_monitor'"
    )
    found = capture(
        shop,
        load_queries(tmp_path),
        SOURCE,
        seed=1,
        progress=silent,
        roles={"buyer": "pg_monitor"},
    )
    assert found.classes[0].cases[0].steps[0].rows == 1


def test_progress_is_told(shop: Target, tmp_path: Path) -> None:
    told = list[tuple[str, int, int | None]]()

    def progress(phase: str, *, done: int = 0, total: int | None = None) -> None:
        told.append((phase, done, total))

    capture(shop, write_queries(tmp_path, "find_sku"), SOURCE, seed=1, progress=progress)
    assert told == [("explain find_sku", 0, 1), ("explain", 1, 1)]
