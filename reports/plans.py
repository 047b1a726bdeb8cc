"""A plan as PostgreSQL explains it: a tree of nodes, what each did, and the tree's shape."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from reports.spending import JsonObject, Share, shares

__all__ = (
    "Blocks",
    "Condition",
    "JsonObject",
    "PlanNode",
    "defines_cte",
    "hottest",
    "indexes_used",
    "nodes",
    "plan_shape",
    "plan_tree",
    "raw_nodes",
    "rows_removed",
)

_CONDITIONS = (
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Order By",
    "Filter",
    "One-Time Filter",
    "TID Cond",
    "Run Condition",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Cache Key",
    "Function Call",
)
# nodes that give their first rows before they have read all rows below them
_KEEP_ORDER = frozenset(
    ("Nested Loop", "Result", "Subquery Scan", "LockRows", "Append", "Merge Append", "Unique")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Shared blocks touched: found in the cache, or read into it."""

    hit: int
    read: int

    @property
    def total(self) -> int:
        """Blocks touched either way."""
        return self.hit + self.read


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a node tests or sorts by, e.g. `Index Cond` and its expression."""

    label: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode:
    """One node of a plan.

    Args:
        number: its place in reading order, from 0.
        relationship: to its parent: `Outer`, `InitPlan`, …; empty at the root.
        is_analyzed: whether it was executed, or could have been; else figures are 0.
        is_timed: whether its time was taken; else times are 0.
        counts_blocks: whether blocks were counted; else they are 0.
        startup_cost: what the planner expected of it before its first row.
        cost: what the planner expected of it and everything below, in its own unit.
        width: of a row as the planner expected it, in bytes.
        rows_estimated: per loop.
        rows_actual: per loop, as the mean over loops.
        total_ms: with everything below it, all loops, as a clock on the wall saw them.
        self_ms: without what is below it; a CTE and an InitPlan count where they are defined.
        clipped_ms: of its time that found no place in those that executed it.
        clipped_blocks: of its shared blocks, likewise.
        temp_blocks: read and written, with everything below it.
        rows_removed: by filters, join filters and rechecks, all loops.
        workers: that were launched.
        raw: every figure that EXPLAIN gave, without the nodes below.
    """

    number: int
    node_type: str
    relationship: str
    subplan: str
    schema: str
    relation: str
    index: str
    alias: str
    conditions: tuple[Condition, ...]
    is_analyzed: bool
    is_timed: bool
    counts_blocks: bool
    startup_cost: float
    cost: float
    width: int
    rows_estimated: float
    rows_actual: float
    loops: int
    total_ms: float
    self_ms: float
    clipped_ms: float
    total_blocks: Blocks
    self_blocks: Blocks
    clipped_blocks: int
    temp_blocks: int
    self_temp_blocks: int
    heap_fetches: int
    rows_removed: int
    workers: int
    workers_planned: int
    children: tuple["PlanNode", ...]
    raw: JsonObject

    @property
    def rows(self) -> int:
        """Rows that the node gave, all loops."""
        return round(self.rows_actual * self.loops)

    @property
    def estimate_error(self) -> float:
        """How far the estimate was off, as a factor of 1 or more; 1 for what never ran."""
        if not self.loops:
            return 1.0
        low, high = sorted((max(self.rows_estimated, 1.0), max(self.rows_actual, 1.0)))
        return high / low

    @property
    def is_spilled(self) -> bool:
        """Whether it ran out of memory and went to disk."""
        return self.self_temp_blocks > 0 or any(map(_went_to_disk, (self.raw, *self.by_worker)))

    @property
    def by_worker(self) -> tuple[JsonObject, ...]:
        """What each parallel worker says of it, where EXPLAIN tells them apart."""
        return tuple(self.raw.get("Workers", ()))

    @property
    def title(self) -> str:
        """The node as a DBA reads it, e.g. `Index Scan using orders_pkey on orders`."""
        return _title(self.raw)


def plan_tree(explained: JsonObject) -> PlanNode:
    """Return the plan of one entry of `EXPLAIN (FORMAT JSON)`, with figures if it has some."""
    return _Reader(shares(explained["Plan"])).node(explained["Plan"])


def nodes(root: PlanNode, depth: int = 0) -> Iterator[tuple[int, PlanNode]]:
    """Yield every node with its depth, in reading order."""
    yield depth, root
    for child in root.children:
        yield from nodes(child, depth + 1)


def hottest(root: PlanNode, *, count: int = 3, least_share: float = 0.1) -> tuple[PlanNode, ...]:
    """Return the nodes that took most time themselves, each at least a share of the whole."""
    ranked = sorted((node for _, node in nodes(root)), key=lambda node: -node.self_ms)
    least_ms = max(root.total_ms * least_share, 0.001)
    return tuple(node for node in ranked[:count] if node.self_ms >= least_ms)


def plan_shape(explained: JsonObject) -> tuple[str, ...]:
    """Return the plan without its numbers, a line a node, two blanks a level."""
    return tuple(_shape(explained["Plan"], ""))


def _shape(raw: JsonObject, indent: str) -> Iterator[str]:
    yield indent + (f"{subplan}: " if (subplan := raw.get("Subplan Name")) else "") + _title(raw)
    for child in raw.get("Plans", ()):
        yield from _shape(child, indent + "  ")


def _title(raw: JsonObject) -> str:
    parts = [_kind(raw)]
    if index := raw.get("Index Name"):
        parts.append(f"using {index}" if raw["Node Type"] != "Bitmap Index Scan" else f"on {index}")
    if name := raw.get("Relation Name") or raw.get("Function Name") or raw.get("CTE Name"):
        parts.append(f"on {name}")
    return " ".join(parts)


def _kind(raw: JsonObject) -> str:
    """Return node type, join type, strategy and direction as EXPLAIN's text format words them."""
    kind = str(raw["Node Type"])
    if kind == "ModifyTable":
        return str(raw["Operation"])
    if kind == "Aggregate":
        strategy = raw.get("Strategy", "Plain")
        kind = {"Plain": "", "Sorted": "Group", "Hashed": "Hash", "Mixed": "Mixed"}[strategy]
        kind += "Aggregate"
    elif "Strategy" in raw:
        kind = f"{kind} ({raw['Strategy']})"
    if raw.get("Join Type", "Inner") != "Inner":
        kind = f"{kind} ({raw['Join Type']})"
    if raw.get("Scan Direction") == "Backward":
        kind += " Backward"
    if raw.get("Partial Mode", "Simple") != "Simple":
        kind = f"{raw['Partial Mode']} {kind}"
    return ("Parallel " if raw.get("Parallel Aware") else "") + kind


def raw_nodes(raw: JsonObject) -> Iterator[JsonObject]:
    """Yield a node's JSON and that of every node below it."""
    yield raw
    for child in raw.get("Plans", ()):
        yield from raw_nodes(child)


def indexes_used(explained: JsonObject, *, partial: Container[str] = ()) -> frozenset[str]:
    """Return the names of the indexes that spare a plan work.

    It looks rows or conflicts up in them, or reads the first rows in their order. An index that is
    read from end to end, as its table would be, is not among them, unless it is one of the
    `partial` ones, which hold some rows only.
    """
    return frozenset(_indexes_used(explained["Plan"], partial, in_order=False))


def _indexes_used(raw: JsonObject, partial: Container[str], *, in_order: bool) -> Iterator[str]:
    name = raw.get("Index Name")
    if name and (in_order or "Index Cond" in raw or "Order By" in raw or name in partial):
        yield name
    yield from raw.get("Conflict Arbiter Indexes", ())
    kind = raw["Node Type"]
    below = kind == "Limit" or (in_order and kind in _KEEP_ORDER)
    for child in raw.get("Plans", ()):
        yield from _indexes_used(child, partial, in_order=below)


def defines_cte(raw: JsonObject) -> str:
    """Return the name of the CTE that a node computes, empty for any other node."""
    subplan = str(raw.get("Subplan Name", ""))
    return subplan.removeprefix("CTE ") if subplan.startswith("CTE ") else ""


class _Reader:
    """Reads nodes in order, each with its share of time and blocks."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self._shares = shares
        self._number = -1

    def node(self, raw: JsonObject) -> PlanNode:
        self._number += 1
        number = self._number
        share = self._shares[number]
        children = tuple(self.node(child) for child in raw.get("Plans", ()))
        return PlanNode(
            number=number,
            node_type=raw["Node Type"],
            relationship=raw.get("Parent Relationship", ""),
            subplan=raw.get("Subplan Name", ""),
            schema=raw.get("Schema", ""),
            relation=raw.get("Relation Name", ""),
            index=raw.get("Index Name", ""),
            alias=raw.get("Alias", ""),
            conditions=tuple(_conditions(raw)),
            is_analyzed="Actual Loops" in raw,
            is_timed="Actual Total Time" in raw,
            counts_blocks="Shared Hit Blocks" in raw,
            startup_cost=raw.get("Startup Cost", 0.0),
            cost=raw.get("Total Cost", 0.0),
            width=raw.get("Plan Width", 0),
            rows_estimated=raw.get("Plan Rows", 0),
            rows_actual=raw.get("Actual Rows", 0),
            loops=raw.get("Actual Loops", 0),
            total_ms=share.total.ms,
            self_ms=share.own.ms,
            clipped_ms=share.clipped.ms,
            total_blocks=Blocks(hit=share.total.hit, read=share.total.read),
            self_blocks=Blocks(hit=share.own.hit, read=share.own.read),
            clipped_blocks=share.clipped.hit + share.clipped.read,
            temp_blocks=share.total.temp,
            self_temp_blocks=share.own.temp,
            heap_fetches=raw.get("Heap Fetches", 0),
            rows_removed=rows_removed(raw),
            workers=raw.get("Workers Launched", 0),
            workers_planned=raw.get("Workers Planned", 0),
            children=children,
            raw={key: value for key, value in raw.items() if key != "Plans"},
        )


def _went_to_disk(raw: JsonObject) -> bool:
    groups = (raw.get(f"{kind} Groups", {}) for kind in ("Full-sort", "Pre-sorted"))
    return (
        raw.get("Sort Space Type") == "Disk"
        or raw.get("Storage") == "Disk"
        or raw.get("Hash Batches", 1) > 1
        or raw.get("HashAgg Batches", 1) > 1
        or any("Sort Space Disk" in group for group in groups)
    )


def rows_removed(raw: JsonObject) -> int:
    """Return the rows that a node read and dropped, all loops."""
    loops: int = raw.get("Actual Loops", 0)
    removed = (value for key, value in raw.items() if key.startswith("Rows Removed by"))
    return round(sum(map(float, removed)) * loops)


def _conditions(raw: JsonObject) -> Iterator[Condition]:
    for label in _CONDITIONS:
        if label in raw:
            value = raw[label]
            expression = value if isinstance(value, str) else ", ".join(value)
            yield Condition(label=label, expression=expression)
