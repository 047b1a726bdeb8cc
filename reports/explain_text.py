"""The EXPLAIN report as plain text: what to do, then every plan as EXPLAIN would print it."""

from collections.abc import Iterator

from b2bench.figures.notation import counted, milliseconds, number
from reports.ablation_text import ablation_lines
from reports.capture import ClassCapture
from reports.diagnosis import Diagnosis
from reports.explaining import CaseCapture, StepCapture
from reports.explanation import Explanation, mends, redacted, unproven
from reports.growth_page import growth_lines
from reports.markdown import one_line
from reports.plans import PlanNode, nodes, plan_tree
from reports.protection_page import protection_lines
from reports.sweep_page import sweep_lines


def explain_text(explanation: Explanation, *, show_arguments: bool = False) -> str:
    """Return the report for a terminal or a ticket.

    Args:
        explanation: what was explained and found.
        show_arguments: whether constants and arguments, which may be personal data, are shown.
    """
    shown = explanation if show_arguments else redacted(explanation)
    return "\n".join(_lines(shown)) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    capture = explanation.capture
    yield f"EXPLAIN report: {counted(len(capture.classes), 'query class')}, {capture.ground.shown}"
    yield from (finding.line for finding in capture.notices)
    yield from _what_to_do(explanation)
    yield from _further(explanation)
    for captured in capture.classes:
        yield ""
        yield from _class(captured, explanation.diagnoses_of(captured.query))


def _further(explanation: Explanation) -> Iterator[str]:
    if explanation.ablation is not None:
        yield from ("", *ablation_lines(explanation.ablation))
    if explanation.protection is not None:
        yield from ("", *protection_lines(explanation.protection))
    if explanation.growth is not None:
        yield from ("", *growth_lines(explanation.growth))
    if explanation.sweep is not None:
        yield from ("", *sweep_lines(explanation.sweep))


def _what_to_do(explanation: Explanation) -> Iterator[str]:
    for mend in mends(explanation):
        yield ""
        yield f"proven: {one_line(mend.fix.shown)}"
        for each in mend.diagnoses:
            yield f"  {each.query}: {each.proven.why if each.proven else ''}"
    for each in unproven(explanation):
        yield ""
        yield f"unproven: {each.finding.line}"


def _class(captured: ClassCapture, diagnoses: tuple[Diagnosis, ...]) -> Iterator[str]:
    yield f"== {captured.query}"
    for finding in captured.findings:
        yield finding.line
    for diagnosis in diagnoses:
        yield diagnosis.finding.line
    for case in captured.cases:
        yield from _case(case)


def _case(case: CaseCapture) -> Iterator[str]:
    for name, text in case.arguments.items():
        yield f"   :{name} = {'NULL' if text is None else text}"
    for step in case.steps:
        yield f"-- {case.case}{'' if step.step == 'main' else f', {step.step}'}: {_work(step)}"
        for depth, node in nodes(plan_tree(step.plan)):
            yield from _node(depth, node)
    if case.unreached:
        yield f"   not reached: {', '.join(case.unreached)}"


def _work(step: StepCapture) -> str:
    work = step.work
    said = [
        milliseconds(step.execution_ms),
        counted(work.shared_blocks, "block"),
        f"{counted(work.tuples, 'tuple')} processed",
        counted(work.rows_returned, "row"),
    ]
    if work.temp_blocks:
        said.append(counted(work.temp_blocks, "temporary block"))
    if work.wal_records:
        said.append(counted(work.wal_records, "WAL record"))
    return ", ".join(said)


def _node(depth: int, node: PlanNode) -> Iterator[str]:
    indent = "   " + "  " * depth
    came = (
        f"rows {number(node.rows_estimated)} → {number(node.rows_actual)}, "
        f"loops {number(node.loops)}, {milliseconds(node.self_ms)} itself, "
        f"{counted(node.self_blocks.total, 'block')} itself"
        if node.loops
        else "never executed"
    )
    yield f"{indent}{node.title} ({came})"
    for condition in node.conditions:
        yield f"{indent}    {condition.label}: {condition.expression}"
