"""Which nodes of a plan do more when the table is larger, and what that is called."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from b2bench.figures.notation import number
from reports.plans import JsonObject, PlanNode, nodes, plan_shape, plan_tree

_NAMED_MOST = 3
# of what the whole plan does more, so much belongs to a node that is named
_SHARE_LEAST = 0.2
# a node does more for a row of the answer when its factor is beyond this power of the table's
_GROWS_ABOVE = 0.5
_LOOKUPS = frozenset(("Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan"))


class Why(StrEnum):
    """Why a node does more; what comes first tells more about the mend."""

    OFFSET = "offset"
    PATTERN = "pattern"
    FILTER = "filter"
    AGGREGATE = "aggregate"
    FUNCTION = "function"
    SCAN = "scan"
    LOOKUP = "lookup"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingNode:
    """A node that does more in the larger table.

    Args:
        title: as a DBA reads it; no value of a query is in it.
        relation: the table, function or index that it reads; empty for other nodes.
        rows: that it read, dropped or took in, in the smallest and in the largest table.
        blocks: that it touched itself, in the same two.
    """

    why: Why
    title: str
    relation: str
    rows: tuple[int, int]
    blocks: tuple[int, int]

    @property
    def says(self) -> str:
        """The node and how it grew, in a few words."""
        before, after = map(number, self.blocks if self.why is Why.BLOCKS else self.rows)
        verb, noun = {
            Why.OFFSET: ("makes and drops", "rows"),
            Why.PATTERN: ("drops, by a pattern,", "rows"),
            Why.FILTER: ("drops", "rows"),
            Why.AGGREGATE: ("takes in", "rows"),
            Why.FUNCTION: ("gives", "rows"),
            Why.SCAN: ("reads", "rows"),
            Why.LOOKUP: ("finds", "rows"),
            Why.BLOCKS: ("touches", "blocks"),
        }[self.why]
        return f"{self.title} {verb} {before} → {after} {noun}"


def growing_nodes(
    smallest: JsonObject, largest: JsonObject, *, larger: float, answers: tuple[int, int]
) -> tuple[GrowingNode, ...]:
    """Return up to three nodes that do more for each row of the answer, the most telling first.

    Args:
        smallest: the plan in the smallest table, as EXPLAIN gave it.
        largest: the plan in the largest.
        larger: how many times as large the table is there.
        answers: rows of the answer in either, at least one.
    """
    before = _paired(smallest, largest)
    roots = plan_tree(smallest), plan_tree(largest)
    more = _Whole(
        blocks=_blocks(roots[1]) - _blocks(roots[0]),
        rows=_read(roots[1]) - _read(roots[0]),
        factor=larger**_GROWS_ABOVE * answers[1] / answers[0],
    )
    found = [
        grown
        for _, node in nodes(roots[1])
        if node.loops and (grown := _grown(before.get(node.number), node, more))
    ]
    order = list(Why)
    found.sort(key=lambda each: (order.index(each.why), -each.rows[1], -each.blocks[1]))
    return tuple(found[:_NAMED_MOST])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """What the whole plan does more, and the factor beyond which a node grows."""

    blocks: int
    rows: int
    factor: float

    def grows(self, before: int, after: int) -> bool:
        return after > max(before, 1) * self.factor


def _blocks(root: PlanNode) -> int:
    return sum(node.self_blocks.total for _, node in nodes(root))


def _read(root: PlanNode) -> int:
    return sum(node.rows + node.rows_removed for _, node in nodes(root))


def _paired(smallest: JsonObject, largest: JsonObject) -> dict[int, PlanNode]:
    """Return the node of the smallest table's plan by the number of the largest's like it."""
    before = [node for _, node in nodes(plan_tree(smallest))]
    after = [node for _, node in nodes(plan_tree(largest))]
    if plan_shape(smallest) == plan_shape(largest):
        return {node.number: old for node, old in zip(after, before, strict=True)}
    known = dict(_counted(before))
    return {node.number: known[key] for key, node in _counted(after) if key in known}


def _counted(found: list[PlanNode]) -> Iterator[tuple[tuple[str, int], PlanNode]]:
    """Yield nodes with their title and how many of that title came before."""
    seen = Counter[str]()
    for node in found:
        yield (node.title, seen[node.title]), node
        seen[node.title] += 1


def _grown(old: PlanNode | None, node: PlanNode, more: _Whole) -> GrowingNode | None:
    """Return what a node does more; `None` where it is little, or only what others hand it."""
    blocks = (old.self_blocks.total if old else 0, node.self_blocks.total)
    for why, rows in _reasons(old, node):
        matters = rows[1] - rows[0] >= _SHARE_LEAST * more.rows > 0
        touches = blocks[1] - blocks[0] >= _SHARE_LEAST * more.blocks > 0
        if more.grows(*rows) and (matters or touches):
            return _node(why, node, rows, blocks)
    if blocks[1] - blocks[0] >= _SHARE_LEAST * more.blocks > 0 and more.grows(*blocks):
        return _node(Why.BLOCKS, node, (_rows(old), node.rows), blocks)
    return None


def _node(why: Why, node: PlanNode, rows: tuple[int, int], blocks: tuple[int, int]) -> GrowingNode:
    relation = node.relation or str(node.raw.get("Function Name", "")) or node.index
    return GrowingNode(why=why, title=node.title, relation=relation, rows=rows, blocks=blocks)


def _reasons(old: PlanNode | None, node: PlanNode) -> Iterator[tuple[Why, tuple[int, int]]]:
    """Yield what a node may do more of, with its rows in the smallest and the largest table."""
    if node.node_type == "Limit" and (skipped := _skipped(node)) > node.rows:
        yield Why.OFFSET, (_skipped(old), skipped)
    # a filter that keeps most of what it reads is not why it reads
    if node.rows_removed > node.rows:
        removed = (old.rows_removed if old else 0, node.rows_removed)
        yield Why.PATTERN if _has_pattern(node) else Why.FILTER, removed
    if node.node_type == "Aggregate" and (taken := _below(node)) > node.rows:
        yield Why.AGGREGATE, (_below(old), taken)
    if node.node_type == "Function Scan":
        yield Why.FUNCTION, (_rows(old), node.rows)
    if node.node_type == "Seq Scan":
        yield Why.SCAN, (_rows(old), node.rows)
    if node.node_type in _LOOKUPS:
        yield Why.LOOKUP, (_rows(old), node.rows)


def _rows(node: PlanNode | None) -> int:
    return node.rows if node else 0


def _below(node: PlanNode | None) -> int:
    return node.children[0].rows if node and node.children else 0


def _skipped(node: PlanNode | None) -> int:
    """Return the rows that OFFSET drops."""
    return max(0, _below(node) - node.rows) if node else 0


def _has_pattern(node: PlanNode) -> bool:
    """Return whether a filter compares with LIKE, ILIKE or a regular expression."""
    words = [
        word
        for condition in node.conditions
        if condition.label == "Filter"
        for word in condition.expression.split()
    ]
    return not {"~~", "~~*", "~", "~*"}.isdisjoint(words)
