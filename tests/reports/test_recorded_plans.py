"""Plans that servers of four versions gave: each is read, drawn, and its parts are its whole."""

from itertools import pairwise

import pytest

from b2bench.figures.page import environment
from reports.explain_page import plan_view
from reports.plan_view import beside_the_tree
from reports.plans import PlanNode, nodes, plan_shape, plan_tree, raw_nodes
from reports.redaction import redact_plan
from tests.figures.html import assert_offline_and_sound
from tests.reports.recorded_plans.reading import HERE, Recorded, recorded

PLANS = list(recorded())
# a figure of EXPLAIN has three decimals, and is a mean over loops
ROUNDING_MS = 0.0005


# data-modifying, executed to their end when the tree is done
AFTER_THE_TREE = {"cte_that_changes_unread", "cte_that_changes_partly_read"}


def had_read(root: PlanNode) -> tuple[float, int]:
    """How much time and how many blocks of a CTE had its scan paid for, if it has one."""
    scans = [node for _, node in nodes(root) if node.node_type == "CTE Scan"]
    ms = sum(scan.total_ms - scan.self_ms for scan in scans)
    return ms, sum(scan.total_blocks.total - scan.self_blocks.total for scan in scans)


def rounding_ms(root: PlanNode) -> float:
    """How far sums may be off because every figure is rounded."""
    return sum(ROUNDING_MS * max(1, node.loops) for _, node in nodes(root))


def test_there_are_more_than_fifty_of_four_versions() -> None:
    assert len(PLANS) > 50
    assert {plan.version for plan in PLANS} == {"pg15", "pg16", "pg17", "pg18"}


@pytest.mark.parametrize(
    "text",
    [
        '"Gather"',
        '"Gather Merge"',
        '"Parallel Aware":true',
        '"CTE Scan"',
        '"WorkTable Scan"',
        '"SubPlan 1',
        '"InitPlan 1',
        '"Actual Loops":0',
        '"Subplans Removed":',
        '"ModifyTable"',
        '"Merge"',
        '"JIT"',
        '"Foreign Scan"',
        '"Memoize"',
        '"Incremental Sort"',
        '"Triggers"',
        '"Disk"',
        '"Workers Launched":0',
        '"Async Capable":true',
        '"Remote SQL"',
        '"Serialization"',
        '"BitmapOr"',
        '"LockRows"',
        '"ProjectSet"',
        '"Values Scan"',
        '"Function Scan"',
        '"Sample Scan"',
        '"Tid Range Scan"',
        '"SetOp"',
        '"WindowAgg"',
        '"Materialize"',
        '"Merge Append"',
        '"Conflict Resolution"',
        '"Strategy":"Mixed"',
        '"Partial Mode":"Finalize"',
    ],
)
def test_they_hold_what_plans_are_made_of(text: str) -> None:
    assert any(text in path.read_text() for path in HERE.glob("pg*.jsonl"))


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_the_parts_add_up_to_the_whole(plan: Recorded) -> None:
    root = plan_tree(plan.entry)
    all_nodes = [node for _, node in nodes(root)]
    assert len(all_nodes) == len(list(raw_nodes(plan.entry["Plan"])))
    own_ms = sum(node.self_ms for node in all_nodes)
    own_blocks = sum(node.self_blocks.total for node in all_nodes)
    if plan.name in AFTER_THE_TREE:
        (after,) = (node for node in root.children if node.subplan.startswith("CTE"))
        read_ms, read_blocks = had_read(root)
        assert own_ms == pytest.approx(root.total_ms + after.total_ms - read_ms)
        assert own_blocks == root.total_blocks.total + after.total_blocks.total - read_blocks
    else:
        assert own_ms == pytest.approx(root.total_ms)
        assert own_blocks == root.total_blocks.total


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_everything_finds_its_place_in_those_that_executed_it(plan: Recorded) -> None:
    root = plan_tree(plan.entry)
    assert sum(node.clipped_blocks for _, node in nodes(root)) == 0
    clipped_ms = sum(node.clipped_ms for _, node in nodes(root))
    assert clipped_ms <= rounding_ms(root)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_shape_has_a_line_for_each_node(plan: Recorded) -> None:
    shape = plan_shape(plan.entry)
    depths = [(len(line) - len(line.lstrip())) // 2 for line in shape]
    assert depths == [depth for depth, _ in nodes(plan_tree(plan.entry))]
    assert all(after <= before + 1 for before, after in pairwise(depths))


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_it_is_drawn(plan: Recorded) -> None:
    view = plan_view(str(plan), redact_plan(plan.entry))
    macro = environment("reports").get_template("plan.html").module.plan_table  # type: ignore[attr-defined]
    html = str(macro(view))
    text = assert_offline_and_sound(f"<!doctype html><title>t</title>{html}").text
    assert html.count("data-node=") == len(view.rows)
    assert beside_the_tree(plan.entry) or "Planning Time" not in plan.entry
    for row in view.rows:
        assert row.node.title in text
        for condition in row.node.conditions:
            assert condition.expression in text
    assert ("never executed" in text) == any(
        node.is_analyzed and not node.loops for _, node in nodes(plan_tree(plan.entry))
    )
