"""Plan trees and shapes from EXPLAIN's JSON."""

from typing import Any

import pytest

from b2bench.queries import QueryClass
from reports.capture import Capture
from reports.plans import Condition, hottest, indexes_used, nodes, plan_shape, plan_tree
from tests.reports.conftest import Golden
from tests.reports.explained import JOIN, explained, node, scan


def test_a_tree_is_numbered_in_reading_order() -> None:
    found = [(depth, each.number, each.title) for depth, each in nodes(plan_tree(JOIN))]
    assert found == [
        (0, 0, "Nested Loop"),
        (1, 1, "Index Scan using orders_account on orders"),
        (1, 2, "Seq Scan on order_lines"),
    ]


def test_time_and_blocks_of_a_node_are_without_its_children() -> None:
    root = plan_tree(JOIN)
    assert root.total_ms == 10.0
    assert root.self_ms == pytest.approx(10.0 - 2.0 - 0.7 * 10)
    assert (root.total_blocks.hit, root.total_blocks.read) == (62, 5)
    assert root.self_blocks.total == 0
    assert root.children[1].self_blocks.total == 55


def test_rows_are_counted_over_all_loops() -> None:
    inner = plan_tree(JOIN).children[1]
    assert inner.rows == 25
    assert inner.rows_removed == 1000


def test_a_condition_keeps_its_label() -> None:
    outer = plan_tree(JOIN).children[0]
    condition = Condition(label="Index Cond", expression="(o.account_id = '77'::bigint)")
    assert outer.conditions == (condition,)


def test_a_plan_without_analyze_has_costs_and_expected_rows_only() -> None:
    raw = {"Node Type": "Limit", "Startup Cost": 1.5, "Total Cost": 8.2, "Plan Rows": 9}
    planned = plan_tree({"Plan": {**raw, "Plan Width": 12, "Plans": [{"Node Type": "Seq Scan"}]}})
    assert not any(each.is_analyzed or each.is_timed for _, each in nodes(planned))
    assert (planned.startup_cost, planned.cost) == (1.5, 8.2)
    assert (planned.rows_estimated, planned.width) == (9, 12)
    assert (planned.total_ms, planned.self_ms, planned.estimate_error) == (0, 0, 1)


def test_a_tree_tells_whether_blocks_and_time_were_measured() -> None:
    untimed = scan("t")
    del untimed["Actual Total Time"]
    root = plan_tree(explained(untimed))
    assert (root.is_analyzed, root.is_timed, root.counts_blocks) == (True, False, False)
    assert plan_tree(explained(scan("t", shared_hit_blocks=0))).counts_blocks


@pytest.mark.parametrize(
    "raw",
    [
        node("Sort", sort_method="external merge", sort_space_type="Disk"),
        node("Sort", workers=[{"Worker Number": 0, "Sort Space Type": "Disk"}]),
        node("Incremental Sort") | {"Full-sort Groups": {"Sort Space Disk": {}}},
        node("Hash", hash_batches=4),
        node("Aggregate", strategy="Hashed") | {"HashAgg Batches": 5},
        node("Materialize", storage="Disk"),
        node("CTE Scan", temp_written_blocks=7),
    ],
)
def test_a_node_that_went_to_disk_is_spilled(raw: dict[str, Any]) -> None:
    assert plan_tree(explained(raw)).is_spilled


def test_a_node_above_one_that_went_to_disk_is_not() -> None:
    sort = node("Sort", temp_written_blocks=7, sort_space_type="Disk")
    root = plan_tree(explained(node("WindowAgg", sort, temp_written_blocks=7)))
    assert [each.is_spilled for _, each in nodes(root)] == [False, True]


def test_what_could_not_be_placed_is_kept_with_the_node() -> None:
    below = scan("t", actual_total_time=5.0, shared_hit_blocks=9, shared_read_blocks=1)
    child = plan_tree(explained(node("Limit", below, actual_total_time=3.0))).children[0]
    assert child.clipped_ms == pytest.approx(5.0 - 3.0 - 0.0005)
    assert child.clipped_blocks == 10


@pytest.mark.parametrize(
    ("estimated", "actual", "loops", "factor"),
    [(10, 1000, 1, 100), (1000, 10, 1, 100), (1, 0, 1, 1), (500, 0, 0, 1)],
)
def test_an_estimate_is_off_in_either_direction(
    estimated: int, actual: int, loops: int, factor: float
) -> None:
    raw = scan("t", plan_rows=estimated, actual_rows=actual, actual_loops=loops)
    assert plan_tree(explained(raw)).estimate_error == factor


def test_the_hottest_node_comes_first() -> None:
    assert [each.number for each in hottest(plan_tree(JOIN))] == [2, 1, 0]


def test_a_node_keeps_every_figure_of_its_own() -> None:
    root = plan_tree(JOIN)
    assert root.raw == {key: value for key, value in JOIN["Plan"].items() if key != "Plans"}


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (node("Aggregate", strategy="Hashed"), "HashAggregate"),
        (node("Aggregate", strategy="Plain", partial_mode="Partial"), "Partial Aggregate"),
        (node("Hash Join", join_type="Left"), "Hash Join (Left)"),
        (
            node("Index Scan", scan_direction="Backward", index_name="i", relation_name="t"),
            "Index Scan Backward using i on t",
        ),
        (node("Bitmap Index Scan", index_name="i"), "Bitmap Index Scan on i"),
        (node("ModifyTable", operation="Insert", relation_name="t"), "Insert on t"),
        (node("SetOp", strategy="Hashed"), "SetOp (Hashed)"),
        (scan("t", parallel_aware=True), "Parallel Seq Scan on t"),
    ],
)
def test_a_shape_says_what_explain_says(raw: dict[str, Any], line: str) -> None:
    assert plan_shape(explained(raw)) == (line,)


def index_scan(name: str, **figures: object) -> dict[str, Any]:
    return node("Index Scan", index_name=name, relation_name="t", **figures)


@pytest.mark.parametrize(
    ("raw", "used"),
    [
        (index_scan("looked_up", index_cond="(id = 1)"), {"looked_up"}),
        (index_scan("nearest") | {"Order By": "(at <-> now())"}, {"nearest"}),
        (index_scan("read_whole"), set()),
        (index_scan("of_some"), {"of_some"}),
        (node("Limit", index_scan("in_order")), {"in_order"}),
        (node("Limit", node("Nested Loop", index_scan("in_order"))), {"in_order"}),
        (node("Limit", node("Sort", index_scan("read_whole"))), set()),
        (node("ModifyTable", conflict_arbiter_indexes=["arbiter"]), {"arbiter"}),
    ],
)
def test_an_index_is_used_when_it_spares_work(raw: dict[str, Any], used: set[str]) -> None:
    assert indexes_used(explained(raw), partial={"of_some"}) == used


def test_shapes_of_real_plans(
    shop_capture: Capture, queries: tuple[QueryClass, ...], golden: Golden
) -> None:
    assert len(shop_capture.classes) == len(queries)
    text = "".join(
        f"{captured.query} · {step.step}\n{_indented(step.work.plan_shape)}\n"
        for captured in shop_capture.classes
        for case in captured.cases
        for step in case.steps
    )
    golden.check("plan_shapes.txt", text)


def _indented(lines: tuple[str, ...]) -> str:
    return "".join(f"    {line}\n" for line in lines)
