"""The run report: was it fast enough, was the run valid, and where the time went, on one page."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.notation import counted, number, span
from b2bench.figures.page import Fact, Page, Section, Tone, environment, render_page, tone_of
from b2bench.findings import Severity
from b2bench.runs import QueryResult, RunRecord, StatementAccount
from reports.gate import worst_first
from reports.verdicts import RUN_INVALID

_US_PER_MS = 1_000
_LINES_MOST = 6
_QUANTILES = (
    (0.5, "p50_us"),
    (0.9, "p90_us"),
    (0.95, "p95_us"),
    (0.99, "p99_us"),
    (0.999, "p999_us"),
)


def render_run_page(record: RunRecord) -> str:
    """Return the page as one HTML file."""
    return render_page(
        Page(
            kind="Run report",
            title=record.plan.run,
            verdict=run_verdict(record),
            tone=tone_of(record.findings),
            facts=list(_facts(record)),
            sections=list(_sections(record)),
            provenance=record.provenance,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """One query class as the table shows it; the server's time is that of all its statements."""

    result: QueryResult
    tone: Tone
    says: str
    server_ms_per_call: float | None
    share_of_server: float


def run_verdict(record: RunRecord) -> str:
    """Return what came of the run in one sentence."""
    if invalid := [f for f in record.findings if f.code == RUN_INVALID]:
        return invalid[0].message
    classes = [query for query in record.result.queries if query.slo_ms is not None]
    missed = [query.name for query in classes if _missed(query)]
    if missed:
        return f"{len(missed)} of {len(classes)} targets missed: {', '.join(missed)}"
    if failed := record.result.failed:
        return f"{number(failed)} requests failed"
    if errors := [f for f in record.findings if f.severity is Severity.ERROR]:
        return f"{errors[0].subject}: {errors[0].message}"
    met = (
        f"every target met ({counted(len(classes), 'query class')})"
        if classes
        else "no targets were set"
    )
    return f"Valid run, {met}, no request failed"


def _missed(query: QueryResult) -> bool:
    limit_ms = query.slo_ms
    return (
        limit_ms is not None
        and query.response.count > 0
        and query.response.p95_us > limit_ms * _US_PER_MS
    )


def _facts(record: RunRecord) -> Iterator[Fact]:
    plan, result = record.plan, record.result
    yield Fact(label="Workload", value=plan.workload)
    model = f"{number(plan.rate)} requests/s offered" if plan.rate else "closed model"
    yield Fact(label="Load", value=f"{number(plan.users)} users, {model}")
    yield Fact(
        label="Measured", value=f"{span(result.measured_s)} after {span(plan.warmup_s)} of warm-up"
    )
    rate = result.completed / result.measured_s if result.measured_s else 0
    yield Fact(label="Completed", value=f"{number(result.completed)} ({rate:,.1f}/s)")
    data_set = record.data_set.shown if record.data_set else "not b2bench's"
    yield Fact(label="Data set", value=f"{data_set}{', in place' if plan.in_place else ''}")
    yield Fact(label="Server", value=record.provenance.server)
    yield Fact(label="Target", value=plan.target)


def _sections(record: RunRecord) -> Iterator[Section]:
    rows = list(_rows(record))
    if record.findings:
        yield _section(
            "Findings", "findings", "run_findings.html", findings=worst_first(record.findings)
        )
    yield _section("Query classes", "queries", "run_queries.html", rows=rows, record=record)
    if any(row.result.response.count for row in rows):
        yield _section("Latency", "latency", "run_latency.html", **_latency(record, rows))
    if record.result.seconds:
        chart = charts.over_time(list(_intervals(record)))
        yield _section("Over time", "time", "run_time.html", chart=chart)
    yield _section("Was the run valid?", "validity", "run_validity.html", record=record)
    if record.statements:
        yield _section(
            "Statements", "statements", "run_statements.html", statements=record.statements
        )


def _section(title: str, anchor: str, template: str, **values: object) -> Section:
    body = environment("reports").get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _rows(record: RunRecord) -> Iterator[QueryRow]:
    whole_ms = sum(statement.server_time_ms for statement in record.statements)
    for query in record.result.queries:
        mine = [each for each in record.statements if each.query == query.name]
        tone, says = _judged(query)
        server_ms = sum(statement.server_time_ms for statement in mine)
        yield QueryRow(
            result=query,
            tone=tone,
            says=says,
            server_ms_per_call=_per_call(mine, server_ms),
            share_of_server=server_ms / whole_ms if whole_ms else 0.0,
        )


def _judged(query: QueryResult) -> tuple[Tone, str]:
    if not query.response.count:
        return ("bad", "failed") if query.failed else ("plain", "none")
    if _missed(query):
        return "bad", "missed"
    if query.failed:
        return "bad", "failures"
    return ("plain", "no target") if query.slo_ms is None else ("good", "met")


def _per_call(statements: list[StatementAccount], server_ms: float) -> float | None:
    """Return the server's time for one pass through the class, retries being passes too."""
    calls = max((statement.server_calls for statement in statements), default=0)
    return server_ms / calls if calls else None


def _latency(record: RunRecord, rows: list[QueryRow]) -> dict[str, object]:
    measured = [row.result for row in rows if row.result.response.count]
    often = sorted(measured, key=lambda query: -query.response.count)[:_LINES_MOST]
    return {
        "by_class": charts.latency_by_class([_class_latency(query) for query in measured]),
        "distribution": charts.distribution([_distribution(query) for query in often]),
        "drawn": len(often),
        "measured": len(measured),
        "record": record,
    }


def _class_latency(query: QueryResult) -> charts.ClassLatency:
    return charts.ClassLatency(
        name=query.name,
        count=query.response.count,
        p50_ms=query.response.p50_us / _US_PER_MS,
        p95_ms=query.response.p95_us / _US_PER_MS,
        p99_ms=query.response.p99_us / _US_PER_MS,
        target_ms=query.slo_ms,
    )


def _distribution(query: QueryResult) -> charts.Distribution:
    # beyond the median, a quantile stands on at least one value above it
    points = tuple(
        (quantile, getattr(query.response, field) / _US_PER_MS)
        for quantile, field in _QUANTILES
        if field == "p50_us" or query.response.count * (1 - quantile) >= 1
    )
    return charts.Distribution(name=query.name, points=points)


def _intervals(record: RunRecord) -> Iterator[charts.Interval]:
    for second in record.result.seconds:
        yield charts.Interval(
            elapsed_s=second.elapsed_s,
            requests_per_s=second.completed,
            failed_per_s=second.failed,
            p50_ms=second.p50_us / _US_PER_MS,
            p95_ms=second.p95_us / _US_PER_MS,
        )
