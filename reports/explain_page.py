"""The EXPLAIN report: every query class with its plans, the work done and advice, on one page."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from b2bench.figures.notation import counted
from b2bench.figures.page import Fact, Page, Section, Tone, environment, render_page, tone_of
from b2bench.findings import Finding, Severity
from reports.advice import Advice, advise, worst_estimate
from reports.capture import Capture, ClassCapture
from reports.explaining import CaseCapture, StepCapture
from reports.plan_view import PlanRow, plan_rows
from reports.redaction import redact_plan

_TEMPLATES = "reports"


def render_explain_page(capture: Capture, *, show_arguments: bool = False) -> str:
    """Return the page as one HTML file.

    Args:
        capture: what was explained.
        show_arguments: whether constants and arguments, which may be personal data, are shown.
    """
    views = [_class_view(captured, shown=show_arguments) for captured in capture.classes]
    own = files("reports") / "templates"
    settings = _usual_settings(views)
    findings = [finding for view in views for finding in view.findings]
    return render_page(
        Page(
            kind="EXPLAIN report",
            title=_title(capture),
            verdict=_verdict(findings, len(views)),
            tone=tone_of(findings),
            facts=_facts(capture, shown=show_arguments),
            sections=[_overview(views, settings), *(_section(view, settings) for view in views)],
            provenance=capture.provenance,
            style=(own / "explain.css").read_text(),
            script=(own / "explain.js").read_text(),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One explained statement as the page shows it; `identity` is unique on the page."""

    step: StepCapture
    identity: str
    sql: str
    rows: tuple[PlanRow, ...]
    json: Markup
    settings: dict[str, str]
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case of arguments: its line in the overview, and its steps."""

    case: CaseCapture
    anchor: str
    steps: tuple[StepView, ...]
    arguments: tuple[tuple[str, str], ...]
    advice: tuple[Advice, ...]
    estimate_error: float

    @property
    def blocks(self) -> int:
        """Shared blocks of all steps."""
        return sum(step.step.work.shared_blocks for step in self.steps)

    @property
    def rows(self) -> int:
        """Rows that the last step gave."""
        return self.steps[-1].step.rows if self.steps else 0

    @property
    def tone(self) -> Tone:
        """The colour of the worst advice."""
        return tone_of([advice.finding for advice in self.advice])


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """One query class as the page shows it."""

    captured: ClassCapture
    anchor: str
    cases: tuple[CaseView, ...]
    findings: tuple[Finding, ...]


def _class_view(captured: ClassCapture, *, shown: bool) -> ClassView:
    advice = advise(captured)
    cases = [_case_view(captured.query, case, advice, shown=shown) for case in captured.cases]
    return ClassView(
        captured=captured,
        anchor=f"query-{captured.query}",
        cases=tuple(cases),
        findings=captured.findings + tuple(_once(a.finding for a in advice)),
    )


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield one finding of each kind on each subject; others of it stand at their nodes."""
    seen = set[tuple[str, str]]()
    for finding in findings:
        if (key := (finding.code, finding.subject)) not in seen:
            seen.add(key)
            yield finding


def _case_view(query: str, case: CaseCapture, advice: Sequence[Advice], *, shown: bool) -> CaseView:
    mine = tuple(each for each in advice if each.case == case.case)
    anchor = f"query-{query}-{case.case}"
    return CaseView(
        case=case,
        anchor=anchor,
        steps=tuple(_step_view(anchor, step, mine, shown=shown) for step in case.steps),
        arguments=tuple(_arguments(case)) if shown else (),
        advice=mine,
        estimate_error=max((worst_estimate(step.plan) for step in case.steps), default=1.0),
    )


def _arguments(case: CaseCapture) -> Iterator[tuple[str, str]]:
    for name, text in case.arguments.items():
        yield name, "NULL" if text is None else text


def _step_view(
    anchor: str, step: StepCapture, advice: Sequence[Advice], *, shown: bool
) -> StepView:
    plan = step.plan if shown else redact_plan(step.plan)
    mine = [each for each in advice if each.step == step.step]
    return StepView(
        step=step,
        identity=f"{anchor}-{step.step}",
        sql=step.sql,
        rows=plan_rows(plan, mine),
        json=_embedded(plan),
        settings=dict(plan.get("Settings", {})),
        triggers=tuple(
            f"{trigger.get('Constraint Name') or trigger['Trigger Name']} ×{trigger['Calls']}"
            for trigger in plan.get("Triggers", ())
        ),
    )


def _embedded(plan: object) -> Markup:
    # inside <script> only a "<" could end the element
    text = json.dumps(plan, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (made safe above)


def _usual_settings(views: Sequence[ClassView]) -> dict[str, str]:
    """Return the settings of the first plan, which only plans with others repeat."""
    steps = (step for view in views for case in view.cases for step in case.steps)
    return next((step.settings for step in steps), {})


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


def _facts(capture: Capture, *, shown: bool) -> list[Fact]:
    cases = sum(len(captured.cases) for captured in capture.classes)
    return [
        Fact(label="Server", value=capture.provenance.server),
        Fact(label="Data", value=_data(capture)),
        Fact(
            label="Explained",
            value=f"{counted(len(capture.classes), 'class')}, {counted(cases, 'case')}",
        ),
        Fact(label="Execution", value="the second in a session, one process"),
        Fact(label="Constants", value="shown" if shown else "hidden as ‹…›"),
    ]


def _data(capture: Capture) -> str:
    return capture.ground.data_set.shown if capture.ground.data_set else "not b2bench's"


def _overview(views: Sequence[ClassView], settings: dict[str, str]) -> Section:
    cases = [case for view in views for case in view.cases]
    body = (
        environment(_TEMPLATES)
        .get_template("explain_overview.html")
        .render(
            views=views,
            settings=settings,
            longest_ms=max((case.case.execution_ms for case in cases), default=1) or 1,
            most_blocks=max((case.blocks for case in cases), default=1) or 1,
        )
    )
    return Section(title="Overview", anchor="overview", body=Markup(body))  # noqa: S704 (escaped)


def _section(view: ClassView, settings: dict[str, str]) -> Section:
    slowest = max(view.cases, key=lambda case: case.case.execution_ms, default=None)
    body = (
        environment(_TEMPLATES)
        .get_template("explain_class.html")
        .render(view=view, slowest=slowest, settings=settings)
    )
    return Section(title=view.captured.query, anchor=view.anchor, body=Markup(body))  # noqa: S704
