"""The run report: was it fast enough, was the run valid, and where the time went, on one page."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.page import Page, Section, environment, render_page, tone_of
from b2bench.runs import RunRecord
from reports.gate import worst_first
from reports.run_client import client_rows
from reports.run_failures import failure_rows
from reports.run_server import drawn_splits, split_chart, statement_rows, waits_chart
from reports.run_targets import (
    CLASSES_MOST,
    TargetRow,
    distribution_lines,
    latency_chart,
    target_rows,
)
from reports.run_time_split import busy_ms, in_total, time_split
from reports.run_timeline import seconds_per_point, stage_rows, time_chart
from reports.run_verdict import facts, verdict

_FINDINGS_MOST = 6
_STATEMENTS_MOST = 15
_SLOW_MOST = 10
_WAITS_MOST = 12


def render_run_page(record: RunRecord, *further: Section) -> str:
    """Return the page as one HTML file, with further sections before the last."""
    return render_page(
        Page(
            kind="Run report",
            title=record.plan.run,
            verdict=verdict(record),
            tone=tone_of(record.findings),
            facts=list(facts(record)),
            sections=list(_sections(record, further)),
            provenance=record.provenance,
            style=(files("reports") / "templates" / "run.css").read_text(),
        )
    )


def _sections(record: RunRecord, further: Sequence[Section]) -> Iterator[Section]:
    """Yield what the run has: a section without content would only be in the way."""
    rows = list(target_rows(record))
    if record.findings:
        yield _section(
            "Findings",
            "findings",
            "run_findings.html",
            findings=worst_first(record.findings),
            most=_FINDINGS_MOST,
        )
    yield _section("Query classes", "queries", "run_queries.html", rows=rows)
    if any(row.result.response.count for row in rows):
        yield _latency(rows)
    if record.result.seconds:
        yield _over_time(record)
    if any(row.result.response.count for row in rows):
        yield _time_split(record)
    yield from _failures(record)
    yield from _server(record)
    yield from further
    yield _validity(record)


def _section(title: str, anchor: str, template: str, **values: object) -> Section:
    body = environment("reports").get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _latency(rows: list[TargetRow]) -> Section:
    answered = [row for row in rows if row.result.response.count]
    lines = distribution_lines(answered)
    return _section(
        "Latency",
        "latency",
        "run_latency.html",
        by_class=latency_chart(answered),
        compared=min(len(answered), CLASSES_MOST),
        distribution=charts.distribution(lines),
        drawn=len(lines),
        measured=len(answered),
    )


def _over_time(record: RunRecord) -> Section:
    return _section(
        "Over time",
        "time",
        "run_time.html",
        chart=time_chart(record),
        step=seconds_per_point(record.result),
        stages=stage_rows(record),
        faults=record.result.faults,
        queries=record.result.queries,
    )


def _time_split(record: RunRecord) -> Section:
    splits = time_split(record)
    return _section(
        "Where the time went",
        "split",
        "run_split.html",
        record=record,
        splits=splits,
        total=in_total(splits),
        chart=split_chart(splits),
        busy_ms=busy_ms(record),
        drawn=len(drawn_splits(splits)),
        served=any(split.server_ms is not None for split in splits),
    )


def _failures(record: RunRecord) -> Iterator[Section]:
    rows, reconnects = failure_rows(record.result), record.result.reconnects
    if rows or reconnects:
        yield _section(
            "Failures and retries",
            "failures",
            "run_failures.html",
            rows=rows,
            reconnects=reconnects,
        )


def _server(record: RunRecord) -> Iterator[Section]:
    if rows := statement_rows(record):
        yield _section(
            "Statements",
            "statements",
            "run_statements.html",
            rows=rows,
            most=_STATEMENTS_MOST,
            complete=record.is_account_complete,
        )
    if (observation := record.observation) is None:
        return
    busy = sum(wait.samples for wait in observation.waits)
    yield _section(
        "Waits",
        "waits",
        "run_waits.html",
        observation=observation,
        busy=busy,
        chart=waits_chart(observation) if busy else "",
        drawn=min(len(observation.waits), _WAITS_MOST),
        rest=sorted(observation.waits, key=lambda wait: -wait.samples)[_WAITS_MOST:],
    )
    yield _section("Slow log", "slow", "run_slow.html", slow=observation.slow, most=_SLOW_MOST)


def _validity(record: RunRecord) -> Section:
    statements = record.statements
    return _section(
        "Was the run valid?",
        "validity",
        "run_validity.html",
        record=record,
        clients=list(client_rows(record.result.clients, record.result.response)),
        sent=sum(each.client_calls for each in statements),
        counted=sum(each.server_calls for each in statements),
        differing=[each for each in statements if each.client_calls != each.server_calls],
    )
