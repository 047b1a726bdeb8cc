"""The capacity report: how much the server carries, what breaks first, what the law says."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from b2bench.figures import capacity_chart
from b2bench.figures.notation import counted, number, significant, span, target
from b2bench.figures.page import Fact, Page, Section, environment, render_page, tone_of
from b2bench.findings import Finding
from reports.capacity import Capacity, ClassAtStep, RateStep, SweepStep
from reports.capacity_text import held_out_sentence, law_sentence, peak_sentence
from reports.gate import worst_first
from reports.usl import Interval, Law

_LINES_MOST = 6
_CURVE_POINTS = 80


def render_capacity_page(capacity: Capacity, findings: Sequence[Finding]) -> str:
    """Return the page as one HTML file."""
    return render_page(
        Page(
            kind="Capacity",
            title=capacity.run,
            verdict=capacity.verdict,
            tone=tone_of(findings),
            facts=list(_facts(capacity)),
            sections=list(_sections(capacity, findings)),
            provenance=capacity.provenance,
        )
    )


def _facts(capacity: Capacity) -> Iterator[Fact]:
    yield Fact(label="Workload", value=capacity.workload)
    held, broke = capacity.held, capacity.broke
    if held is not None:
        yield Fact(label="Holds", value=f"{significant(held.rate)} requests/s")
    if broke is not None:
        label = "Client's limit" if broke.outcome == "client" else "Breaks"
        yield Fact(label=label, value=f"{significant(broke.rate)} requests/s")
    aim = "each class its own" if capacity.slo_ms is None else target(capacity.slo_ms)
    yield Fact(label="Target for p95", value=aim)
    yield Fact(label="Sessions", value=number(capacity.sessions))
    warmup = f" after {span(capacity.warmup_s)} of warm-up" if capacity.warmup_s else ""
    yield Fact(label="Each step", value=f"{span(capacity.step_s)}{warmup}")
    data_set = capacity.data_set.shown if capacity.data_set else "not b2bench's"
    yield Fact(label="Data set", value=f"{data_set}{', in place' if capacity.in_place else ''}")
    yield Fact(label="Server", value=capacity.provenance.server)
    yield Fact(label="Database", value=capacity.target)


def _sections(capacity: Capacity, findings: Sequence[Finding]) -> Iterator[Section]:
    if findings:
        yield _section("Findings", "findings", "run_findings.html", findings=worst_first(findings))
    if capacity.steps:
        yield _section(
            "Rates",
            "rates",
            "capacity_rates.html",
            steps=sorted(capacity.steps, key=lambda step: step.rate),
            chart=_latency_chart(capacity),
        )
    if any(step.completed for step in capacity.sweep):
        yield _section(
            "Sessions and the law",
            "law",
            "capacity_law.html",
            capacity=capacity,
            law=capacity.law,
            chart=capacity_chart.throughput_over_sessions(_throughput(capacity)),
            law_says=law_sentence(capacity.law) if capacity.law else "",
            peak_says=peak_sentence(capacity.law) if capacity.law else "",
            held_out_says=held_out_sentence(capacity.held_out) if capacity.held_out else "",
            fitted=counted(capacity.law.points if capacity.law else 0, "step"),
        )


def _section(title: str, anchor: str, template: str, **values: object) -> Section:
    body = environment("reports").get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _throughput(capacity: Capacity) -> capacity_chart.Throughput:
    law, held_out = capacity.law, capacity.held_out
    apart = held_out.measured.sessions if held_out else None
    points = {step.sessions: _point(step) for step in capacity.sweep if step.completed}
    return capacity_chart.Throughput(
        points=[point for sessions, point in points.items() if sessions != apart],
        law=list(_curve(law, capacity.sweep)) if law else (),
        one_session=law.rate.value if law else 0.0,
        predicted=_expected(apart, held_out.predicted) if held_out and apart else None,
        held_out=points.get(apart) if apart else None,
        capacity_per_s=capacity.per_s,
    )


def _point(step: SweepStep) -> capacity_chart.SessionsPoint:
    return capacity_chart.SessionsPoint(
        sessions=step.sessions,
        per_s=step.per_s,
        half=step.per_s * (step.spread or 0.0),
        used=not step.doubt,
    )


def _curve(law: Law, sweep: Sequence[SweepStep]) -> Iterator[capacity_chart.Expected]:
    """Yield the law from one session to a little beyond the most that were tried."""
    last = 1.06 * max(step.sessions for step in sweep)
    for place in range(_CURVE_POINTS + 1):
        sessions = 1 + (last - 1) * place / _CURVE_POINTS
        yield _expected(sessions, law.at(sessions))


def _expected(sessions: float, interval: Interval) -> capacity_chart.Expected:
    return capacity_chart.Expected(
        sessions=sessions, per_s=interval.value, low=interval.low, high=interval.high
    )


def _latency_chart(capacity: Capacity) -> Markup | None:
    """Draw the classes that came nearest to their targets; nothing where none was answered."""
    targets = {each.target_ms for step in capacity.decisive for each in _aimed(step)}
    if not targets:
        return None
    one = targets.pop() if len(targets) == 1 else None
    broke = capacity.broke
    lines = list(_lines(capacity, one))
    return capacity_chart.latency_over_rate(
        capacity_chart.Latencies(
            lines=lines,
            unit="p95, ms" if one else "p95, as a multiple of the target",
            limit=one or 1.0,
            held=capacity.per_s,
            broke=broke.rate if broke else None,
        )
    )


def _aimed(step: RateStep) -> list[ClassAtStep]:
    return [each for each in step.classes if each.target_ms]


def _lines(capacity: Capacity, one: float | None) -> Iterator[capacity_chart.ClassLine]:
    first = capacity.broke.broken[0].query if capacity.broke and capacity.broke.broken else ""
    for name in _nearest(capacity.broke or capacity.decisive[-1], first):
        points = tuple(
            (step.rate, each.p95_ms if one else each.excess + 1)
            for step in capacity.decisive
            for each in _aimed(step)
            if each.query == name
        )
        yield capacity_chart.ClassLine(name=name, points=points, broke=name == first)


def _nearest(step: RateStep, first: str) -> list[str]:
    """Return the query classes nearest to their targets, that which broke first before all."""
    ordered = sorted(_aimed(step), key=lambda each: (each.query != first, -each.excess))
    return [each.query for each in ordered[:_LINES_MOST]]
