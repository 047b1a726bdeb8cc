"""The gate's verdict for a terminal: each cause is told once, above what it did."""

from collections.abc import Iterator, Sequence

from b2bench.findings import Finding, Severity
from reports.comparison import Comparison
from reports.gate import Verdict, worst_first
from reports.gate_groups import Group, groups, messages, notices


def gate_text(verdict: Verdict) -> str:
    """Return the verdict and, cause by cause, what was found in which query class."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    word = "passed" if verdict.passed else "not passed"
    yield f"gate {word}: {verdict.headline} ({verdict.ground.shown})"
    classes = verdict.comparisons.classes
    yield from found_lines(classes, further=verdict.comparisons.notices)


def found_lines(classes: Sequence[Comparison], *, further: Sequence[Finding] = ()) -> Iterator[str]:
    """Yield what was found in some query classes, the worst first.

    Args:
        classes: as they were compared.
        further: what is to be said besides.
    """
    said = notices([*further, *(found for each in classes for found in each.notices)])
    grouped = groups(classes)
    for severity in Severity:
        yield from (notice.line for notice in said if notice.severity is severity)
        for group in grouped:
            if group.severity is severity:
                yield from _of_group(group)


def _of_group(group: Group) -> Iterator[str]:
    yield from _heading(group)
    for step in group.steps:
        yield f"  {worst_first(step.findings)[0].severity}: {step.subject}"
        yield from (f"      {message}" for message in messages(step))


def _heading(group: Group) -> Iterator[str]:
    if group.cause:
        yield f"cause: {group.cause}"
        first, *others = group.mends
        yield f"mend:  {first}"
        yield from (f"       {mend}" for mend in others)
        return
    word = "better" if group.is_better else "changed"
    mends = "; ".join(group.mends)
    yield f"{word}: {mends}" if mends else f"{word}:"
