"""A plan's nodes as the rows that a page draws: indented, with bars, what stands out marked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures.notation import counted, milliseconds, number, size
from b2bench.findings import Finding
from reports.advice import Advice
from reports.plans import Condition, JsonObject, PlanNode, hottest, nodes, plan_tree

# of all blocks or of the whole time, below which a node does not stand out
_LEAST_SHARE = 0.1
_SPILLED = "spilled-to-disk"
_CHANGES = {
    "Tuples Inserted": "inserted",
    "Conflicting Tuples": "in conflict",
    "Tuples Updated": "updated",
    "Tuples Deleted": "deleted",
    "Tuples Skipped": "left alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What makes a node stand out, in a word or two; `warns` if it is worth a look first."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One node as a row.

    Args:
        guides: for each level above, whether its line goes on below this row; the last tells
            whether this node has a sibling below.
        heat: 1 for the node that took most time itself, up to 3; 0 for the rest.
        marks: that it is hot, touched most blocks, went to disk.
        time_share: of the whole, by the node itself.
        blocks_share: of the whole, by the node itself.
        details: how it did its work, e.g. `sorted` and `external merge, 3,600 kB on disk`.
    """

    node: PlanNode
    guides: tuple[bool, ...]
    heat: int
    marks: tuple[Mark, ...]
    time_share: float
    blocks_share: float
    details: tuple[Condition, ...]
    findings: tuple[Finding, ...]


def plan_rows(explained: JsonObject, advice: Sequence[Advice]) -> tuple[PlanRow, ...]:
    """Return the rows of one plan in reading order."""
    root = plan_tree(explained)
    ranked = hottest(root, least_share=_LEAST_SHARE) if root.children else ()
    heat = {node.number: place for place, node in enumerate(ranked, start=1)}
    all_nodes = [node for _, node in nodes(root)]
    whole_ms = sum(node.self_ms for node in all_nodes) or 1.0
    whole_blocks = sum(node.self_blocks.total for node in all_nodes)
    most_blocks = _most_blocks(all_nodes, whole_blocks)
    guides = _guides(root, ())
    found = {
        node.number: [each.finding for each in advice if each.node == node.number]
        for node in all_nodes
    }
    return tuple(
        PlanRow(
            node=node,
            guides=guides[node.number],
            heat=heat.get(node.number, 0),
            marks=tuple(_marks(node, heat.get(node.number, 0), most_blocks, found[node.number])),
            time_share=node.self_ms / whole_ms,
            blocks_share=node.self_blocks.total / (whole_blocks or 1),
            details=tuple(_details(node)),
            findings=tuple(found[node.number]),
        )
        for node in all_nodes
    )


def _most_blocks(all_nodes: Sequence[PlanNode], whole: int) -> PlanNode | None:
    """Return the node that touched most blocks itself, if some touch more than others."""
    most = max(all_nodes, key=lambda node: node.self_blocks.total)
    stands_out = most.self_blocks.total > whole * _LEAST_SHARE and len(all_nodes) > 1
    return most if stands_out else None


def _marks(
    node: PlanNode, heat: int, most_blocks: PlanNode | None, findings: Sequence[Finding]
) -> Iterator[Mark]:
    if heat:
        yield Mark(text=f"hot {heat}", warns=heat == 1)
    if node is most_blocks:
        yield Mark(text="most blocks")
    # the finding is a mark of its own
    if node.is_spilled and all(finding.code != _SPILLED for finding in findings):
        yield Mark(text="to disk", warns=True)


def beside_the_tree(explained: JsonObject) -> tuple[Condition, ...]:
    """Return what a statement took that is in none of its nodes: planning, triggers, JIT, …."""
    return tuple(_beside(explained))


def _beside(entry: JsonObject) -> Iterator[Condition]:
    planning: Mapping[str, int] = entry.get("Planning", {})
    if "Planning Time" in entry:
        blocks = planning.get("Shared Hit Blocks", 0) + planning.get("Shared Read Blocks", 0)
        touched = f", {counted(blocks, 'block')}" if blocks else ""
        memory = f", {number(planning['Memory Used'])} kB" if "Memory Used" in planning else ""
        yield _said("planned in", f"{milliseconds(entry['Planning Time'])}{touched}{memory}")
    if timing := entry.get("JIT", {}).get("Timing", {}):
        functions = counted(entry["JIT"]["Functions"], "function")
        yield _said("compiled (JIT) in", f"{milliseconds(timing['Total'])}, {functions}")
    for trigger in entry.get("Triggers", ()):
        name = trigger.get("Constraint Name") or trigger["Trigger Name"]
        timed = f" in {milliseconds(trigger['Time'])}" if "Time" in trigger else ""
        yield _said("trigger", f"{name}, {counted(trigger['Calls'], 'call')}{timed}")
    if answer := entry.get("Serialization"):
        timed = f" in {milliseconds(answer['Time'])}" if "Time" in answer else ""
        yield _said("made into text", f"{size(1024 * answer['Output Volume'])}{timed}")


def _guides(node: PlanNode, above: tuple[bool, ...]) -> dict[int, tuple[bool, ...]]:
    found = {node.number: above}
    for place, child in enumerate(node.children, start=1):
        found |= _guides(child, (*above, place < len(node.children)))
    return found


def _details(node: PlanNode) -> Iterator[Condition]:
    raw = node.raw
    if node.rows_removed:
        yield _said("dropped", counted(node.rows_removed, "row"))
    yield from _sorting(raw, node.by_worker)
    yield from _memory(node)
    if "Cache Hits" in raw:
        yield _said("remembered", _remembered(raw, *node.by_worker))
    if node.workers_planned:
        yield _said("workers", f"{node.workers} of {node.workers_planned}")
    if raw.get("Lossy Heap Blocks"):
        exact, lossy = number(raw.get("Exact Heap Blocks", 0)), number(raw["Lossy Heap Blocks"])
        yield _said("pages", f"{exact} exact, {lossy} lossy")
    if node.heap_fetches:
        yield _said("fetched from the table", counted(node.heap_fetches, "row"))
    if raw.get("Index Searches", 0) > node.loops:
        yield _said("looked up", f"{number(raw['Index Searches'])} times")
    if raw.get("Subplans Removed"):
        yield _said("partitions ruled out", number(raw["Subplans Removed"]))
    if changes := [f"{number(raw[key])} {said}" for key, said in _CHANGES.items() if raw.get(key)]:
        yield _said("rows", ", ".join(changes))
    if "Remote SQL" in raw:
        yield _said("asked there", raw["Remote SQL"])


def _sorting(raw: JsonObject, by_worker: Sequence[JsonObject]) -> Iterator[Condition]:
    """Say how rows were sorted, once for each way in which a process did it."""
    for each in (raw, *by_worker):
        if "Sort Method" in each:
            where = "on disk" if each.get("Sort Space Type") == "Disk" else "in memory"
            who = f" by worker {each['Worker Number']}" if "Worker Number" in each else ""
            used = f"{number(each.get('Sort Space Used', 0))} kB {where}"
            yield _said("sorted by", f"{each['Sort Method']}, {used}{who}")
        for kind in ("Full-sort", "Pre-sorted"):
            if groups := each.get(f"{kind} Groups"):
                methods = " and ".join(groups["Sort Methods Used"])
                count = counted(groups["Group Count"], "group")
                yield _said("sorted by", f"{methods}, {count} {kind.lower()}")


def _memory(node: PlanNode) -> Iterator[Condition]:
    """Say what hashes and rows that were kept took, and whether it was too much."""
    raw = node.raw
    if "Hash Batches" in raw:
        split = raw["Hash Batches"] > 1
        batches = f", split into {number(raw['Hash Batches'])} batches" if split else ""
        yield _said("hashed in", f"{number(raw.get('Peak Memory Usage', 0))} kB{batches}")
    if raw.get("HashAgg Batches", 0) > 1:
        disk = f"{number(raw.get('Disk Usage', 0))} kB on disk"
        yield _said("spilled", f"{number(raw['HashAgg Batches'])} batches, {disk}")
    if raw.get("Storage") == "Disk":
        yield _said("kept", f"{number(raw.get('Maximum Storage', 0))} kB on disk")
    if node.self_temp_blocks and not {"Sort Method", "Disk Usage"} & raw.keys():
        yield _said("to disk and back", counted(node.self_temp_blocks, "block"))


def _remembered(*processes: JsonObject) -> str:
    """Say how often a Memoize had seen its key before, in all processes."""

    def whole(key: str) -> int:
        return sum(each.get(key, 0) for each in processes)

    hits, evicted = whole("Cache Hits"), whole("Cache Evictions")
    asked = number(hits + whole("Cache Misses"))
    return f"{number(hits)} of {asked}" + (f", {number(evicted)} forgotten" if evicted else "")


def _said(label: str, text: str) -> Condition:
    return Condition(label=label, expression=text)


def embedded(plan: JsonObject) -> Markup:
    """Return a plan's JSON for a `<script>`, where only a `<` could end the element."""
    text = json.dumps(plan, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (made safe above)
