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


def test_a_cte_counts_where_it_is_defined() -> None:
    cte = scan(
        "orders", parent_relationship="InitPlan", subplan_name="CTE mine", actual_total_time=4.0
    )
    pull = node("CTE Scan", cte_name="mine", parent_relationship="Outer", actual_total_time=5.0)
    root = plan_tree(explained(node("Limit", cte, pull, actual_total_time=5.5)))
    assert [each.self_ms for _, each in nodes(root)] == pytest.approx([0.5, 4.0, 1.0])


def test_an_initplan_run_inside_a_sibling_makes_no_time_negative() -> None:
    init = node("Result", parent_relationship="InitPlan", actual_total_time=3.0)
    outer = scan("orders", actual_total_time=4.0)
    root = plan_tree(explained(node("Limit", init, outer, actual_total_time=4.2)))
    assert root.self_ms == 0


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
