"""Set plans made with another server's statistics beside those that this server has chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from b2bench.findings import Finding, Severity
from reports.capture import Capture
from reports.changes import first_difference
from reports.plans import plan_shape
from reports.statistics_plans import PlannedCase, PlannedClass, PlannedStep, StatisticsPlans

DIFFERS = "plan-differs-there"
GENERIC = "generic"
Shape = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The shapes of this server's plans, by query class, case and step; `""` for the generic."""

    shapes: Mapping[tuple[str, str, str], Shape]

    def beside(self, query: str, case: str, step: PlannedStep) -> PlannedStep:
        """Return a step with the shape that its like has here."""
        like = "" if step.is_generic else case
        return replace(step, shape_here=self.shapes.get((query, like, step.step)))


def compared(plans: StatisticsPlans, capture: Capture) -> StatisticsPlans:
    """Return the plans with the shapes that this server's have, and what differs as findings.

    Args:
        plans: made with the other server's statistics.
        capture: of the same query classes and arguments here.
    """
    here = _Here(shapes=dict(_shapes(capture)))
    classes = tuple(_beside(planned, here) for planned in plans.classes)
    differences = (finding for planned in classes for finding in _differences(planned))
    return replace(plans, classes=classes, findings=(*plans.findings, *differences))


def _shapes(capture: Capture) -> Iterator[tuple[tuple[str, str, str], Shape]]:
    for captured in capture.classes:
        for case in captured.cases:
            for step in case.steps:
                yield (captured.query, case.case, step.step), plan_shape(step.plan)
                if step.generic:
                    yield (captured.query, "", step.step), plan_shape(step.generic.plan)


def _beside(planned: PlannedClass, here: _Here) -> PlannedClass:
    return replace(
        planned,
        cases=tuple(
            PlannedCase(
                case=case.case,
                steps=tuple(here.beside(planned.query, case.case, step) for step in case.steps),
            )
            for case in planned.cases
        ),
        generic=tuple(here.beside(planned.query, "", step) for step in planned.generic),
    )


def _differences(planned: PlannedClass) -> Iterator[Finding]:
    """Yield each difference once, with the cases that have it."""
    found = dict[tuple[str, str], list[str]]()
    for told, steps in steps_by_case(planned):
        for step in steps:
            if step.is_other:
                name = step.step if len(steps) > 1 else ""
                found.setdefault((name, difference(step)), []).append(told)
    for (name, moved), cases in found.items():
        yield Finding(
            code=DIFFERS,
            severity=Severity.WARNING,
            subject=f"{planned.query}.{name}" if name else planned.query,
            message=f"{', '.join(dict.fromkeys(cases))}: another plan there: {moved}",
            mend="judge it by the plan there: load data of that size, or explain it there",
        )


def steps_by_case(planned: PlannedClass) -> Iterator[tuple[str, tuple[PlannedStep, ...]]]:
    """Yield the steps of each case, then those for unknown arguments as `generic`."""
    for case in planned.cases:
        yield case.case, case.steps
    if planned.generic:
        yield GENERIC, planned.generic


def difference(step: PlannedStep) -> str:
    """Return in words from which nodes to which the plan changes, empty where it is the same."""
    return first_difference(step.shape_here or (), step.shape) if step.is_other else ""
