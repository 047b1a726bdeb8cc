"""The EXPLAIN report as Markdown, for a ticket or the comment under a pull request."""

from collections.abc import Iterator

from b2bench.figures.notation import counted, milliseconds, number, significant, target
from b2bench.findings import Finding, Severity
from reports.advice_estimates import worst_estimate
from reports.capture import ClassCapture
from reports.explaining import CaseCapture
from reports.explanation import Explanation, mends, redacted
from reports.markdown import MARKS, cell, one_line
from reports.protection_page import protection_markdown


def explain_markdown(explanation: Explanation, *, show_arguments: bool = False) -> str:
    """Return what to do, the findings, and the work of every class; plans stay on the page.

    Args:
        explanation: what was explained and found.
        show_arguments: whether constants and arguments, which may be personal data, are shown.
    """
    shown = explanation if show_arguments else redacted(explanation)
    return "\n".join(_lines(shown)) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    capture = explanation.capture
    yield f"### b2bench explain: {counted(len(capture.classes), 'query class')}"
    yield ""
    yield f"Ground: {capture.ground.shown}."
    yield from _mends(explanation)
    yield from _findings(explanation)
    yield ""
    yield "| query class | case | time | target p95 | blocks | rows | worst estimate |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for captured in capture.classes:
        for case in captured.cases:
            yield _row(captured, case)
    if explanation.protection is not None:
        yield ""
        yield "**What protection adds**"
        yield ""
        yield from protection_markdown(explanation.protection)


def _mends(explanation: Explanation) -> Iterator[str]:
    found = mends(explanation)
    if not found:
        return
    yield ""
    yield "**Proven on a copy: the same answer with less work**"
    yield ""
    for mend in found:
        yield f"- `{one_line(mend.fix.shown)}`"
        for each in mend.diagnoses:
            yield f"  - {each.query}: {each.proven.why if each.proven else ''}"


def _findings(explanation: Explanation) -> Iterator[str]:
    told = [(finding.subject, finding) for finding in explanation.capture.findings]
    told += [(each.query, each.finding) for each in explanation.diagnoses]
    told += [(finding.subject, finding) for finding in explanation.further_findings]
    if not told:
        return
    yield ""
    yield "| | query class | found | mend |"
    yield "|---|---|---|---|"
    for query, finding in sorted(told, key=lambda each: list(Severity).index(each[1].severity)):
        cells = (MARKS[finding.severity], query, _found(finding), finding.mend)
        yield f"| {' | '.join(map(cell, cells))} |"


def _found(finding: Finding) -> str:
    return f"{finding.code}: {finding.subject} {finding.message}"


def _row(captured: ClassCapture, case: CaseCapture) -> str:
    blocks = sum(step.work.shared_blocks for step in case.steps)
    off = max((worst_estimate(step.plan) for step in case.steps), default=1.0)
    rows = case.steps[-1].rows if case.steps else 0
    cells = (
        captured.query,
        case.case.value,
        milliseconds(case.execution_ms),
        target(captured.slo_ms),
        number(blocks),
        number(rows),
        f"×{significant(off)}",
    )
    return f"| {' | '.join(map(cell, cells))} |"
