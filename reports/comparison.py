"""Compare the work of query classes with a baseline, one class at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from b2bench.arguments import Case
from b2bench.catalogue import Difference, differences
from b2bench.errors import BaselineUnusable
from b2bench.findings import Finding, Severity
from reports.baseline import Baseline, CaseWork, ClassWork, class_work
from reports.capture import Capture, ClassCapture
from reports.cause import Cause, because, likely_causes, suspects
from reports.changes import changes
from reports.gate_policy import Policy
from reports.ground import ground_differences
from reports.query_change import query_change
from reports.redaction import redact_sql
from reports.reverting import is_hidden
from reports.work import WorkVector


@dataclass(frozen=True, slots=True, kw_only=True)
class StepComparison:
    """One statement with one case of arguments: what it did, what it does, what may be why.

    `findings` do not name the causes; those of `Comparison` do.
    """

    subject: str
    case: Case
    step: str
    baseline: WorkVector
    candidate: WorkVector
    causes: tuple[Cause, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One query class: its steps, and what is to be said of it as a whole.

    Args:
        query: its name.
        change: of its file, where it is not what it was.
    """

    query: str
    steps: tuple[StepComparison, ...] = ()
    notices: tuple[Finding, ...] = ()
    change: Cause | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found in this class."""
        caused = (because(found, step.causes) for step in self.steps for found in step.findings)
        return (*self.notices, *caused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """A candidate beside its baseline.

    Args:
        differences: between the two catalogues, whether they matter to a query or not.
        notices: what is to be said of the comparison itself.
    """

    classes: tuple[Comparison, ...]
    differences: tuple[Difference, ...]
    notices: tuple[Finding, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found."""
        return self.notices + tuple(found for each in self.classes for found in each.findings)


def compare(baseline: Baseline, candidate: Capture, *, policy: Policy | None = None) -> Comparisons:
    """Compare every class of either side; constants of definitions are hidden.

    Raises:
        BaselineUnusable: the two do not stand on the same ground.
    """
    if reasons := ground_differences(baseline.ground, candidate.ground):
        raise BaselineUnusable(
            f"not comparable: {'; '.join(reasons)}: "
            "record a baseline on this ground with `b2bench baseline record`"
        )
    comparing = _Comparing(baseline, candidate, policy or Policy())
    return Comparisons(
        classes=tuple(comparing.classes()),
        differences=tuple(map(_redacted, comparing.differences)),
        notices=() if candidate.ground.data_set else (_unknown_data(),),
    )


def _redacted(difference: Difference) -> Difference:
    if difference.kind == "setting":
        return difference
    return replace(
        difference,
        baseline_definition=redact_sql(difference.baseline_definition),
        candidate_definition=redact_sql(difference.candidate_definition),
    )


def _unknown_data() -> Finding:
    return Finding(
        code="data-set-unknown",
        severity=Severity.WARNING,
        subject="the database",
        message="b2bench did not load its data, so a change of the data looks like one of the code",
    )


class _Comparing:
    """Two sides and their catalogues' differences, read class by class."""

    def __init__(self, baseline: Baseline, candidate: Capture, policy: Policy) -> None:
        self.differences = tuple(
            each
            for each in differences(baseline.catalogue, candidate.catalogue)
            if not is_hidden(each)
        )
        self._baseline = baseline
        self._candidate = candidate
        self._policy = policy

    def classes(self) -> Iterator[Comparison]:
        before = {work.query: work for work in self._baseline.classes}
        after = {captured.query: captured for captured in self._candidate.classes}
        for query in sorted(before.keys() | after.keys()):
            yield self._class(query, before.get(query), after.get(query))

    def _class(
        self, query: str, baseline: ClassWork | None, candidate: ClassCapture | None
    ) -> Comparison:
        if candidate is None:
            return Comparison(query=query, notices=(_missing(query),))
        if candidate.failed:
            return Comparison(query=query, notices=candidate.findings)
        if baseline is None:
            return Comparison(query=query, notices=(_new(query),))
        after = class_work(candidate)
        change = query_change(query, baseline.statements, after.statements)
        return Comparison(
            query=query,
            notices=tuple(_gaps(baseline, after)),
            steps=tuple(self._steps(baseline, after, change)),
            change=change,
        )

    def _steps(
        self, baseline: ClassWork, candidate: ClassWork, change: Cause | None
    ) -> Iterator[StepComparison]:
        before, after = _by_case_and_step(baseline), _by_case_and_step(candidate)
        sql = {statement.step: statement.sql for statement in candidate.statements}
        thresholds = self._policy.rules(baseline.query).thresholds
        # ANALYZE reads every row of our data sets
        sampled = self._candidate.ground.data_set is None
        for case, step in before:
            if (case, step) not in after:
                continue
            work = before[case, step], after[case, step]
            likely = self._causes(sql[step], work[0])
            subject = _subject(baseline.query, case, step)
            yield StepComparison(
                subject=subject,
                case=case,
                step=step,
                baseline=work[0],
                candidate=work[1],
                causes=(change, *likely) if change else likely,
                findings=changes(subject, *work, thresholds=thresholds, sampled=sampled),
            )

    def _causes(self, sql: str, baseline: WorkVector) -> tuple[Cause, ...]:
        catalogue = self._baseline.catalogue
        return likely_causes(suspects(sql, baseline.plan_shape, self.differences, catalogue))


def _by_case_and_step(work: ClassWork) -> dict[tuple[Case, str], WorkVector]:
    return {(case.case, step.step): step.work for case in work.cases for step in case.steps}


def _subject(query: str, case: Case, step: str) -> str:
    return f"{query} ({case})" if step == "main" else f"{query} · {step} ({case})"


def _gaps(baseline: ClassWork, candidate: ClassWork) -> Iterator[Finding]:
    """Yield what one side executed and the other did not."""
    before, after = _executed(baseline.cases), _executed(candidate.cases)
    for case, step in sorted(before - after):
        yield Finding(
            code="step-missing",
            severity=Severity.ERROR,
            subject=_subject(candidate.query, case, step),
            message="was executed for the baseline and is not any more",
            mend="look at the arguments and at the steps before it, or record a new baseline",
        )
    for case, step in sorted(after - before):
        yield Finding(
            code="step-new",
            severity=Severity.NOTE,
            subject=_subject(candidate.query, case, step),
            message="the baseline does not have it",
        )


def _executed(cases: tuple[CaseWork, ...]) -> set[tuple[Case, str]]:
    return {(case.case, step.step) for case in cases for step in case.steps}


def _missing(query: str) -> Finding:
    return Finding(
        code="class-missing",
        severity=Severity.WARNING,
        subject=query,
        message="stands in the baseline and was not explained",
        mend="record a new baseline if it is gone for good",
    )


def _new(query: str) -> Finding:
    return Finding(
        code="class-new",
        severity=Severity.NOTE,
        subject=query,
        message="the baseline does not have it",
        mend="record a new baseline to have it judged",
    )
