"""The gate's verdict as the test results that CI servers read."""

from collections.abc import Iterator
from datetime import datetime

from b2bench import __version__
from b2bench.findings import Finding, Severity
from reports.comparison import Comparison
from reports.gate import Verdict, worst_first
from reports.gate_text import found_lines
from reports.junit import Case, Suite, junit

WHOLE = "the comparison"


def gate_junit(verdict: Verdict, at: datetime) -> str:
    """Return the verdict as JUnit XML: a case for the comparison itself, one for each query class.

    A case takes no time: what is compared is counted. A class that was not judged is skipped, with
    the reason, unless that fails the gate.

    Args:
        verdict: as it was pronounced.
        at: when the gate looked.
    """
    return junit(
        Suite(
            name="b2bench.gate",
            at=at,
            time_s=0.0,
            cases=[_whole(verdict), *map(_class, verdict.comparisons.classes)],
            properties={
                "ground": verdict.ground.shown,
                "query classes compared": str(verdict.compared),
                "b2bench": __version__,
            },
            says=list(_says(verdict)),
        )
    )


def _whole(verdict: Verdict) -> Case:
    return Case(name=WHOLE, time_s=0.0, failures=_errors(verdict.comparisons.notices))


def _class(compared: Comparison) -> Case:
    return Case(
        name=compared.query,
        time_s=0.0,
        failures=_errors(compared.findings),
        text="\n".join(found_lines([compared])),
        skipped=_why_unjudged(compared),
    )


def _errors(findings: tuple[Finding, ...]) -> list[Finding]:
    return [found for found in worst_first(findings) if found.severity is Severity.ERROR]


def _why_unjudged(compared: Comparison) -> str:
    if compared.steps:
        return ""
    return "; ".join(found.message for found in compared.notices) or "nothing of it was executed"


def _says(verdict: Verdict) -> Iterator[str]:
    """Yield the headline, and what speaks against no case."""
    yield verdict.headline
    yield from found_lines([], further=verdict.comparisons.notices)
    for compared in verdict.comparisons.classes:
        if compared.findings and not _errors(compared.findings):
            yield from found_lines([compared])
