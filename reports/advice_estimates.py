"""Rows that the planner expected beside those that came."""

from collections.abc import Container, Iterator

from b2bench.figures.notation import number, significant
from b2bench.findings import Finding, Severity
from reports.advice_scans import subject_of
from reports.plans import JsonObject, PlanNode, defines_cte, nodes, plan_tree

_ESTIMATE_OFF = 100
_ESTIMATE_ROWS_LEAST = 100
# what they give is no count of rows
_NO_ROWS = frozenset(("BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable"))
# they read everything below before they give a first row
_BLOCKING = frozenset(("Sort", "Hash", "Aggregate", "Materialize", "SetOp", "WindowAgg"))
_STOPPING_JOINS = frozenset(("Semi", "Anti", "Right Semi", "Right Anti"))
# EXISTS wants one row of them
_SUBPLANS = frozenset(("SubPlan", "InitPlan"))


def worst_estimate(plan: JsonObject) -> float:
    """Return the largest factor by which the estimate of a node that ran to its end was off."""
    root = plan_tree(plan)
    early = stopped_early(root)
    judged = (
        node
        for _, node in nodes(root)
        if node.number not in early and node.node_type not in _NO_ROWS
    )
    return max((node.estimate_error for node in judged), default=1.0)


def misjudged(node: PlanNode, early: Container[int]) -> Iterator[Finding]:
    """Yield a node whose rows the planner had wrong, and that ran to its end."""
    if node.number in early:
        return
    largest = max(node.rows_estimated, node.rows_actual)
    if node.estimate_error < _ESTIMATE_OFF or largest < _ESTIMATE_ROWS_LEAST:
        return
    # the node where it began says it; those above only inherit it
    if node.node_type in _NO_ROWS or any(
        _is_off(child) and child.number not in early for child in node.children
    ):
        return
    yield Finding(
        code="estimate-off",
        severity=Severity.NOTE,
        subject=subject_of(node),
        message=f"{number(round(node.rows_estimated))} rows were expected, "
        f"{number(round(node.rows_actual))} came (×{significant(node.estimate_error)})",
        mend="ANALYZE; for columns that depend on each other, CREATE STATISTICS",
    )


def _is_off(node: PlanNode) -> bool:
    return node.node_type not in _NO_ROWS and node.estimate_error >= _ESTIMATE_OFF


def stopped_early(root: PlanNode) -> frozenset[int]:
    """Return the nodes that may have been stopped before they gave all their rows."""
    return frozenset(_stopped(root, may_stop=False))


def _stopped(node: PlanNode, *, may_stop: bool) -> Iterator[int]:
    if may_stop and node.rows_actual < node.rows_estimated:
        yield node.number
    below = (may_stop and node.node_type not in _BLOCKING) or node.node_type == "Limit"
    for child in node.children:
        is_subplan = child.relationship in _SUBPLANS and not defines_cte(child.raw)
        yield from _stopped(child, may_stop=below or is_subplan or _stops(node, child))


def _stops(join: PlanNode, side: PlanNode) -> bool:
    """Return whether a join may need only some of the rows that one side can give."""
    raw = join.raw
    if join.node_type == "Merge Join":
        # it ends where one side does
        return True
    if join.node_type == "Hash Join" and side.relationship == "Outer":
        return any(other.rows == 0 for other in join.children if other is not side)
    is_enough = raw.get("Join Type") in _STOPPING_JOINS or raw.get("Inner Unique", False)
    return side.relationship == "Inner" and bool(is_enough)
