"""What a Prometheus answers to a dashboard: every panel's series, and the moments to be marked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.legend import named
from dashboards.model import Annotation, Dashboard, Panel, Query, Row
from dashboards.prometheus import ExpressionRefused, Points, Prometheus, Series
from dashboards.variables import Choice, put_in, resolve, values_of
from dashboards.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A query as it was asked, and its series or why there are none."""

    query: Query
    expr: str
    series: tuple[Series, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAnswer:
    """A panel with the answers to its queries."""

    panel: Panel
    answers: tuple[Answer, ...]

    @property
    def has_data(self) -> bool:
        """Whether there is anything to be drawn."""
        return any(answer.series for answer in self.answers)

    @property
    def errors(self) -> tuple[str, ...]:
        """What Prometheus refused, and why."""
        return tuple(answer.error for answer in self.answers if answer.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """A row's panels with their answers."""

    row: Row
    panels: tuple[PanelAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment at which an annotation's expression began to be other than zero."""

    annotation: Annotation
    at_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardAnswer:
    """A dashboard with everything that is to be drawn.

    Args:
        marks: in order of time.
        mark_errors: the annotations that Prometheus refused, and why.
    """

    dashboard: Dashboard
    choices: tuple[Choice, ...]
    rows: tuple[RowAnswer, ...]
    marks: tuple[Mark, ...] = ()
    mark_errors: tuple[tuple[Annotation, str], ...] = ()

    @property
    def panels(self) -> tuple[PanelAnswer, ...]:
        """All panels, row by row."""
        return tuple(panel for row in self.rows for panel in row.panels)


def ask(
    dashboard: Dashboard,
    prometheus: Prometheus,
    window: Window,
    given: Mapping[str, Sequence[str]],
) -> DashboardAnswer:
    """Ask everything that a dashboard shows of a time.

    Raises:
        BadInput: there is no Prometheus.
    """
    choices = resolve(dashboard, prometheus, window, given)
    values = values_of(choices, window)
    marks, errors = list[Mark](), list[tuple[Annotation, str]]()
    for annotation in dashboard.annotations:
        try:
            marks += _marks(annotation, prometheus, window, values)
        except ExpressionRefused as error:
            errors.append((annotation, str(error)))
    return DashboardAnswer(
        dashboard=dashboard,
        choices=choices,
        rows=tuple(_row(row, prometheus, window, values) for row in dashboard.rows),
        marks=tuple(sorted(marks, key=lambda mark: mark.at_s)),
        mark_errors=tuple(errors),
    )


def _row(row: Row, prometheus: Prometheus, window: Window, values: Mapping[str, str]) -> RowAnswer:
    panels = (
        PanelAnswer(
            panel=panel,
            answers=tuple(_answer(query, prometheus, window, values) for query in panel.queries),
        )
        for panel in row.panels
    )
    return RowAnswer(row=row, panels=tuple(panels))


def _answer(
    query: Query, prometheus: Prometheus, window: Window, values: Mapping[str, str]
) -> Answer:
    expr = put_in(query.expr, values)
    try:
        series = (
            prometheus.query(expr, at_s=window.end_s)
            if query.instant
            else _over_time(expr, prometheus, window)
        )
    except ExpressionRefused as error:
        return Answer(query=query, expr=expr, error=str(error))
    return Answer(query=query, expr=expr, series=series)


def _over_time(expr: str, prometheus: Prometheus, window: Window) -> tuple[Series, ...]:
    return prometheus.query_range(
        expr, begin_s=window.begin_s, end_s=window.end_s, step_s=window.step_s
    )


def _marks(
    annotation: Annotation, prometheus: Prometheus, window: Window, values: Mapping[str, str]
) -> Iterator[Mark]:
    for series in _over_time(put_in(annotation.expr, values), prometheus, window):
        for at_s in beginnings(series.points, window.step_s):
            text = named(annotation.text, series.labels)
            yield Mark(annotation=annotation, at_s=at_s, text=text)


def beginnings(points: Points, step_s: float) -> Iterator[float]:
    """Yield the moments at which a series began to be other than zero, or to be there at all.

    >>> list(beginnings(((0, 0), (5, 1), (10, 1), (15, 0), (20, 1), (60, 1)), 5))
    [5, 20, 60]
    """
    before_s, was_on = float("-inf"), False
    for at_s, value in points:
        if value and not (was_on and at_s - before_s < step_s * 1.5):
            yield at_s
        before_s, was_on = at_s, bool(value)
