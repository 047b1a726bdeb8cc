"""Everything that an EXPLAIN report tells, as one record for every output format."""

from dataclasses import dataclass, replace

from b2bench.catalogue import Catalogue
from b2bench.findings import Finding, Severity
from reports.capture import Capture, ClassCapture
from reports.diagnosis import Diagnosis
from reports.explained_beside import Beside
from reports.explaining import CaseCapture, StepCapture
from reports.fixes import Fix, Kind
from reports.generic import GenericPlan
from reports.growth import Growth
from reports.index_evidence import Ablation
from reports.nested import NestedPlan
from reports.protection_evidence import Protection
from reports.redaction import redact_plan, redact_sql
from reports.statistics_plans import PlannedClass, PlannedStep, StatisticsPlans
from reports.sweep import Sweep, redacted_sweep
from reports.trials import Trial

EXPLANATION_VERSION = 1
_CONSEQUENCES = frozenset(("over-target", "many-loops"))
# definitions that may hold constants
_CODE = frozenset(
    ("index", "constraint", "function", "trigger", "policy", "view", "statistics", "column")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A capture, what was found in it, and what was tried.

    Args:
        is_proven: whether there was a copy on which mends could be tried.
        shows_arguments: whether constants and arguments are in it.
        beside: an earlier report, if there is one to be looked at.
        statistics: the plans that another server would choose.
        ablation: what each index is good for, and what it costs.
        growth: how the work grows with the data.
        sweep: the worst of many arguments.
        protection: what policies and triggers add.
    """

    capture: Capture
    diagnoses: tuple[Diagnosis, ...]
    is_proven: bool
    shows_arguments: bool = True
    beside: Beside | None = None
    statistics: StatisticsPlans | None = None
    ablation: Ablation | None = None
    growth: Growth | None = None
    sweep: Sweep | None = None
    protection: Protection | None = None
    explanation_version: int = EXPLANATION_VERSION

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What could not be explained, and what was found."""
        found = [*self.capture.findings, *(each.finding for each in self.diagnoses)]
        return (*found, *self.further_findings)

    @property
    def further_findings(self) -> tuple[Finding, ...]:
        """What was found beyond plans."""
        extras = (self.ablation, self.protection, self.growth, self.sweep, self.statistics)
        return tuple(finding for extra in extras if extra for finding in extra.findings)

    def diagnoses_of(self, query: str) -> tuple[Diagnosis, ...]:
        """Return what was found in one class."""
        return tuple(each for each in self.diagnoses if each.query == query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One proven fix and everything that it mends."""

    fix: Fix
    diagnoses: tuple[Diagnosis, ...]

    @property
    def best(self) -> Diagnosis:
        """Where it saves most blocks."""
        return max(self.diagnoses, key=_saved_blocks)


def mends(explanation: Explanation) -> tuple[Mend, ...]:
    """Return the proven fixes, each once, those that save most ahead."""
    grouped = dict[str, list[Diagnosis]]()
    for diagnosis in explanation.diagnoses:
        if diagnosis.proven:
            grouped.setdefault(diagnosis.proven.fix.shown, []).append(diagnosis)
    found = [
        Mend(fix=group[0].proven.fix, diagnoses=tuple(group))
        for group in grouped.values()
        if group[0].proven
    ]
    return tuple(sorted(found, key=lambda mend: -_saved_blocks(mend.best)))


def _saved_blocks(diagnosis: Diagnosis) -> int:
    before, proven = diagnosis.before, diagnosis.proven
    if before is None or proven is None or proven.after is None:
        return 0
    after = proven.after
    return before.blocks + before.temp_blocks - after.blocks - after.temp_blocks


def unproven(explanation: Explanation) -> tuple[Diagnosis, ...]:
    """Return the warnings for which nothing was shown to help.

    That a class takes long, or loops much, is no suspicion of its own where the cause is proven.
    """
    mended = {
        (each.query, case) for each in explanation.diagnoses if each.proven for case in each.cases
    }
    return tuple(
        each
        for each in explanation.diagnoses
        if not each.proven
        and each.advice.finding.severity is Severity.WARNING
        and not (
            each.advice.finding.code in _CONSEQUENCES
            and all((each.query, case) in mended for case in each.cases)
        )
    )


def redacted(explanation: Explanation) -> Explanation:
    """Return the record without constants and arguments, which may be personal data."""
    capture = explanation.capture
    return replace(
        explanation,
        capture=replace(
            capture,
            catalogue=_catalogue(capture.catalogue),
            classes=tuple(map(_class, capture.classes)),
        ),
        diagnoses=tuple(map(_diagnosis, explanation.diagnoses)),
        beside=_beside(explanation.beside) if explanation.beside else None,
        statistics=_statistics(explanation.statistics) if explanation.statistics else None,
        ablation=_ablation(explanation.ablation) if explanation.ablation else None,
        sweep=redacted_sweep(explanation.sweep) if explanation.sweep else None,
        shows_arguments=False,
    )


def _ablation(ablation: Ablation) -> Ablation:
    indexes = (replace(each, definition=redact_sql(each.definition)) for each in ablation.indexes)
    return replace(ablation, indexes=tuple(indexes))


def _catalogue(catalogue: Catalogue) -> Catalogue:
    objects = (replace(each, definition=redact_sql(each.definition)) for each in catalogue.objects)
    return Catalogue(objects=tuple(objects))


def _class(captured: ClassCapture) -> ClassCapture:
    return replace(captured, cases=tuple(map(_case, captured.cases)))


def _case(case: CaseCapture) -> CaseCapture:
    return replace(case, arguments={}, steps=tuple(map(_step, case.steps)))


def _step(step: StepCapture) -> StepCapture:
    return replace(
        step,
        sql=redact_sql(step.sql),
        plan=redact_plan(step.plan),
        # who tries arguments could tell from it which they were
        work=replace(step.work, result=""),
        generic=_generic(step.generic) if step.generic else None,
        nested=tuple(map(_nested, step.nested)),
    )


def _generic(generic: GenericPlan) -> GenericPlan:
    return replace(generic, plan=redact_plan(generic.plan))


def _nested(nested: NestedPlan) -> NestedPlan:
    return replace(nested, sql=redact_sql(nested.sql), plan=redact_plan(nested.plan))


def _beside(beside: Beside) -> Beside:
    pairs = (
        replace(pair, before=_step(pair.before), after=_step(pair.after)) for pair in beside.pairs
    )
    return replace(beside, pairs=tuple(pairs))


def _statistics(plans: StatisticsPlans) -> StatisticsPlans:
    return replace(plans, classes=tuple(map(_planned_class, plans.classes)))


def _planned_class(planned: PlannedClass) -> PlannedClass:
    cases = (replace(case, steps=tuple(map(_planned, case.steps))) for case in planned.cases)
    return replace(planned, cases=tuple(cases), generic=tuple(map(_planned, planned.generic)))


def _planned(step: PlannedStep) -> PlannedStep:
    return replace(step, sql=redact_sql(step.sql), plan=redact_plan(step.plan))


def _diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    before = replace(diagnosis.before, result="") if diagnosis.before else None
    return replace(diagnosis, before=before, trials=tuple(map(_trial, diagnosis.trials)))


def _trial(trial: Trial) -> Trial:
    after = replace(trial.after, result="") if trial.after else None
    return replace(trial, fix=_fix(trial.fix), after=after)


def _fix(fix: Fix) -> Fix:
    if fix.kind is Kind.SETTING:
        return fix
    return replace(
        fix,
        shown=redact_sql(fix.shown),
        statements=tuple(map(redact_sql, fix.statements)),
        guard=redact_sql(fix.guard),
        rewrite=None,
    )
