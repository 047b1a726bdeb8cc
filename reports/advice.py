"""What a plan shows to an experienced eye, in plain words, with a fix for the obvious."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from b2bench.arguments import Case
from b2bench.figures.notation import milliseconds, number, share, significant, target
from b2bench.findings import Finding, Severity
from b2bench.queries import Allowance
from reports.capture import ClassCapture
from reports.conditions import functions_in, terms
from reports.explaining import CaseCapture, StepCapture
from reports.facts import NO_FACTS, Facts
from reports.observing import FunctionCalls
from reports.plans import JsonObject, PlanNode, nodes, plan_tree

_SCAN_READ_LEAST = 5_000
_FILTERED_LEAST = 1_000
_OFFSET_LEAST = 1_000
_OFFSET_SHARE = 0.1
_CALLS_LEAST = 1_000
_CAST_READ_LEAST = 1_000
_GENERIC_WORSE = 10
_GENERIC_BLOCKS_LEAST = 500
# what they give is no count of rows
_NO_ROWS = frozenset(("BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable"))
# they read everything below before they give a first row
_BLOCKING = frozenset(("Sort", "Hash", "Aggregate", "Materialize", "SetOp", "WindowAgg"))
_COLUMN = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")
_STOPPING_JOINS = frozenset(("Semi", "Anti", "Right Semi", "Right Anti"))
_SCAN_KEPT_MOST = 0.1
_ESTIMATE_OFF = 100
_ESTIMATE_ROWS_LEAST = 100
_LOOPS_LEAST = 1_000
_LOOPS_SHARE = 0.3
_HEAP_FETCHES_LEAST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A finding and the place in a plan that it is about.

    Args:
        node: of the step's plan, `None` for a whole step.
        nested: the place of the nested statement, if it is about one of those.
    """

    case: Case
    step: str
    node: int | None
    finding: Finding
    nested: int | None = None


def advise(captured: ClassCapture, facts: Facts = NO_FACTS) -> tuple[Advice, ...]:
    """Return advice on every plan of a class; what its file allows is a note with the reason."""
    found = (advice for case in captured.cases for advice in _case(captured, case, facts))
    return tuple(replace(a, finding=_graded(a.finding, captured.allowances)) for a in found)


def _graded(finding: Finding, allowances: Sequence[Allowance]) -> Finding:
    for allowance in allowances:
        fits = allowance.code.replace("_", "-") == finding.code
        if fits and allowance.subject in {"", finding.subject}:
            message = f"{finding.message}; allowed: {allowance.reason}"
            return replace(finding, severity=Severity.NOTE, message=message, mend="")
    return finding


def _case(captured: ClassCapture, case: CaseCapture, facts: Facts) -> Iterator[Advice]:
    if captured.slo_ms is not None and case.execution_ms > captured.slo_ms:
        finding = _over_target(captured.query, case.execution_ms, captured.slo_ms)
        yield Advice(case=case.case, step="", node=None, finding=finding)
    for step in case.steps:
        yield from _step(case.case, step, facts)


def _over_target(query: str, execution_ms: float, slo_ms: float) -> Finding:
    return Finding(
        code="over-target",
        severity=Severity.WARNING,
        subject=query,
        message=f"one execution on an idle connection takes {milliseconds(execution_ms)}, "
        f"the target is {target(slo_ms)}",
        mend="begin with the nodes marked hot",
    )


def _step(case: Case, step: StepCapture, facts: Facts) -> Iterator[Advice]:
    for node, finding in _plan(step.plan, step.functions, facts):
        yield Advice(case=case, step=step.step, node=node, finding=finding)
    for place, nested in enumerate(step.nested):
        for node, finding in _plan(nested.plan, (), facts):
            yield Advice(case=case, step=step.step, node=node, finding=finding, nested=place)
    for finding in _generic(step):
        yield Advice(case=case, step=step.step, node=None, finding=finding)


def _plan(
    plan: JsonObject, functions: Sequence[FunctionCalls], facts: Facts
) -> Iterator[tuple[int, Finding]]:
    """Yield what the nodes of one plan show, with their numbers."""
    root = plan_tree(plan)
    early = _stopped_early(root)
    joins = dict(_joins_of_scans(root))
    for _, node in nodes(root):
        if node.loops:
            found = [
                *_cast(node),
                *_functions(node, functions, facts),
                *_node(node, root, early),
                *_scanned_for_join(node, joins.get(node.number)),
            ]
            yield from ((node.number, finding) for finding in _most_specific(found))


def _most_specific(found: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out that a table is read whole where it is said why."""
    why = any(finding.code in {"cast-on-column", "function-per-row"} for finding in found)
    for finding in found:
        if not (why and finding.code in {"seq-scan", "filtered-late"}):
            yield finding


def _node(node: PlanNode, root: PlanNode, early: Container[int]) -> Iterator[Finding]:
    yield from _sequential_scan(node)
    yield from _filtered_late(node)
    yield from _spilled(node)
    yield from _lossy(node)
    yield from _offset(node)
    if node.number not in early:
        yield from _estimate(node, early)
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


def _joins_of_scans(root: PlanNode) -> Iterator[tuple[int, PlanNode]]:
    """Yield each sequential scan that a join reads as it is, with the join."""
    for _, join in nodes(root):
        if "Join Type" in join.raw:
            for side in join.children:
                below = side
                while below.node_type in {"Hash", "Sort", "Materialize"} and below.children:
                    below = below.children[0]
                if below.node_type == "Seq Scan":
                    yield below.number, join


def _scanned_for_join(scan: PlanNode, join: PlanNode | None) -> Iterator[Finding]:
    """Find a table that is read whole although the join wants few of its rows."""
    if join is None or scan.rows_removed > scan.rows or scan.rows < _SCAN_READ_LEAST:
        return
    fewest = min(side.rows for side in join.children)
    if max(join.rows, fewest) > scan.rows * _SCAN_KEPT_MOST:
        return
    casts = list(_casts(scan, join, {"Hash Cond", "Merge Cond", "Join Filter"}))
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


def _cast(node: PlanNode) -> Iterator[Finding]:
    if node.alias and node.rows + node.rows_removed >= _CAST_READ_LEAST:
        yield from _casts(node, node, {"Filter"})


def _casts(node: PlanNode, holder: PlanNode, labels: Container[str]) -> Iterator[Finding]:
    """Find columns of a node that are cast in the conditions of itself or of a join."""
    for condition in holder.conditions:
        if condition.label in labels:
            yield from (
                _cast_found(node.relation, term.cast_column, term.cast_type, term.other)
                for term in terms(condition.expression, node.alias)
                if term.cast_column and term.is_equality
            )


def _cast_found(relation: str, column: str, type_: str, other: str) -> Finding:
    # a constant may be personal data
    against = other if _COLUMN.fullmatch(other) else "an argument"
    return Finding(
        code="cast-on-column",
        severity=Severity.WARNING,
        subject=relation,
        message=f"every {column} is cast to {type_} before it is compared with {against}, "
        "so no index on it helps",
        mend="give both sides the same type",
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


def _offset(node: PlanNode) -> Iterator[Finding]:
    below = node.children[0] if node.node_type == "Limit" and node.children else None
    # LIMIT alone stops what is below it; only OFFSET reads on
    if below is None or below.rows < _OFFSET_LEAST or node.rows > below.rows * _OFFSET_SHARE:
        return
    yield Finding(
        code="deep-offset",
        severity=Severity.WARNING,
        subject=_subject(node),
        message=f"OFFSET makes and drops {number(below.rows - node.rows)} rows to give "
        f"{number(node.rows)}",
        mend="begin after the last row of the page before: WHERE (key) > (last key)",
    )


def _functions(
    node: PlanNode, functions: Sequence[FunctionCalls], facts: Facts
) -> Iterator[Finding]:
    """Find functions that a node calls for every row that it reads."""
    named = {name for condition in node.conditions for name in functions_in(condition.expression)}
    read = node.rows + node.rows_removed
    for called in functions:
        name = called.function.partition("(")[0].rpartition(".")[2]
        if called.calls < _CALLS_LEAST or name not in named or read < _CALLS_LEAST:
            continue
        kinds = {fact.volatility for fact in facts.functions_named(name)}
        yield Finding(
            code="function-per-row",
            severity=Severity.WARNING,
            subject=name,
            message=f"is called {number(called.calls)} times, once for each row that is read"
            + (", because it is declared volatile" if kinds == {"volatile"} else ""),
            mend="index what it computes, or call it once",
        )


def _generic(step: StepCapture) -> Iterator[Finding]:
    generic = step.generic
    if generic is None or not generic.is_other:
        return
    custom = step.work.shared_blocks
    blocks = generic.work.shared_blocks if generic.work else 0
    is_worse = blocks >= custom * _GENERIC_WORSE and blocks - custom >= _GENERIC_BLOCKS_LEAST
    if not (generic.is_stopped or is_worse):
        return
    work = "stopped after 10 s" if generic.is_stopped else f"{number(blocks)} blocks"
    yield Finding(
        code="generic-plan-worse",
        severity=Severity.WARNING,
        subject=step.step,
        message=f"the plan for unknown arguments does more: {work}, {number(custom)} blocks with "
        "these arguments known",
        mend="SET plan_cache_mode = 'force_custom_plan', for the role or the transaction",
    )


def _stopped_early(root: PlanNode) -> frozenset[int]:
    """Return the nodes that may have been stopped before they gave all their rows."""
    return frozenset(_stopped(root, may_stop=False))


def _stopped(node: PlanNode, *, may_stop: bool) -> Iterator[int]:
    if may_stop and node.rows_actual < node.rows_estimated:
        yield node.number
    below = (may_stop and node.node_type not in _BLOCKING) or node.node_type == "Limit"
    stops = node.raw.get("Join Type") in _STOPPING_JOINS or node.raw.get("Inner Unique", False)
    for child in node.children:
        is_inner = child.relationship == "Inner" and stops
        yield from _stopped(child, may_stop=below or is_inner or child.relationship == "SubPlan")


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


def _estimate(node: PlanNode, early: Container[int]) -> Iterator[Finding]:
    largest = max(node.rows_estimated, node.rows_actual)
    if node.estimate_error < _ESTIMATE_OFF or largest < _ESTIMATE_ROWS_LEAST:
        return
    # the node where it began says it; those above only inherit it
    if node.node_type in _NO_ROWS or any(
        _is_off(child) and child.number not in early for child in node.children
    ):
        return
    yield Finding(
        code="estimate-off",
        severity=Severity.NOTE,
        subject=_subject(node),
        message=f"{number(round(node.rows_estimated))} rows were expected, "
        f"{number(round(node.rows_actual))} came (×{significant(node.estimate_error)})",
        mend="ANALYZE; for columns that depend on each other, CREATE STATISTICS",
    )


def _is_off(node: PlanNode) -> bool:
    return node.node_type not in _NO_ROWS and node.estimate_error >= _ESTIMATE_OFF


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
    """Return the largest factor by which the estimate of a node that ran to its end was off."""
    root = plan_tree(plan)
    early = _stopped_early(root)
    judged = (
        node
        for _, node in nodes(root)
        if node.number not in early and node.node_type not in _NO_ROWS
    )
    return max((node.estimate_error for node in judged), default=1.0)
