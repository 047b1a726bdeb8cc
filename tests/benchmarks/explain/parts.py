"""Times of plan nodes that add up: ours, and by the subtraction that plan viewers do."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.plans import nodes, plan_tree
from tests.benchmarks.laboratory import Laboratory, Line
from tests.reports.recorded_plans.reading import recorded

_TOLERANCE = 0.05


def figures(_laboratory: Laboratory) -> Iterator[Line]:
    """Yield on how many recorded plans the times of the nodes give the time of the whole."""
    analyzed = [plan for plan in recorded() if "Actual Loops" in plan.entry["Plan"]]
    ours = subtracted = 0
    for plan in analyzed:
        root = plan_tree(plan.entry)
        whole_ms = sum(node.self_ms for _, node in nodes(root))
        clipped_ms = sum(node.clipped_ms for _, node in nodes(root))
        ours += clipped_ms <= _TOLERANCE * whole_ms
        subtracted += abs(_subtracted_ms(plan.entry["Plan"]) - whole_ms) <= _TOLERANCE * whole_ms
    yield Line(
        what=f"{len(analyzed)} recorded plans of PostgreSQL 15 to 18, every node has its time",
        measured=f"{ours}",
        wanted=f"{len(analyzed)}",
        met=ours == len(analyzed),
    )
    yield Line(
        what="  children subtracted from their parent, as plans are usually read",
        measured=f"{subtracted}",
    )


def _subtracted_ms(raw: Mapping[str, Any]) -> float:
    children = raw.get("Plans", ())
    below_ms = sum(_total_ms(child) for child in children)
    return max(0.0, _total_ms(raw) - below_ms) + sum(map(_subtracted_ms, children))


def _total_ms(raw: Mapping[str, Any]) -> float:
    per_loop: float = raw.get("Actual Total Time", 0.0)
    loops: float = raw.get("Actual Loops", 0)
    return per_loop * loops
