"""Two EXPLAIN reports side by side: where the work or the plan is another one."""

from collections.abc import Iterator
from dataclasses import dataclass

from b2bench.arguments import Case
from b2bench.findings import Finding, Severity
from reports.capture import Capture, ClassCapture
from reports.changes import changes
from reports.explaining import StepCapture
from reports.ground import ground_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPair:
    """One statement in both reports; findings are the changes from the earlier to this one."""

    query: str
    case: Case
    step: str
    before: StepCapture
    after: StepCapture
    findings: tuple[Finding, ...]

    @property
    def has_other_plan(self) -> bool:
        """Whether the shapes of the two plans differ."""
        return self.before.work.plan_shape != self.after.work.plan_shape

    @property
    def is_worse(self) -> bool:
        """Whether some work grew."""
        return any(finding.severity is not Severity.NOTE for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An earlier report beside this one.

    Args:
        source: where the earlier one was read.
        reasons: in words, why their work can be compared only by eye; empty on the same ground.
        pairs: statements that are in both, by class.
        only_before: classes that only the earlier one explained.
        only_after: classes that only this one explained.
    """

    source: str
    reasons: tuple[str, ...]
    pairs: tuple[StepPair, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def changed(self) -> tuple[StepPair, ...]:
        """The statements whose plan or work is another one, the worse ones first."""
        found = (pair for pair in self.pairs if pair.findings)
        return tuple(sorted(found, key=lambda pair: not pair.is_worse))


def beside(before: Capture, after: Capture, *, source: str) -> Beside:
    """Put an earlier capture beside this one.

    Args:
        before: the earlier one.
        after: this one.
        source: where the earlier one was read, for the reader.
    """
    first = {each.query: each for each in before.classes if each.cases}
    second = {each.query: each for each in after.classes if each.cases}
    both = sorted(first.keys() & second.keys())
    return Beside(
        source=source,
        reasons=ground_differences(before.ground, after.ground),
        pairs=tuple(pair for name in both for pair in _pairs(first[name], second[name])),
        only_before=tuple(sorted(first.keys() - second.keys())),
        only_after=tuple(sorted(second.keys() - first.keys())),
    )


def _pairs(before: ClassCapture, after: ClassCapture) -> Iterator[StepPair]:
    earlier = {(case.case, step.step): step for case in before.cases for step in case.steps}
    for case in after.cases:
        for step in case.steps:
            if (other := earlier.get((case.case, step.step))) is not None:
                yield StepPair(
                    query=after.query,
                    case=case.case,
                    step=step.step,
                    before=other,
                    after=step,
                    findings=changes(after.query, other.work, step.work),
                )
