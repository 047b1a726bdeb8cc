"""What a plan shows to an experienced eye, in plain words, with a fix for the obvious."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from b2bench.arguments import Case
from b2bench.figures.notation import milliseconds, number, share, significant, target
from b2bench.findings import Finding, Severity
from b2bench.queries import Allowance
from reports.capture import ClassCapture
from reports.explaining import CaseCapture, StepCapture
from reports.plans import JsonObject, PlanNode, nodes, plan_tree

_SCAN_READ_LEAST = 5_000
_SCAN_KEPT_MOST = 0.1
_ESTIMATE_OFF = 100
_ESTIMATE_ROWS_LEAST = 100
_LOOPS_LEAST = 1_000
_LOOPS_SHARE = 0.3
_HEAP_FETCHES_LEAST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A finding and the place in a plan that it is about; `node` is `None` for a whole step."""

    case: Case
    step: str
    node: int | None
    finding: Finding


def advise(captured: ClassCapture) -> tuple[Advice, ...]:
    """Return advice on every plan of a class; what its file allows is a note with the reason."""
    found = (advice for case in captured.cases for advice in _case(captured, case))
    return tuple(replace(a, finding=_graded(a.finding, captured.allowances)) for a in found)


def _graded(finding: Finding, allowances: Sequence[Allowance]) -> Finding:
    for allowance in allowances:
        fits = allowance.code.replace("_", "-") == finding.code
        if fits and allowance.subject in {"", finding.subject}:
            message = f"{finding.message}; allowed: {allowance.reason}"
            return replace(finding, severity=Severity.NOTE, message=message, mend="")
    return finding


def _case(captured: ClassCapture, case: CaseCapture) -> Iterator[Advice]:
    if captured.slo_ms is not None and case.execution_ms > captured.slo_ms:
        finding = _over_target(captured.query, case.execution_ms, captured.slo_ms)
        yield Advice(case=case.case, step="", node=None, finding=finding)
    for step in case.steps:
        yield from _step(case.case, step)


def _over_target(query: str, execution_ms: float, slo_ms: float) -> Finding:
    return Finding(
        code="over-target",
        severity=Severity.WARNING,
        subject=query,
        message=f"one execution on an idle connection takes {milliseconds(execution_ms)}, "
        f"the target is {target(slo_ms)}",
        mend="begin with the nodes marked hot",
    )


def _step(case: Case, step: StepCapture) -> Iterator[Advice]:
    root = plan_tree(step.plan)
    for _, node in nodes(root):
        for finding in _node(node, root):
            yield Advice(case=case, step=step.step, node=node.number, finding=finding)


def _node(node: PlanNode, root: PlanNode) -> Iterator[Finding]:
    if not node.loops:
        return
    yield from _sequential_scan(node)
    yield from _spilled(node)
    yield from _estimate(node)
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
        subject=_subject(node),
        message=message,
        mend="read fewer or narrower rows, sort by an index, or raise work_mem",
    )


def _estimate(node: PlanNode) -> Iterator[Finding]:
    largest = max(node.rows_estimated, node.rows_actual)
    if node.estimate_error < _ESTIMATE_OFF or largest < _ESTIMATE_ROWS_LEAST:
        return
    yield Finding(
        code="estimate-off",
        severity=Severity.NOTE,
        subject=_subject(node),
        message=f"{number(round(node.rows_estimated))} rows were expected, "
        f"{number(round(node.rows_actual))} came (×{significant(node.estimate_error)})",
        mend="ANALYZE; for columns that depend on each other, CREATE STATISTICS",
    )


def _many_loops(node: PlanNode, root: PlanNode) -> Iterator[Finding]:
    if node.loops < _LOOPS_LEAST or node.total_ms < root.total_ms * _LOOPS_SHARE:
        return
    if node.relationship not in {"Inner", "SubPlan"}:
        return
    yield Finding(
        code="many-loops",
        severity=Severity.WARNING,
        subject=_subject(node),
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


def _subject(node: PlanNode) -> str:
    return node.relation or _relation_below(node) or node.title


def _relation_below(node: PlanNode) -> str:
    return next((each.relation for _, each in nodes(node) if each.relation), "")


def worst_estimate(plan: JsonObject) -> float:
    """Return the largest factor by which any node's estimate was off."""
    return max(node.estimate_error for _, node in nodes(plan_tree(plan)))
