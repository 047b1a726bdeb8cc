"""Where a plan's time and blocks went: figures of nodes without what others below them took.

EXPLAIN's figures are inclusive, and three things make the difference more than a subtraction: a
CTE and an InitPlan are drawn where they are defined and executed by whoever reads them first;
below a Gather several processes share the time; a data-modifying CTE that is not read to its end
is executed after the tree. So what a node took is handed down from the root: each child gets what
it took, or what is left of it, and the node keeps the rest. The parts add up to the whole because
nothing is made up on the way; what could not be placed is kept as `clipped`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

JsonObject = Mapping[str, Any]

_CTE = "CTE "
_GATHERS = frozenset(("Gather", "Gather Merge"))
_RETURNS = re.compile(r"\(returns (?P<parameters>\$\d+(?:,\$\d+)*)\)")
# figures have three decimals, and are means over loops
_ROUNDED_BY_MS = 0.0005
_ROUNDING_MS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time, shared blocks, and temporary blocks read and written."""

    ms: float = 0.0
    hit: int = 0
    read: int = 0
    temp: int = 0

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(
            ms=self.ms + other.ms,
            hit=self.hit + other.hit,
            read=self.read + other.read,
            temp=self.temp + other.temp,
        )

    def less(self, other: "Spent") -> "Spent":
        """Return what is left, never less than nothing."""
        return Spent(
            ms=max(0.0, self.ms - other.ms),
            hit=max(0, self.hit - other.hit),
            read=max(0, self.read - other.read),
            temp=max(0, self.temp - other.temp),
        )

    def at_most(self, other: "Spent") -> "Spent":
        """Return the part of it that another has room for."""
        return Spent(
            ms=min(self.ms, other.ms),
            hit=min(self.hit, other.hit),
            read=min(self.read, other.read),
            temp=min(self.temp, other.temp),
        )

    def fits(self, other: "Spent") -> bool:
        """Return whether another has room for it, but for rounding."""
        left = self.less(other)
        return left.ms <= _ROUNDING_MS and not (left.hit or left.read or left.temp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one node took: with everything below it, by itself, and what could not be placed."""

    total: Spent
    own: Spent
    clipped: Spent


def shares(plan: JsonObject) -> tuple[Share, ...]:
    """Return the share of each node of a plan, in reading order.

    Args:
        plan: the root node of EXPLAIN's JSON. Without ANALYZE every figure is 0.
    """
    nodes = list(_numbered(plan))
    _find_readers(nodes)
    return _HandingDown(nodes).done()


@dataclass(slots=True, eq=False)
class _Node:
    """A node of the plan.

    Args:
        number: its place in reading order.
        total: of all its loops, as the clock on the wall saw them.
        pending: what of it no reader has paid for.
        children: that it executes itself.
        defined: CTEs and InitPlans that are drawn at it.
        readers: who executes it, if that is not its parent.
        evaluates: InitPlans of which it is the reader.
    """

    number: int
    raw: JsonObject
    parent: "_Node | None"
    total: Spent
    pending: Spent = field(default_factory=Spent)
    children: list["_Node"] = field(default_factory=list)
    defined: list["_Node"] = field(default_factory=list)
    readers: list["_Node"] = field(default_factory=list)
    evaluates: list["_Node"] = field(default_factory=list)

    @property
    def is_defined_here(self) -> bool:
        """Whether it is drawn at its parent and executed by another."""
        return self.raw.get("Parent Relationship") == "InitPlan"

    @property
    def room(self) -> Spent:
        """What it took beyond its own children and the InitPlans that it is known to evaluate."""
        left = self.total
        for each in (*self.children, *self.evaluates):
            left = left.less(each.total)
        return left

    @property
    def name(self) -> str:
        """What expressions, or the readers of a CTE, call it."""
        return str(self.raw.get("Subplan Name", ""))

    def below(self) -> Iterator["_Node"]:
        """Yield it and everything below it, in the order in which they begin to work."""
        yield self
        # a hash table is built before anything is looked up in it
        hashes = self.raw["Node Type"] == "Hash Join"
        for child in (*(reversed(self.children) if hashes else self.children), *self.defined):
            yield from child.below()

    def above(self) -> Iterator["_Node"]:
        """Yield it and everything above it."""
        yield self
        if self.parent is not None:
            yield from self.parent.above()


def _numbered(plan: JsonObject) -> Iterator[_Node]:
    """Yield the nodes in reading order."""
    number = 0

    def visit(raw: JsonObject, parent: _Node | None, processes: float) -> Iterator[_Node]:
        nonlocal number
        node = _Node(number=number, raw=raw, parent=parent, total=_total(raw, processes))
        number += 1
        if parent is not None:
            (parent.defined if node.is_defined_here else parent.children).append(node)
        yield node
        for child in raw.get("Plans", ()):
            yield from visit(child, node, _processes(raw, child, processes))
        node.total = node.pending = _unrounded(node, processes)

    yield from visit(plan, None, 1.0)


def _processes(raw: JsonObject, child: JsonObject, above: float) -> float:
    """Return how many processes share the time of a child."""
    if raw["Node Type"] not in _GATHERS or child.get("Parent Relationship") == "InitPlan":
        return above
    loops: float = child.get("Actual Loops", 0) / max(1, raw.get("Actual Loops", 1))
    return max(1.0, loops)


def _total(raw: JsonObject, processes: float) -> Spent:
    return Spent(
        ms=raw.get("Actual Total Time", 0.0) * raw.get("Actual Loops", 0) / processes,
        hit=raw.get("Shared Hit Blocks", 0),
        read=raw.get("Shared Read Blocks", 0),
        temp=raw.get("Temp Read Blocks", 0) + raw.get("Temp Written Blocks", 0),
    )


def _unrounded(node: _Node, processes: float) -> Spent:
    """Return a node's total, with as much of its children's as was lost in rounding it."""
    lost_ms = sum(child.total.ms for child in node.children) - node.total.ms
    rounded_by_ms = _ROUNDED_BY_MS * node.raw.get("Actual Loops", 0) / processes
    return replace(node.total, ms=node.total.ms + min(max(lost_ms, 0.0), rounded_by_ms))


def _find_readers(nodes: list[_Node]) -> None:
    for node in nodes:
        if node.is_defined_here and node.parent is not None:
            own = set(node.below())
            others = [each for each in node.parent.below() if each not in own]
            if node.name.startswith(_CTE):
                node.readers = _cte_readers(node, others)
            else:
                evaluator = _evaluator(node, others)
                evaluator.evaluates.append(node)
                node.readers = [evaluator]


def _cte_readers(node: _Node, others: list[_Node]) -> list[_Node]:
    """Return the scan that had the CTE computed, or all if they did it by turns."""
    found = [each for each in others if _definition(each) is node]
    return [each for each in found if node.total.fits(each.room)][:1] or found


def _definition(scan: _Node) -> _Node | None:
    """Return the CTE that a scan reads: the nearest of its name that it is not part of."""
    if (wanted := scan.raw.get("CTE Name")) is None:
        return None
    above = list(scan.above())
    defined = (cte for node in above for cte in node.defined if cte not in above)
    return next((cte for cte in defined if cte.name == _CTE + wanted), None)


def _evaluator(node: _Node, others: list[_Node]) -> _Node:
    """Return the node that evaluated an InitPlan: the likeliest that has room for what it took."""
    named = [each for each in others if _names(each.raw, node.name)]
    # an expression is computed as deep as it can be, by whoever needs it first
    named.sort(key=lambda each: -_depth(each))
    # but before workers start, a Gather evaluates what they will need
    gathers = [each for reader in named for each in _gathers(reader, node.parent)]
    # EXPLAIN without VERBOSE says nothing of targets: then another, most often where it is drawn
    candidates = [*gathers, *named, *others]
    fitting = (each for each in candidates if node.total.fits(each.room))
    return next(fitting, max(named or others, key=lambda each: each.room.ms))


def _gathers(reader: _Node, top: _Node | None) -> Iterator[_Node]:
    """Yield the Gathers between a node and one above it, that one included."""
    for node in reader.above():
        if node.raw["Node Type"] in _GATHERS:
            yield node
        if node is top:
            return


def _names(raw: JsonObject, subplan: str) -> bool:
    """Return whether a node's expressions name an InitPlan."""
    returns = _RETURNS.search(subplan)
    wanted = (
        [re.escape(name) + r"(?!\d)" for name in returns["parameters"].split(",")]
        if returns
        else [rf"\({re.escape(subplan)}\)"]
        if subplan
        else []
    )
    texts = [text for key, value in raw.items() if key != "Plans" for text in _texts(value)]
    return any(re.search(pattern, text) for pattern in wanted for text in texts)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _depth(node: _Node) -> int:
    return sum(1 for _ in node.above())


class _HandingDown:
    """Hands what nodes took from readers to what they read, until everything has its share."""

    def __init__(self, nodes: list[_Node]) -> None:
        self._nodes = nodes
        self._read_by = dict[_Node, list[_Node]]()
        for node in nodes:
            for reader in node.readers:
                self._read_by.setdefault(reader, []).append(node)
        self._given = dict[_Node, Spent]()
        self._own = dict[_Node, Spent]()

    def done(self) -> tuple[Share, ...]:
        root = self._nodes[0]
        self._hand_down(root, root.total)
        waiting = [node for node in self._nodes if node.is_defined_here]
        while waiting:
            ready = [node for node in waiting if self._is_ready(node)] or waiting[:1]
            for node in ready:
                waiting.remove(node)
                self._hand_down(node, self._budget(node))
        return tuple(
            Share(
                total=node.total,
                own=self._own.get(node, Spent()),
                clipped=node.total.less(self._given.get(node, Spent())),
            )
            for node in self._nodes
        )

    def _is_ready(self, node: _Node) -> bool:
        return all(reader in self._own for reader in node.readers)

    def _budget(self, node: _Node) -> Spent:
        paid = node.total.less(node.pending)
        # what changes data goes on to its end after the tree, read or not
        return node.total if node.raw["Node Type"] == "ModifyTable" else paid

    def _hand_down(self, node: _Node, budget: Spent) -> None:
        self._given[node] = budget
        left = budget
        for child in node.children:
            part = child.total.at_most(left)
            left = left.less(part)
            self._hand_down(child, part)
        for read in self._read_by.get(node, ()):
            part = read.pending.at_most(left)
            read.pending = read.pending.less(part)
            left = left.less(part)
        self._own[node] = left
