"""The gate: from comparisons to one verdict, re-graded by a policy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from b2bench.figures.notation import counted
from b2bench.findings import ExitCode, Finding, Severity, exit_code
from reports.baseline import Baseline
from reports.capture import Capture
from reports.comparison import Comparison, Comparisons, compare
from reports.gate_policy import Policy, Rules
from reports.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says, for every output format to show.

    Args:
        findings: graded, the worst first, otherwise by class.
        compared: classes that were compared with the baseline.
    """

    exit_code: ExitCode
    ground: Ground
    compared: int
    findings: tuple[Finding, ...]
    comparisons: Comparisons

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return self.exit_code is ExitCode.FINE

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        classes = counted(self.compared, "query class")
        if worse := self._classes_with(Severity.ERROR):
            # what could not be compared may not pass either
            judged = counted(self._judged, "query class")
            return f"{worse} of {judged} {'does' if worse == 1 else 'do'} not pass"
        better = self._classes_with(Severity.NOTE)
        return f"no regression in {classes}{f', {better} with notes' if better else ''}"

    @property
    def _judged(self) -> int:
        return sum(bool(each.steps or each.findings) for each in self.comparisons.classes)

    def _classes_with(self, severity: Severity) -> int:
        return sum(
            any(found.severity is severity for found in each.findings)
            for each in self.comparisons.classes
        )


def judge(baseline: Baseline, candidate: Capture, policy: Policy | None = None) -> Verdict:
    """Compare a candidate with its baseline and pronounce the verdict.

    Raises:
        BaselineUnusable: the two do not stand on the same ground.
    """
    policy = policy or Policy()
    compared = compare(baseline, candidate, policy=policy)
    return pronounce(_graded(compared, policy), candidate.ground)


def pronounce(comparisons: Comparisons, ground: Ground) -> Verdict:
    """Return the verdict that graded comparisons come to."""
    findings = worst_first(comparisons.findings)
    return Verdict(
        exit_code=exit_code(findings),
        ground=ground,
        compared=sum(bool(each.steps) for each in comparisons.classes),
        findings=findings,
        comparisons=comparisons,
    )


def with_findings(
    verdict: Verdict, found: Mapping[str, Sequence[Finding]], policy: Policy
) -> Verdict:
    """Return the verdict with more findings, graded.

    Args:
        verdict: what was pronounced.
        found: by query class; those of no class of the verdict are said of the comparison itself.
        policy: by which they are graded.
    """
    names = {each.query for each in verdict.comparisons.classes}
    classes = tuple(
        replace(
            each,
            notices=(
                *each.notices,
                *map(policy.rules(each.query).graded, found.get(each.query, ())),
            ),
        )
        for each in verdict.comparisons.classes
    )
    further = [one for name, some in found.items() if name not in names for one in some]
    notices = (*verdict.comparisons.notices, *map(policy.default.graded, further))
    comparisons = replace(verdict.comparisons, classes=classes, notices=notices)
    return pronounce(comparisons, verdict.ground)


def _graded(comparisons: Comparisons, policy: Policy) -> Comparisons:
    return replace(
        comparisons,
        notices=tuple(map(policy.default.graded, comparisons.notices)),
        classes=tuple(
            _graded_class(each, policy.rules(each.query)) for each in comparisons.classes
        ),
    )


def _graded_class(comparison: Comparison, rules: Rules) -> Comparison:
    return replace(
        comparison,
        notices=tuple(map(rules.graded, comparison.notices)),
        steps=tuple(
            replace(step, findings=tuple(map(rules.graded, step.findings)))
            for step in comparison.steps
        ),
    )


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, otherwise in the order that they came in."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))
