"""The part of the EXPLAIN report that shows the plans of another server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from b2bench.figures.page import Section, environment
from reports.plan_view import PlanRow, embedded, plan_rows
from reports.redaction import redact_plan
from reports.statistics_compared import DIFFERS, GENERIC, difference, steps_by_case
from reports.statistics_plans import PlannedClass, PlannedStep, StatisticsPlans

_ANCHOR = "statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class _StepView:
    """One planned statement; `identity` is unique on the page."""

    step: PlannedStep
    told: str
    identity: str
    difference: str
    rows: tuple[PlanRow, ...]
    json: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassView:
    planned: PlannedClass
    steps: tuple[_StepView, ...]

    @property
    def drawn(self) -> tuple[_StepView, ...]:
        """The plans that this server has not shown already."""
        return tuple(view for view in self.steps if view.step.shape_here != view.step.shape)


def statistics_section(plans: StatisticsPlans, *, shown: bool) -> Section:
    """Return the section; plans that are the same here are listed, but not drawn.

    Args:
        plans: compared with a capture, or not.
        shown: whether constants of the plans, which may be personal data, are shown.
    """
    views = [_class_view(planned, shown=shown) for planned in plans.classes]
    steps = [view for planned in views for view in planned.steps]
    body = (
        environment("reports")
        .get_template("statistics.html")
        .render(
            plans=plans,
            # those that differ stand in the table
            findings=[finding for finding in plans.findings if finding.code != DIFFERS],
            views=views,
            compared=sum(view.step.shape_here is not None for view in steps),
            others=sum(view.step.is_other for view in steps),
        )
    )
    return Section(title="Plans of the other server", anchor=_ANCHOR, body=Markup(body))  # noqa: S704


def _class_view(planned: PlannedClass, *, shown: bool) -> _ClassView:
    return _ClassView(planned=planned, steps=tuple(_step_views(planned, shown=shown)))


def _step_views(planned: PlannedClass, *, shown: bool) -> Iterator[_StepView]:
    for case, steps in steps_by_case(planned):
        for step in steps:
            # it stands among the generic ones
            if step.is_generic and case != GENERIC:
                continue
            plan = step.plan if shown else redact_plan(step.plan)
            yield _StepView(
                step=replace(step, plan=plan),
                told=_told(case, step, steps),
                identity=f"{_ANCHOR}-{planned.query}-{case}-{step.step}",
                difference=difference(step),
                rows=plan_rows(plan, ()),
                json=embedded(plan),
            )


def _told(case: str, step: PlannedStep, steps: Sequence[PlannedStep]) -> str:
    return f"{case}, {step.step}" if len(steps) > 1 else case
