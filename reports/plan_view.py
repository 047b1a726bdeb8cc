"""A plan's nodes as the rows that a page draws: indented, with bars, the hottest marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import counted, number
from b2bench.findings import Finding
from reports.advice import Advice
from reports.plans import Condition, JsonObject, PlanNode, hottest, nodes, plan_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One node as a row.

    Args:
        guides: for each level above, whether its line goes on below this row; the last tells
            whether this node has a sibling below.
        heat: 1 for the node that took most time itself, up to 3; 0 for the rest.
        time_share: of the whole, by the node itself.
        blocks_share: of the whole, by the node itself.
        details: how it did its work, e.g. `sorted` and `external merge, 3,600 kB on disk`.
    """

    node: PlanNode
    guides: tuple[bool, ...]
    heat: int
    time_share: float
    blocks_share: float
    details: tuple[Condition, ...]
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
            details=tuple(_details(node)),
            findings=tuple(each.finding for each in advice if each.node == node.number),
        )
        for node in all_nodes
    )


def _guides(node: PlanNode, above: tuple[bool, ...]) -> dict[int, tuple[bool, ...]]:
    found = {node.number: above}
    for place, child in enumerate(node.children, start=1):
        found |= _guides(child, (*above, place < len(node.children)))
    return found


def _details(node: PlanNode) -> Iterator[Condition]:
    raw = node.raw
    if node.rows_removed:
        yield _said("dropped", counted(node.rows_removed, "row"))
    yield from _memory(raw)
    if "Cache Hits" in raw:
        asked = number(raw["Cache Hits"] + raw["Cache Misses"])
        yield _said("remembered", f"{number(raw['Cache Hits'])} of {asked}")
    if "Workers Planned" in raw:
        yield _said("workers", f"{raw.get('Workers Launched', 0)} of {raw['Workers Planned']}")
    if raw.get("Lossy Heap Blocks"):
        exact, lossy = number(raw.get("Exact Heap Blocks", 0)), number(raw["Lossy Heap Blocks"])
        yield _said("pages", f"{exact} exact, {lossy} lossy")
    if node.heap_fetches:
        yield _said("fetched from the table", counted(node.heap_fetches, "row"))
    if raw.get("Subplans Removed"):
        yield _said("partitions ruled out", number(raw["Subplans Removed"]))


def _memory(raw: JsonObject) -> Iterator[Condition]:
    """Say what sorts and hashes took, and whether it was too much."""
    if "Sort Method" in raw:
        where = "on disk" if raw.get("Sort Space Type") == "Disk" else "in memory"
        size = f"{number(raw.get('Sort Space Used', 0))} kB {where}"
        yield _said("sorted by", f"{raw['Sort Method']}, {size}")
    if "Hash Batches" in raw:
        split = raw["Hash Batches"] > 1
        batches = f", split into {number(raw['Hash Batches'])} batches" if split else ""
        yield _said("hashed in", f"{number(raw.get('Peak Memory Usage', 0))} kB{batches}")
    if raw.get("HashAgg Batches", 0) > 1:
        disk = f"{number(raw.get('Disk Usage', 0))} kB on disk"
        yield _said("spilled", f"{number(raw['HashAgg Batches'])} batches, {disk}")


def _said(label: str, text: str) -> Condition:
    return Condition(label=label, expression=text)
