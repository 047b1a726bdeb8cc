"""The gate's verdict as Markdown, for the comment under a pull request."""

from collections.abc import Iterator, Sequence

from b2bench.catalogue import Difference
from b2bench.figures.notation import number
from b2bench.findings import Severity
from reports.cause import because, shown
from reports.comparison import Comparison, Comparisons
from reports.gate import Verdict, worst_first
from reports.markdown import MARKS, cell

_DIFFERENCES_MOST = 20


def gate_markdown(verdict: Verdict) -> str:
    """Return the verdict, its findings, what changed in the catalogue, and the work done."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"### {'✅' if verdict.passed else '❌'} b2bench gate: {verdict.headline}"
    yield ""
    yield f"Ground: {verdict.ground.shown}. Work is counted, not timed."
    if verdict.findings:
        yield ""
        yield from _table(verdict)
    if verdict.comparisons.differences:
        yield ""
        yield "**Changed in the catalogue**"
        yield ""
        yield from _differences(verdict.comparisons.differences)
    if verdict.compared:
        yield ""
        yield from _work(verdict.comparisons.classes)


def _differences(differences: Sequence[Difference]) -> Iterator[str]:
    for difference in differences[:_DIFFERENCES_MOST]:
        yield f"- {difference.shown}"
    if (left := len(differences) - _DIFFERENCES_MOST) > 0:
        yield f"- and {left} more"


def _table(verdict: Verdict) -> Iterator[str]:
    yield "| | query class | found | cause | mend |"
    yield "|---|---|---|---|---|"
    for row in sorted(_rows(verdict.comparisons), key=lambda row: list(Severity).index(row[0])):
        severity, *texts = row
        yield f"| {' | '.join((MARKS[severity], *map(cell, texts)))} |"


def _rows(comparisons: Comparisons) -> Iterator[tuple[Severity, str, str, str, str]]:
    """Yield severity, subject, what was found, cause and mend."""
    steps = [step for compared in comparisons.classes for step in compared.steps if step.findings]
    for step in steps:
        findings = worst_first(step.findings)
        caused = because(findings[0], step.causes)
        regressed = caused.severity is not Severity.NOTE
        cause = shown(step.causes) if regressed else ""
        found = "<br>".join(f"**{each.code}** {each.message}" for each in findings)
        yield caused.severity, step.subject, found, cause, caused.mend
    notices = (found for compared in comparisons.classes for found in compared.notices)
    for notice in (*notices, *comparisons.notices):
        found = f"**{notice.code}** {notice.message}"
        yield notice.severity, notice.subject, found, "", notice.mend


def _work(classes: Sequence[Comparison]) -> Iterator[str]:
    yield "<details><summary>Work of every query class</summary>"
    yield ""
    yield "| query class | case | step | blocks | tuples | rows |"
    yield "|---|---|---|--:|--:|--:|"
    for compared in classes:
        for step in compared.steps:
            before, after = step.baseline, step.candidate
            moved = (
                _moved(before.shared_blocks, after.shared_blocks),
                _moved(before.tuples, after.tuples),
                _moved(before.rows_returned, after.rows_returned),
            )
            yield f"| {compared.query} | {step.case} | {step.step} | {' | '.join(moved)} |"
    yield ""
    yield "</details>"


def _moved(before: int, after: int) -> str:
    return number(after) if before == after else f"{number(before)} → {number(after)}"
