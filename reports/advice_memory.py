"""Memory that did not suffice: sorts, hashes and bitmaps."""

from collections.abc import Iterator

from b2bench.figures.notation import number
from b2bench.findings import Finding, Severity
from reports.advice_scans import subject_of
from reports.plans import PlanNode


def spilling(node: PlanNode) -> Iterator[Finding]:
    """Yield what did not fit into a node's memory."""
    yield from _spilled(node)
    yield from _lossy(node)


def _spilled(node: PlanNode) -> Iterator[Finding]:
    raw = node.raw
    if raw.get("Sort Space Type") == "Disk":
        yield _spill(node, f"a sort spilled {number(raw['Sort Space Used'])} kB to disk")
    elif raw.get("Hash Batches", 1) > 1:
        yield _spill(node, f"a hash table was split into {raw['Hash Batches']} batches on disk")
    elif raw.get("HashAgg Batches", 1) > 1:
        yield _spill(node, f"a hash aggregate spilled {number(raw.get('Disk Usage'))} kB to disk")


def _spill(node: PlanNode, message: str) -> Finding:
    return Finding(
        code="spilled-to-disk",
        severity=Severity.WARNING,
        subject=subject_of(node),
        message=message,
        mend="read fewer or narrower rows, sort by an index, or raise work_mem",
    )


def _lossy(node: PlanNode) -> Iterator[Finding]:
    lossy = node.raw.get("Lossy Heap Blocks", 0)
    if not lossy:
        return
    yield Finding(
        code="lossy-bitmap",
        severity=Severity.WARNING,
        subject=node.relation,
        message=f"the bitmap did not fit into work_mem: {number(lossy)} pages are searched "
        "row by row",
        mend="raise work_mem",
    )
