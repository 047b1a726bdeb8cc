"""Every dashboard on one page that opens offline: what Grafana would show, and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from markupsafe import Markup

from b2bench.figures.notation import counted, span
from b2bench.figures.page import Fact, Page, Section, environment, render_page, tone_of
from b2bench.findings import Finding, Severity
from dashboards import preview_lines, preview_values
from dashboards.answers import DashboardAnswer, Mark, PanelAnswer
from dashboards.preview_lines import Line
from dashboards.variables import Choice, uses
from dashboards.window import Window

_ROWS_MOST = 20
_FIGURES_MOST = 16
_TEMPLATES = "dashboards"
_OURS = "b2bench: "


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """A panel as the template draws it; `more` is how many smaller things are left out."""

    answer: PanelAnswer
    chart: Markup | None = None
    lines: Sequence[Line] = ()
    figures: Sequence[preview_values.Figure] = ()
    table: preview_values.Table | None = None
    more: int = 0


def render_preview(
    answers: Sequence[DashboardAnswer], window: Window, findings: Sequence[Finding], *, source: str
) -> str:
    """Return the page as one HTML file.

    Args:
        answers: of each dashboard.
        window: what time they are of.
        findings: as `preview_findings` returns them.
        source: where the figures come from, as a person knows it.
    """
    sections = [_dashboard(answer, window) for answer in answers]
    if findings:
        sections.insert(0, _section("What is missing", "missing", "preview_missing.html", findings))
    return render_page(
        Page(
            kind="Dashboards",
            title=source,
            verdict=verdict(answers, findings),
            tone=tone_of(findings),
            facts=list(_facts(answers, window)),
            sections=sections,
            style=(files(_TEMPLATES) / "templates" / "preview.css").read_text(),
        )
    )


def preview_findings(answers: Sequence[DashboardAnswer]) -> tuple[Finding, ...]:
    """Return what is refused, and what is empty without a declared reason."""
    return tuple(found for answer in answers for found in _findings(answer))


def verdict(answers: Sequence[DashboardAnswer], findings: Sequence[Finding]) -> str:
    """Return in one sentence how many panels show something."""
    panels = [panel for answer in answers for panel in answer.panels]
    drawn = sum(panel.has_data and not panel.errors for panel in panels)
    if findings:
        return (
            f"{counted(len(findings), 'thing')} missing without a declared reason; "
            f"{drawn} of {counted(len(panels), 'panel')} show data"
        )
    declared = len(panels) - drawn
    said = {0: "", 1: ", the other one says why it has none"}.get(
        declared, f", the other {declared} say why they have none"
    )
    return f"{drawn} of {counted(len(panels), 'panel')} show data{said}"


def heading(answer: DashboardAnswer) -> str:
    """Return a dashboard's title without the name that all of ours have in Grafana's list."""
    title = answer.dashboard.title.removeprefix(_OURS)
    return title[:1].upper() + title[1:]


def _findings(answer: DashboardAnswer) -> Iterator[Finding]:
    title = heading(answer)
    for choice in answer.choices:
        subject = f"{title}: variable {choice.variable.name}"
        if choice.error:
            yield _finding("variable-refused", subject, choice.error)
        elif not choice.values and not _is_declared(choice, answer):
            message = f"`{choice.variable.query}` has no values"
            yield _finding("variable-empty", subject, message)
    for annotation, error in answer.mark_errors:
        yield _finding("annotation-refused", f"{title}: annotation {annotation.name}", error)
    for panel in answer.panels:
        subject = f"{title}: {panel.panel.title}"
        for error in panel.errors:
            yield _finding("query-refused", subject, error)
        if not panel.has_data and not panel.errors and not panel.panel.empty_because:
            yield _finding(
                "panel-empty",
                subject,
                "no data, and no reason is declared",
                mend="look for the metric at the exporter, or declare `empty_because`",
            )


def _finding(code: str, subject: str, message: str, mend: str = "") -> Finding:
    severity = Severity.ERROR
    return Finding(code=code, severity=severity, subject=subject, message=message, mend=mend)


def _is_declared(choice: Choice, answer: DashboardAnswer) -> bool:
    """Return whether all panels that use a variable say why they may be empty."""
    name = choice.variable.name
    using = [
        panel.panel
        for panel in answer.panels
        if any(uses(query.expr, name) for query in panel.panel.queries)
    ]
    return bool(using) and all(panel.empty_because for panel in using)


def _facts(answers: Sequence[DashboardAnswer], window: Window) -> Iterator[Fact]:
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (window.begin_s, window.end_s))
    last = f"{end:%H:%M:%S}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    yield Fact(label="Time, UTC", value=f"{begin:%Y-%m-%d %H:%M:%S} – {last}")
    yield Fact(label="Length", value=span(window.range_s))
    yield Fact(label="A point every", value=span(window.step_s))
    yield Fact(label="Rates over", value=window.values["__rate_interval"].removesuffix("s") + " s")
    yield Fact(label="Dashboards", value=str(len(answers)))


def _dashboard(answer: DashboardAnswer, window: Window) -> Section:
    views = [
        [_view(panel, answer.marks, window, f"{answer.dashboard.uid}-{row}-{place}")
         for place, panel in enumerate(each.panels)]
        for row, each in enumerate(answer.rows)
    ]  # fmt: skip
    return _section(
        heading(answer),
        answer.dashboard.uid,
        "preview_dashboard.html",
        answer=answer,
        rows=list(zip(answer.rows, views, strict=True)),
        marks=[_mark_view(number, mark) for number, mark in enumerate(answer.marks, start=1)],
    )


def _section(
    title: str, anchor: str, template: str, *findings: object, **values: object
) -> Section:
    values |= {"findings": findings[0]} if findings else {}
    body = environment(_TEMPLATES).get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _mark_view(number: int, mark: Mark) -> dict[str, str]:
    return {
        "number": str(number),
        "color": preview_lines.mark_color(mark),
        "at": f"{datetime.fromtimestamp(mark.at_s, UTC):%H:%M:%S}",
        "text": mark.text,
        "name": mark.annotation.name,
    }


def _view(answer: PanelAnswer, marks: Sequence[Mark], window: Window, name: str) -> PanelView:
    if not answer.has_data:
        return PanelView(answer=answer)
    match answer.panel.draw:
        case "stat" | "bars":
            found = preview_values.figures(answer)
            more = max(0, len(found) - _FIGURES_MOST)
            return PanelView(answer=answer, figures=found[:_FIGURES_MOST], more=more)
        case "table":
            table = preview_values.table(answer)
            return PanelView(answer=answer, table=table, more=max(0, len(table.rows) - _ROWS_MOST))
        case "lines" | "stacked":
            stacked = answer.panel.draw == "stacked"
            lines, more = preview_lines.lines_of(answer, stacked=stacked)
            chart = preview_lines.draw(answer, lines, marks, window, name=name, stacked=stacked)
            return PanelView(answer=answer, chart=chart, lines=lines, more=more)
