"""What a command tells of a run, a gate and a data set, as lines and tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from b2bench.commands._console import BAD, DOUBTFUL, GOOD, say, say_findings, show, table
from b2bench.commands._load import Outcome
from b2bench.commands._way import THROUGH_POOLER
from b2bench.figures.notation import counted, milliseconds, number, share, size, target
from b2bench.findings import Finding, Severity
from b2bench.marker import DataSet
from b2bench.runs import METRICS_FILE, MetricsRecording, QueryResult, RunRecord
from loadgen.data.contract import Check
from loadgen.data.estimate import TableSize
from loadgen.data.skew import Skew
from reports.baseline import Baseline
from reports.explanation import Explanation, mends, unproven
from reports.gate import Verdict
from reports.gate_text import gate_text

Row = list[str | Text]
_US_PER_MS = 1_000
_VOLUMES = {
    "products": "products",
    "product_variants": "variants",
    "accounts": "accounts",
    "account_pricing": "price rules",
    "rfq_requests": "quotations",
    "carts": "carts",
}


def say_run(outcome: Outcome) -> None:
    """Show a run: its query classes, its accounts, what speaks against it, its report."""
    record = outcome.record
    show(run_table(record))
    say("", accounts_line(record))
    notes = [
        found
        for found in record.findings
        if found.severity is Severity.NOTE and found.code != THROUGH_POOLER
    ]
    say_findings(found for found in record.findings if found not in notes)
    there = f" ({counted(len(notes), 'note')} there)" if notes else ""
    say(f"report: {outcome.report}{there}")
    if record.metrics is not None:
        say(*metrics_lines(record.metrics, outcome.folder))


def metrics_lines(recorded: MetricsRecording, folder: Path) -> Iterator[str]:
    """Yield where the recorded metrics are, and how they are looked at."""
    yield f"metrics: {folder / METRICS_FILE} ({counted(recorded.scrapes, 'scrape')})"
    if recorded.problem:
        yield f"their recording ended early: {recorded.problem}"
    yield f"look at them: b2bench dashboards preview --run {folder}"


def run_table(record: RunRecord) -> Table:
    """Return one line for each query class."""
    plan = record.plan
    load = f"{plan.rate:g} requests/s" if plan.rate else f"{plan.users:,} users"
    return table(
        "query class",
        ">requests",
        ">p50",
        ">p95",
        ">p99",
        ">target",
        "verdict",
        rows=(_row(query, record.findings) for query in record.result.queries),
        title=f"{plan.workload}, {load}, {record.result.measured_s:.0f} s",
    )


def _row(query: QueryResult, findings: Sequence[Finding]) -> list[str | Text]:
    response = query.response
    figures = (response.p50_us, response.p95_us, response.p99_us)
    return [
        query.name,
        number(query.completed + query.failed),
        *(milliseconds(us / _US_PER_MS) if response.count else "–" for us in figures),
        target(query.slo_ms),
        _verdict(query, findings),
    ]


def _verdict(query: QueryResult, findings: Sequence[Finding]) -> Text:
    for severity, style in ((Severity.ERROR, BAD), (Severity.WARNING, DOUBTFUL)):
        codes = [
            finding.code
            for finding in findings
            if finding.subject == query.name and finding.severity is severity
        ]
        if codes:
            return Text(", ".join(codes), style=style)
    if query.slo_ms is None or not query.response.count:
        return Text("–")
    return Text("met", style=GOOD)


def accounts_line(record: RunRecord) -> str:
    """Return where every request went, and every statement."""
    result = record.result
    parts = ("completed", "failed", "skipped", "unfinished")
    requests = " + ".join(f"{number(getattr(result, part))} {part}" for part in parts)
    client = sum(each.client_calls for each in record.statements)
    server = sum(each.server_calls for each in record.statements)
    return (
        f"accounts: {number(result.offered)} offered = {requests}; "
        f"statements: {number(client)} sent, {number(server)} counted by the server"
    )


def say_verdict(verdict: Verdict) -> None:
    """Show what the gate says."""
    headline, *found = gate_text(verdict).splitlines()
    say(headline, style=GOOD if verdict.passed else BAD)
    say(*found)


def say_explained(explanation: Explanation, output: Path) -> None:
    """Say what came of it, what mends it, and where the report lies."""
    capture = explanation.capture
    say_findings(capture.findings)
    for mend in mends(explanation):
        names = ", ".join(dict.fromkeys(each.query for each in mend.diagnoses))
        why = mend.best.proven.why if mend.best.proven else ""
        say(f"mends {names}: {' '.join(mend.fix.shown.split())} ({why})", style=GOOD)
    say_findings(
        found for found in explanation.further_findings if found.severity is not Severity.NOTE
    )
    open_ = unproven(explanation)
    there = f", {counted(len(open_), 'suspicion')} without a proven mend" if open_ else ""
    say(f"{counted(len(capture.classes), 'query class')} explained{there}: {output}")


def say_baseline(path: Path, baseline: Baseline) -> None:
    """Show a baseline's ground and the work of each statement."""
    show(
        table(
            "query class",
            "case",
            "step",
            ">blocks",
            ">tuples",
            ">rows",
            rows=_work_rows(baseline),
            title=f"{path}: {baseline.ground.shown}, recorded {baseline.recorded_at:%Y-%m-%d}",
        )
    )
    for query in baseline.classes:
        for accepted in query.accepted:
            say(f"{query.query} accepted {accepted.at:%Y-%m-%d}: {accepted.why}")


def _work_rows(baseline: Baseline) -> Iterator[list[str]]:
    for query in baseline.classes:
        for case in query.cases:
            for step in case.steps:
                work = step.work
                figures = (work.shared_blocks, work.tuples, work.rows_returned)
                yield [query.query, case.case, step.step, *map(number, figures)]


def data_set_lines(data_set: DataSet) -> Iterator[str]:
    """Yield the data set in a few lines."""
    yield f"data set: {data_set.shown}"
    yield f"holds:    {', '.join(_volumes(data_set.rows))}"
    yield f"as of:    {data_set.as_of:%Y-%m-%d %H:%M %Z}"
    yield f"sha256:   {data_set.sha256}"
    if data_set.last_run:
        yield f"changed:  in place, last by {data_set.last_run}"


def _volumes(rows: Mapping[str, int]) -> Iterator[str]:
    for name, noun in _VOLUMES.items():
        if name in rows:
            yield f"{number(rows[name])} {noun}"


def rows_table(data_set: DataSet) -> Table:
    """Return the row count of each table."""
    rows = ((name, number(count)) for name, count in sorted(data_set.rows.items()))
    return table("table", ">rows", rows=rows)


def skew_table(skews: Sequence[Skew]) -> Table:
    """Return declared and achieved figures of each skew, and how far they are apart."""
    return table(
        "skew",
        "declared",
        "achieved",
        ">apart",
        ">allowed",
        "verdict",
        rows=(
            [
                skew.name,
                skew.declared_figures,
                skew.achieved_figures,
                share(skew.distance),
                share(skew.tolerance),
                Text("as declared", GOOD) if skew.within else Text("not as declared", BAD),
            ]
            for skew in skews
        ),
    )


def contract_table(checks: Sequence[Check], skews: Sequence[Skew]) -> Table:
    """Return each rule of the data contract and each skew, with how it is kept."""
    columns = ("area", "rule", ">looked at", ">breaches", "verdict", "first")
    return table(*columns, rows=(*map(_rule_row, checks), *map(_skew_row, skews)))


def _rule_row(check: Check) -> Row:
    looked_at, breaches = number(check.checked), number(check.breaches)
    return [check.area, check.rule, looked_at, breaches, _kept(check.ok), check.example or ""]


def _skew_row(skew: Skew) -> Row:
    breaches, first = ("", "") if skew.within else ("1", f"{share(skew.distance)} apart")
    return ["skew", f"{skew.name} as declared", "", breaches, _kept(skew.within), first]


def _kept(ok: bool) -> Text:
    return Text("kept", GOOD) if ok else Text("broken", BAD)


def contract_verdict(checks: Sequence[Check], skews: Sequence[Skew]) -> str:
    """Return in one sentence whether the data contract is kept."""
    rules = [check.ok for check in checks] + [skew.within for skew in skews]
    if all(rules):
        return f"All {counted(len(rules), 'rule')} of the data contract are kept."
    return f"{rules.count(False)} of {counted(len(rules), 'rule')} of the data contract broken."


def sizes_table(sizes: Sequence[TableSize]) -> Table:
    """Return rows and estimated bytes of each table, and of all."""
    ordered = sorted(sizes, key=lambda each: each.table)
    rows = [(each.table, each.rows, each.data_bytes, each.index_bytes) for each in ordered]
    total = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    return table(
        "table",
        ">rows",
        ">data",
        ">indexes",
        rows=(
            (name, number(count), size(data), size(indexes))
            for name, count, data, indexes in (*rows, total)
        ),
    )
