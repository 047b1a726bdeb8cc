"""A run, or a comparison of two, as the test results that CI servers read."""

from collections.abc import Iterator
from datetime import UTC, datetime

from b2bench.figures.notation import milliseconds, number
from b2bench.findings import Finding, Severity
from b2bench.runs import QueryResult, RunRecord
from reports.compared_figures import Compared
from reports.junit import Case, Suite, failures_of, junit
from reports.run_comparison import WHOLE, RunComparison

_US_PER_S = 1_000_000
_MS_PER_S = 1_000


def run_junit(record: RunRecord) -> str:
    """Return a run as JUnit XML: a case for the run itself, one for each query class.

    A case's time is the class's mean response time.
    """
    result = record.result
    return junit(
        Suite(
            name=f"b2bench.run.{record.plan.workload}",
            at=datetime.fromtimestamp(result.started_unix_s, UTC),
            time_s=result.measured_s,
            cases=[_whole(record), *(_class(query, record) for query in result.queries)],
            properties={
                "run": record.plan.run,
                "server": record.provenance.server,
                "target": record.plan.target,
                "data set": record.data_set.shown if record.data_set else "not b2bench's",
                "seed": str(record.plan.seed),
                "machine": record.provenance.machine,
                "b2bench": record.provenance.b2bench,
            },
            says=[_accounts(record), *_lines(record.findings)],
        )
    )


def comparison_junit(comparison: RunComparison) -> str:
    """Return a comparison as JUnit XML: a query class fails if it became slower.

    A case's time is the mean response time of the candidate.
    """
    return junit(
        Suite(
            name=f"b2bench.compare.{comparison.workload}",
            at=datetime.fromtimestamp(comparison.candidate.started_unix_s, UTC),
            time_s=comparison.candidate.measured_s,
            cases=[_compared(each, comparison) for each in comparison.subjects],
            properties={
                "baseline": comparison.baseline.run,
                "candidate": comparison.candidate.run,
                "order": comparison.order,
            },
            says=[comparison.headline, *_lines(comparison.findings)],
        )
    )


def _whole(record: RunRecord) -> Case:
    names = {query.name for query in record.result.queries}
    return Case(
        name=WHOLE,
        time_s=record.result.response.mean_us / _US_PER_S,
        failures=[
            found
            for found in record.findings
            if found.subject not in names and found.severity is Severity.ERROR
        ],
    )


def _class(query: QueryResult, record: RunRecord) -> Case:
    return Case(
        name=query.name,
        time_s=query.response.mean_us / _US_PER_S,
        failures=failures_of(record.findings, query.name),
        skipped=_why_untested(query),
    )


def _why_untested(query: QueryResult) -> str:
    if not query.response.count:
        return "no request of it was answered"
    return "it has no target" if query.slo_ms is None else ""


def _compared(compared: Compared, comparison: RunComparison) -> Case:
    mean = compared.figure("mean")
    return Case(
        name=compared.name,
        time_s=(mean.candidate or 0.0) / _MS_PER_S,
        failures=failures_of(comparison.findings, compared.name),
        skipped="" if mean.ratio else f"nothing is known: {compared.verdict_shown}",
    )


def _accounts(record: RunRecord) -> str:
    result = record.result
    return (
        f"{number(result.offered)} offered = {number(result.completed)} completed + "
        f"{number(result.failed)} failed + {number(result.skipped)} skipped + "
        f"{number(result.unfinished)} unfinished; p95 "
        f"{milliseconds(result.response.p95_us / _MS_PER_S)}"
    )


def _lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    for found in findings:
        yield found.line
