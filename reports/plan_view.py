"""A plan's nodes as the rows that a page draws: indented, with bars, the hottest marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from b2bench.findings import Finding
from reports.advice import Advice
from reports.plans import JsonObject, PlanNode, hottest, nodes, plan_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One node as a row.

    Args:
        guides: for each level above, whether its line goes on below this row; the last tells
            whether this node has a sibling below.
        heat: 1 for the node that took most time itself, up to 3; 0 for the rest.
        time_share: of the whole, by the node itself.
        blocks_share: of the whole, by the node itself.
    """

    node: PlanNode
    guides: tuple[bool, ...]
    heat: int
    time_share: float
    blocks_share: float
    findings: tuple[Finding, ...]


def plan_rows(explained: JsonObject, advice: Sequence[Advice]) -> tuple[PlanRow, ...]:
    """Return the rows of one plan in reading order."""
    root = plan_tree(explained)
    ranked = hottest(root) if root.children else ()
    heat = {node.number: place for place, node in enumerate(ranked, start=1)}
    all_nodes = [node for _, node in nodes(root)]
    whole_ms = sum(node.self_ms for node in all_nodes) or 1.0
    whole_blocks = sum(node.self_blocks.total for node in all_nodes) or 1
    guides = _guides(root, ())
    return tuple(
        PlanRow(
            node=node,
            guides=guides[node.number],
            heat=heat.get(node.number, 0),
            time_share=node.self_ms / whole_ms,
            blocks_share=node.self_blocks.total / whole_blocks,
            findings=tuple(each.finding for each in advice if each.node == node.number),
        )
        for node in all_nodes
    )


def _guides(node: PlanNode, above: tuple[bool, ...]) -> dict[int, tuple[bool, ...]]:
    found = {node.number: above}
    for place, child in enumerate(node.children, start=1):
        found |= _guides(child, (*above, place < len(node.children)))
    return found
