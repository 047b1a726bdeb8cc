"""The gate's verdict for a terminal: each cause is told once, under what it did."""

from collections.abc import Iterator
from itertools import groupby

from b2bench.findings import Severity
from reports.cause import because, shown
from reports.comparison import Comparison, StepComparison
from reports.gate import Verdict, worst_first


def gate_text(verdict: Verdict) -> str:
    """Return the verdict and, query class by query class, what was found and why."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    word = "passed" if verdict.passed else "not passed"
    yield f"gate {word}: {verdict.headline} ({verdict.ground.shown})"
    for notice in worst_first(verdict.comparisons.notices):
        yield notice.line
    found = [each for each in verdict.comparisons.classes if each.findings]
    for compared in sorted(found, key=_worst):
        yield from _of_class(compared)


def _worst(compared: Comparison) -> int:
    return min(list(Severity).index(finding.severity) for finding in compared.findings)


def _of_class(compared: Comparison) -> Iterator[str]:
    for notice in worst_first(compared.notices):
        yield notice.line
    steps = [step for step in compared.steps if step.findings]
    for explained, group in groupby(steps, key=_explanation):
        for step in group:
            findings = worst_first(step.findings)
            yield f"{findings[0].severity}: {step.subject}"
            yield from (f"    {finding.message}" for finding in findings)
        yield from explained


def _explanation(step: StepComparison) -> tuple[str, ...]:
    """Return the cause and what undoes it; nothing where nothing became worse."""
    worst = because(worst_first(step.findings)[0], step.causes)
    if worst.severity is Severity.NOTE:
        return ()
    return f"  cause: {shown(step.causes)}", f"  mend:  {worst.mend}"
