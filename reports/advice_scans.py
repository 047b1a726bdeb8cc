"""Rows that a plan reads and does not need: scans, late filters, OFFSET, loops."""

from collections.abc import Iterator

from b2bench.figures.notation import number, share
from b2bench.findings import Finding, Severity
from reports.advice_expressions import joins_casts
from reports.facts import Facts
from reports.plans import PlanNode, nodes

_SCAN_READ_LEAST = 5_000
_SCAN_KEPT_MOST = 0.1
_FILTERED_LEAST = 1_000
_OFFSET_LEAST = 1_000
_OFFSET_SHARE = 0.1
_LOOPS_LEAST = 1_000
_LOOPS_SHARE = 0.3
_HEAP_FETCHES_LEAST = 1_000


def reading(
    node: PlanNode, root: PlanNode, join: PlanNode | None, facts: Facts
) -> Iterator[Finding]:
    """Yield what a node reads without need.

    Args:
        node: that was executed.
        root: of its plan.
        join: that reads the node as it is, if it is a sequential scan.
        facts: about the database.
    """
    yield from _sequential_scan(node)
    yield from _scanned_for_join(node, join, facts)
    yield from _filtered_late(node)
    yield from _offset(node)
    yield from _many_loops(node, root)
    yield from _heap_fetches(node)


def _sequential_scan(node: PlanNode) -> Iterator[Finding]:
    read = node.rows + node.rows_removed
    if node.node_type != "Seq Scan" or read < _SCAN_READ_LEAST:
        return
    if node.rows > read * _SCAN_KEPT_MOST:
        return
    yield Finding(
        code="seq-scan",
        severity=Severity.WARNING,
        subject=node.relation,
        message=f"is read from end to end{_times(node.loops)}: {number(read)} rows, "
        f"to keep {number(node.rows)} ({share(node.rows / read)})",
        mend="create an index that its filter can use",
    )


def _times(loops: int) -> str:
    return f" {number(loops)} times" if loops > 1 else ""


def joins_of_scans(root: PlanNode) -> Iterator[tuple[int, PlanNode]]:
    """Yield each sequential scan that a join reads as it is, with the join."""
    for _, join in nodes(root):
        if "Join Type" in join.raw:
            for side in join.children:
                below = side
                while below.node_type in {"Hash", "Sort", "Materialize"} and below.children:
                    below = below.children[0]
                if below.node_type == "Seq Scan":
                    yield below.number, join


def _scanned_for_join(scan: PlanNode, join: PlanNode | None, facts: Facts) -> Iterator[Finding]:
    """Find a table that is read whole although the join wants few of its rows."""
    if join is None or scan.rows_removed > scan.rows or scan.rows < _SCAN_READ_LEAST:
        return
    fewest = min(side.rows for side in join.children)
    if max(join.rows, fewest) > scan.rows * _SCAN_KEPT_MOST:
        return
    casts = list(joins_casts(scan, join, facts))
    yield from casts
    if not casts:
        yield Finding(
            code="join-scan",
            severity=Severity.WARNING,
            subject=scan.relation,
            message=f"all {number(scan.rows)} rows are read for a join that wants "
            f"{number(join.rows)} of them",
            mend="create an index on the column that is joined",
        )


def _filtered_late(node: PlanNode) -> Iterator[Finding]:
    kept, dropped = node.rows, node.rows_removed
    if node.node_type not in {"Index Scan", "Bitmap Heap Scan", "Index Only Scan"}:
        return
    if dropped < _FILTERED_LEAST or kept > (kept + dropped) * _SCAN_KEPT_MOST:
        return
    yield Finding(
        code="filtered-late",
        severity=Severity.WARNING,
        subject=node.relation,
        message=f"an index finds {number(kept + dropped)} rows and a filter drops "
        f"{number(dropped)} of them",
        mend="put the columns of the filter into the index",
    )


def _offset(node: PlanNode) -> Iterator[Finding]:
    below = node.children[0] if node.node_type == "Limit" and node.children else None
    # LIMIT alone stops what is below it; only OFFSET reads on
    if below is None or below.rows < _OFFSET_LEAST or node.rows > below.rows * _OFFSET_SHARE:
        return
    yield Finding(
        code="deep-offset",
        severity=Severity.WARNING,
        subject=subject_of(node),
        message=f"OFFSET makes and drops {number(below.rows - node.rows)} rows to give "
        f"{number(node.rows)}",
        mend="begin after the last row of the page before: WHERE (key) > (last key)",
    )


def _many_loops(node: PlanNode, root: PlanNode) -> Iterator[Finding]:
    if node.loops < _LOOPS_LEAST or node.total_ms < root.total_ms * _LOOPS_SHARE:
        return
    if node.relationship not in {"Inner", "SubPlan"}:
        return
    yield Finding(
        code="many-loops",
        severity=Severity.WARNING,
        subject=subject_of(node),
        message=f"is executed {number(node.loops)} times and takes "
        f"{share(node.total_ms / root.total_ms)} of the time",
        mend="restrict the outer side first, or write it as a join that can be hashed",
    )


def _heap_fetches(node: PlanNode) -> Iterator[Finding]:
    if node.heap_fetches < max(_HEAP_FETCHES_LEAST, node.rows / 10):
        return
    yield Finding(
        code="heap-fetches",
        severity=Severity.NOTE,
        subject=node.relation,
        message=f"an index-only scan went to the table {number(node.heap_fetches)} times",
        mend=f"VACUUM {node.relation}, so that its pages are known to be visible to all",
    )


def subject_of(node: PlanNode) -> str:
    """Return what a node is about: its relation, else the first one below, else itself."""
    return node.relation or _relation_below(node) or node.title


def _relation_below(node: PlanNode) -> str:
    return next((each.relation for _, each in nodes(node) if each.relation), "")
