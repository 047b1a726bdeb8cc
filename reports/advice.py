"""What a plan shows to an experienced eye, in plain words, with a fix for the obvious."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from b2bench.arguments import Case
from b2bench.figures.notation import milliseconds, number, target
from b2bench.findings import Finding, Severity
from b2bench.queries import Allowance
from reports.advice_estimates import misjudged, stopped_early
from reports.advice_expressions import computing
from reports.advice_memory import spilling
from reports.advice_scans import joins_of_scans, reading
from reports.capture import ClassCapture
from reports.explaining import CaseCapture, StepCapture
from reports.facts import NO_FACTS, Facts
from reports.observing import FunctionCalls
from reports.plans import JsonObject, PlanNode, nodes, plan_tree

_GENERIC_WORSE = 10
_GENERIC_BLOCKS_LEAST = 500
_SAYS_WHY = frozenset(("cast-on-column", "function-per-row"))


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
    early = stopped_early(root)
    joins = dict(joins_of_scans(root))
    for _, node in nodes(root):
        if node.loops:
            found = [
                *computing(node, functions, facts),
                *reading(node, root, joins.get(node.number), facts),
                *spilling(node),
                *misjudged(node, early),
            ]
            yield from (
                (node.number, _of_whole_table(finding, node, facts))
                for finding in _most_specific(found)
            )


def _of_whole_table(finding: Finding, node: PlanNode, facts: Facts) -> Finding:
    """Return what is found in a partition as a finding about its table, once for all of them."""
    table = facts.partitioned(node.schema, node.relation)
    if table is None or finding.subject != node.relation:
        return finding
    message = f"{finding.message} (partition {node.relation})"
    return replace(finding, subject=table.name, message=message)


def _most_specific(found: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out that a table is read whole where it is said why."""
    why = any(finding.code in _SAYS_WHY for finding in found)
    for finding in found:
        if not (why and finding.code in {"seq-scan", "filtered-late"}):
            yield finding


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
