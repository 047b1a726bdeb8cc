"""The EXPLAIN report: every query class with its plans, the work done and what mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from b2bench.figures.heatmap import heatmap_style
from b2bench.figures.notation import counted
from b2bench.figures.page import Fact, Page, Section, environment, render_page, tone_of
from b2bench.findings import Finding, Severity
from reports.ablation_page import ablation_section
from reports.advice import Advice
from reports.advice_estimates import worst_estimate
from reports.capture import Capture, ClassCapture
from reports.diagnosis import Diagnosis
from reports.explained_beside import StepPair
from reports.explaining import CaseCapture, StepCapture
from reports.explanation import Explanation, mends, redacted, unproven
from reports.growth_page import growth_section
from reports.nested import NestedPlan
from reports.plan_view import PlanRow, beside_the_tree, embedded, plan_rows
from reports.plans import Condition, JsonObject
from reports.protection_page import protection_section
from reports.statistics_page import statistics_section
from reports.sweep_page import sweep_section

_TEMPLATES = "reports"


def render_explain_page(explanation: Explanation, *, show_arguments: bool = False) -> str:
    """Return the page as one HTML file.

    Args:
        explanation: what was explained and found.
        show_arguments: whether constants and arguments, which may be personal data, are shown.
    """
    shown = explanation if show_arguments else redacted(explanation)
    views = [_class_view(each, shown.diagnoses_of(each.query)) for each in shown.capture.classes]
    own = files("reports") / "templates"
    settings = _usual_settings(views)
    findings = shown.findings
    return render_page(
        Page(
            kind="EXPLAIN report",
            title=_title(shown.capture),
            verdict=_verdict(findings, len(views)),
            tone=tone_of(findings),
            facts=_facts(shown),
            sections=[
                *_what_to_do(shown),
                _overview(views, settings, shown.capture.notices),
                *_beside(shown),
                *_extras(shown),
                *(_section(view, settings) for view in views),
            ],
            provenance=shown.capture.provenance,
            style=(own / "explain.css").read_text() + heatmap_style(),
            script=(own / "explain.js").read_text(),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """One plan as the page shows it; `identity` is unique on the page.

    Args:
        beside: what EXPLAIN tells of the whole: planning, JIT, triggers, serialization.
    """

    identity: str
    rows: tuple[PlanRow, ...]
    json: Markup
    settings: dict[str, str]
    beside: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One explained statement.

    Args:
        generic: the plan for unknown arguments, where it is another.
        nested: statements that functions and triggers executed, with their plans.
    """

    step: StepCapture
    plan: PlanView
    generic: PlanView | None
    nested: tuple[tuple[NestedPlan, PlanView], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case of arguments: its line in the overview, and its steps."""

    case: CaseCapture
    anchor: str
    steps: tuple[StepView, ...]
    diagnoses: tuple[Diagnosis, ...]
    estimate_error: float

    @property
    def blocks(self) -> int:
        """Shared blocks of all steps, as their real execution touched them."""
        return sum(_blocks(view.step) for view in self.steps)

    @property
    def rows(self) -> int:
        """Rows that the last step gave."""
        return self.steps[-1].step.rows if self.steps else 0

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Names and texts, where they are to be shown."""
        return tuple(
            (name, "NULL" if text is None else text) for name, text in self.case.arguments.items()
        )

    @property
    def has_other_generic(self) -> bool:
        """Whether some step has another plan for unknown arguments."""
        return any(view.generic for view in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """One query class as the page shows it."""

    captured: ClassCapture
    anchor: str
    cases: tuple[CaseView, ...]
    diagnoses: tuple[Diagnosis, ...]


def _blocks(step: StepCapture) -> int:
    executed = step.work.executed_blocks
    return step.work.shared_blocks if executed is None else executed


def _class_view(captured: ClassCapture, diagnoses: tuple[Diagnosis, ...]) -> ClassView:
    return ClassView(
        captured=captured,
        anchor=f"query-{captured.query}",
        cases=tuple(_case_view(captured.query, case, diagnoses) for case in captured.cases),
        diagnoses=diagnoses,
    )


def _case_view(query: str, case: CaseCapture, diagnoses: Sequence[Diagnosis]) -> CaseView:
    mine = tuple(each for each in diagnoses if case.case in each.cases)
    # a mark at a node belongs to the case in which it was found
    advice = [each.advice for each in mine if each.advice.case == case.case]
    anchor = f"query-{query}-{case.case}"
    return CaseView(
        case=case,
        anchor=anchor,
        steps=tuple(_step_view(anchor, step, advice) for step in case.steps),
        diagnoses=mine,
        estimate_error=max((worst_estimate(step.plan) for step in case.steps), default=1.0),
    )


def _step_view(anchor: str, step: StepCapture, advice: Sequence[Advice]) -> StepView:
    identity = f"{anchor}-{step.step}"
    mine = [each for each in advice if each.step == step.step]
    generic = step.generic
    other = generic.plan if generic and generic.is_other else None
    return StepView(
        step=step,
        plan=plan_view(identity, step.plan, [each for each in mine if each.nested is None]),
        generic=plan_view(f"{identity}-generic", other) if other else None,
        nested=tuple(_nested_views(identity, step, mine)),
    )


def _nested_views(
    identity: str, step: StepCapture, advice: Sequence[Advice]
) -> Iterator[tuple[NestedPlan, PlanView]]:
    for place, nested in enumerate(step.nested):
        mine = [each for each in advice if each.nested == place]
        yield nested, plan_view(f"{identity}-nested{place}", nested.plan, mine)


def plan_view(identity: str, plan: JsonObject, advice: Sequence[Advice] = ()) -> PlanView:
    """Return an entry of EXPLAIN's JSON as the page's plan macro takes it."""
    return PlanView(
        identity=identity,
        rows=plan_rows(plan, advice),
        json=embedded(plan),
        settings=dict(plan.get("Settings", {})),
        beside=beside_the_tree(plan),
    )


def _usual_settings(views: Sequence[ClassView]) -> dict[str, str]:
    """Return the settings of the first plan, which only plans with others repeat."""
    steps = (step for view in views for case in view.cases for step in case.steps)
    return next((step.plan.settings for step in steps), {})


def _title(capture: Capture) -> str:
    data_set = capture.ground.data_set
    return f"Plans on {data_set.profile}" if data_set else "Plans of a database"


def _verdict(findings: Sequence[Finding], classes: int) -> str:
    said = [
        counted(count, severity.value)
        for severity in (Severity.ERROR, Severity.WARNING)
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    where = counted(classes, "query class")
    return f"{' and '.join(said)} in {where}" if said else f"{where}, nothing needs attention"


def _facts(explanation: Explanation) -> list[Fact]:
    capture, shown = explanation.capture, explanation.shows_arguments
    cases = sum(len(captured.cases) for captured in capture.classes)
    return [
        Fact(label="Server", value=capture.provenance.server),
        Fact(label="Data", value=_data(capture)),
        Fact(
            label="Explained",
            value=f"{counted(len(capture.classes), 'class')}, {counted(cases, 'case')}",
        ),
        Fact(label="Execution", value="the second in a session, one process"),
        Fact(label="Mends", value="tried on a copy" if explanation.is_proven else "not tried"),
        Fact(label="Constants", value="shown" if shown else "hidden as ‹…›"),
    ]


def _data(capture: Capture) -> str:
    return capture.ground.data_set.shown if capture.ground.data_set else "not b2bench's"


def _what_to_do(explanation: Explanation) -> Iterator[Section]:
    found, open_ = mends(explanation), unproven(explanation)
    if found or open_:
        yield _rendered(
            "What to do", "what-to-do", "explain_mends.html", mends=found, unproven=open_
        )


def _overview(
    views: Sequence[ClassView], settings: dict[str, str], notices: Sequence[Finding]
) -> Section:
    cases = [case for view in views for case in view.cases]
    return _rendered(
        "Overview",
        "overview",
        "explain_overview.html",
        views=views,
        settings=settings,
        notices=notices,
        longest_ms=max((case.case.execution_ms for case in cases), default=1) or 1,
        most_blocks=max((case.blocks for case in cases), default=1) or 1,
    )


def _extras(explanation: Explanation) -> Iterator[Section]:
    if explanation.ablation is not None:
        yield ablation_section(explanation.ablation)
    if explanation.protection is not None:
        yield protection_section(explanation.protection)
    if explanation.growth is not None:
        yield growth_section(explanation.growth)
    if explanation.sweep is not None:
        yield sweep_section(explanation.sweep)
    if explanation.statistics is not None:
        yield statistics_section(explanation.statistics, shown=explanation.shows_arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """A statement in both reports; the plans only where they differ."""

    pair: StepPair
    anchor: str
    before: PlanView | None
    after: PlanView | None


def _beside(explanation: Explanation) -> Iterator[Section]:
    if (found := explanation.beside) is not None:
        yield _rendered(
            "Compared",
            "compared",
            "explain_beside.html",
            beside=found,
            views=[_pair_view(pair) for pair in found.changed],
        )


def _pair_view(pair: StepPair) -> PairView:
    anchor = f"compared-{pair.query}-{pair.case}-{pair.step}"
    other = pair.has_other_plan
    return PairView(
        pair=pair,
        anchor=anchor if other else f"query-{pair.query}-{pair.case}",
        before=plan_view(f"{anchor}-before", pair.before.plan) if other else None,
        after=plan_view(f"{anchor}-now", pair.after.plan) if other else None,
    )


def _section(view: ClassView, settings: dict[str, str]) -> Section:
    slowest = max(view.cases, key=lambda case: case.case.execution_ms, default=None)
    return _rendered(
        view.captured.query,
        view.anchor,
        "explain_class.html",
        view=view,
        slowest=slowest,
        settings=settings,
    )


def _rendered(title: str, anchor: str, template: str, **values: object) -> Section:
    body = environment(_TEMPLATES).get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)
