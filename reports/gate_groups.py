"""What a verdict tells, put together: one cause is told once, whatever it did to which class."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from b2bench.findings import Finding, Severity
from reports.cause import Cause, because, shown
from reports.comparison import Comparison, StepComparison
from reports.gate import worst_first

_ORDER = list(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said in the same words of one subject or of several."""

    severity: Severity
    subjects: tuple[str, ...]
    message: str
    mend: str

    @property
    def line(self) -> str:
        """The notice in one line."""
        mend = f": {self.mend}" if self.mend else ""
        return f"{self.severity}: {', '.join(self.subjects)}: {self.message}{mend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Statements that work differently for the same reason.

    Args:
        severity: the worst of their findings'.
        cause: in words, `unknown` where it is; empty where nothing became worse.
        mends: what undoes it, or keeps what became better.
    """

    severity: Severity
    cause: str
    mends: tuple[str, ...]
    steps: tuple[StepComparison, ...]

    @property
    def is_better(self) -> bool:
        """Whether all of these statements do less than they did."""
        return not self.cause and all(
            any(found.code.endswith("-decreased") for found in step.findings) for step in self.steps
        )


def notices(findings: Iterable[Finding]) -> tuple[Notice, ...]:
    """Return findings that no statement has, the worst first, each wording once."""
    subjects = dict[tuple[Severity, str, str], list[str]]()
    for found in worst_first(findings):
        subjects.setdefault((found.severity, found.message, found.mend), []).append(found.subject)
    return tuple(
        Notice(severity=severity, subjects=tuple(named), message=message, mend=mend)
        for (severity, message, mend), named in subjects.items()
    )


def groups(classes: Iterable[Comparison]) -> tuple[Group, ...]:
    """Return the statements that were found to work differently, the worst first."""
    members = dict[tuple[str, tuple[str, ...]], list[StepComparison]]()
    for step in (step for compared in classes for step in compared.steps if step.findings):
        members.setdefault(_explanation(step), []).append(step)
    found = (
        Group(
            severity=_worst(finding for step in steps for finding in step.findings),
            cause=cause,
            mends=mends,
            steps=tuple(sorted(steps, key=lambda step: _ORDER.index(_worst(step.findings)))),
        )
        for (cause, mends), steps in members.items()
    )
    return tuple(sorted(found, key=lambda group: _ORDER.index(group.severity)))


def _explanation(step: StepComparison) -> tuple[str, tuple[str, ...]]:
    """Return the cause in words, and what undoes it; no cause where nothing became worse."""
    worst = worst_first(step.findings)[0]
    if worst.severity is Severity.NOTE:
        return "", _each_once(found.mend for found in step.findings)
    return shown(step.causes), _mends(worst, step.causes)


def _mends(worst: Finding, causes: Sequence[Cause]) -> tuple[str, ...]:
    return _each_once(cause.mend for cause in causes) or (because(worst, causes).mend,)


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _worst(findings: Iterable[Finding]) -> Severity:
    return min((found.severity for found in findings), key=_ORDER.index)


def messages(step: StepComparison) -> Iterator[str]:
    """Yield what was found in a statement, the worst first, and the same blocks only once."""
    codes = {found.code for found in step.findings}
    for found in worst_first(step.findings):
        of_execution = found.code.startswith("executed-blocks-")
        is_told = of_execution and found.code.removeprefix("executed-") in codes
        if not (is_told and _executes_what_it_plans(step)):
            yield found.message


def _executes_what_it_plans(step: StepComparison) -> bool:
    """Return whether a real execution touches the blocks that EXPLAIN counts."""
    return all(
        work.executed_blocks == work.shared_blocks for work in (step.baseline, step.candidate)
    )
