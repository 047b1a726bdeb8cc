"""Query performance: which statements cost the server most, and which of them got worse."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    choice,
    column,
    line,
    lines,
    number,
    requests,
    rising,
    stacked,
    table,
    variables,
)
from dashboards.model import Dashboard, Link, Query, Row
from dashboards.promql import (
    DATABASE,
    REQUEST,
    increase,
    named,
    of,
    or_zero,
    per_request,
    rate,
    ratio,
    share,
    top,
    total,
    with_text,
)
from exporters.collectors import bench_plans as plans
from exporters.collectors import pg_stat_database as database
from exporters.collectors import pg_stat_statements as statements
from exporters.metric import Metric

_DETAIL = Link(uid="b2bench-query", label="queryid")
_STATEMENT = "{{request}} {{queryid}}"
_SHOWN = 'queryid!="other"'
_SECONDS = total(rate(statements.EXECUTION_SECONDS, DATABASE, _SHOWN), "queryid")


def _of_statement(metric: Metric) -> str:
    return named(rate(metric, DATABASE, _SHOWN))


def _of_request(metric: Metric) -> str:
    return per_request(rate(metric, DATABASE))


def _top(metric: Metric) -> Query:
    return line(top(10, _of_statement(metric)), _STATEMENT)


def _per_call(metric: Metric) -> Query:
    return line(ratio(_of_request(metric), _of_request(statements.CALLS)), "{{request}}")


def _cell(heading: str, expr: str, unit: str) -> Query:
    """Keep the twenty statements that take most time: the same rows in every column."""
    kept = f"({expr}) and on (queryid) {top(20, _SECONDS)}"
    return column(heading, kept, unit)


def _text(metric: Metric) -> str:
    return with_text(rate(metric, DATABASE, _SHOWN))


SERVER = Row(
    title="The server",
    panels=(
        number(
            "Statements per second",
            "Executions of all statements, whoever sends them.",
            "ops",
            total(rate(statements.ALL_CALLS, DATABASE)),
        ),
        number(
            "Execution time per second",
            "Seconds that all statements execute per second: sessions that are busy on average.",
            "s",
            total(rate(statements.ALL_SECONDS, DATABASE)),
        ),
        number(
            "Mean execution time",
            "Of all statements together. It moves with the mix: look at single ones below.",
            "s",
            ratio(
                total(rate(statements.ALL_SECONDS, DATABASE)),
                total(rate(statements.ALL_CALLS, DATABASE)),
            ),
        ),
        number(
            "Time of statements not shown",
            "Share of the time that is spent in statements without a line of their own. Above a"
            " third the list below does not explain the load.",
            "percentunit",
            or_zero(
                ratio(
                    total(rate(statements.EXECUTION_SECONDS, DATABASE, 'queryid="other"')),
                    total(rate(statements.EXECUTION_SECONDS, DATABASE)),
                )
            ),
            rising(0.33, 0.5),
        ),
        number(
            "Found in shared buffers",
            "Share of the blocks of all statements that needed no read.",
            "percentunit",
            share(
                total(rate(statements.BLOCKS_HIT, DATABASE)),
                total(rate(statements.BLOCKS_READ, DATABASE)),
            ),
        ),
        number(
            "Spilled to disk",
            "Bytes of temporary files made per second by sorts and hashes beyond work_mem.",
            "Bps",
            total(rate(database.TEMP_BYTES, DATABASE)),
            rising(1_000_000, 50_000_000),
        ),
    ),
)
LEADERS = Row(
    title="Statements that cost most",
    panels=(
        table(
            "Top statements",
            "The twenty statements that take most time now, whoever sends them. A click on the"
            " queryid leads to its details.",
            "short",
            _cell("Time per second", _text(statements.EXECUTION_SECONDS), "s"),
            _cell("Calls per second", _text(statements.CALLS), "ops"),
            _cell(
                "Mean time",
                ratio(_text(statements.EXECUTION_SECONDS), _text(statements.CALLS)),
                "s",
            ),
            _cell("Rows per call", ratio(_text(statements.ROWS), _text(statements.CALLS)), "short"),
            _cell(
                "Blocks per call",
                ratio(
                    f"{_text(statements.BLOCKS_HIT)} + {_text(statements.BLOCKS_READ)}",
                    _text(statements.CALLS),
                ),
                "short",
            ),
            _cell("Temporary blocks per second", _text(statements.TEMP_BLOCKS), "short"),
            _cell("WAL per second", _text(statements.WAL_BYTES), "Bps"),
            height=12,
            link=_DETAIL,
        ),
        stacked(
            "Time by statement",
            "Seconds of execution per second of the ten leaders.",
            "s",
            _top(statements.EXECUTION_SECONDS),
            line(
                total(rate(statements.EXECUTION_SECONDS, DATABASE, 'queryid="other"'), "queryid"),
                "not shown one by one",
            ),
        ),
        lines(
            "Calls by statement",
            "Executions per second of the ten that are called most. A statement that is fast and"
            " called a thousand times belongs into a join.",
            "ops",
            _top(statements.CALLS),
            link=_DETAIL,
        ),
        lines(
            "Slowest statements",
            "Mean execution time of the ten slowest. A step upwards while calls stay the same:"
            " another plan, or waits.",
            "s",
            line(
                top(
                    10,
                    ratio(
                        _of_statement(statements.EXECUTION_SECONDS),
                        _of_statement(statements.CALLS),
                    ),
                ),
                _STATEMENT,
            ),
            link=_DETAIL,
        ),
        lines(
            "Time spent reading",
            "Seconds per second that the ten leaders waited for blocks from outside shared"
            " buffers (with track_io_timing).",
            "s",
            _top(statements.BLOCK_READ_SECONDS),
            link=_DETAIL,
        ),
        lines(
            "Temporary blocks",
            "Blocks of temporary files read and written per second: sorts and hashes beyond"
            " work_mem.",
            "short",
            _top(statements.TEMP_BLOCKS),
            link=_DETAIL,
        ),
        lines(
            "Write-ahead log by statement",
            "Bytes per second that the ten leaders make.",
            "Bps",
            _top(statements.WAL_BYTES),
            link=_DETAIL,
        ),
    ),
)
REQUESTS = Row(
    title="By request",
    panels=(
        lines(
            "Mean execution time",
            "Per execution of a request's statements.",
            "s",
            _per_call(statements.EXECUTION_SECONDS),
        ),
        lines(
            "Blocks per call",
            "Shared blocks touched per execution: rises when a plan gets worse, however busy the"
            " machine is.",
            "short",
            line(
                ratio(
                    f"{_of_request(statements.BLOCKS_HIT)} + {_of_request(statements.BLOCKS_READ)}",
                    _of_request(statements.CALLS),
                ),
                "{{request}}",
            ),
        ),
        lines(
            "Rows per call",
            "Rows that an execution returns or changes; ever more of them: a limit is missing.",
            "short",
            _per_call(statements.ROWS),
        ),
        lines(
            "Blocks read from outside shared buffers",
            "Blocks per second, by request: who makes the cache too small.",
            "short",
            line(_of_request(statements.BLOCKS_READ), "{{request}}"),
        ),
        lines(
            "Blocks changed",
            "Blocks that became dirty per second, by request.",
            "short",
            line(_of_request(statements.BLOCKS_DIRTIED), "{{request}}"),
        ),
        lines(
            "Plan changes",
            "How often the plan of a step became another one, per hour. After one, look whether"
            " blocks per call rose.",
            "short",
            line(
                total(increase(plans.PLAN_CHANGES, "1h", REQUEST), "request", "step"),
                "{{request}} {{step}}",
            ),
            empty_because="only where the exporter looks at plans",
        ),
    ),
)
PLANS = Row(
    title="Plans",
    panels=(
        table(
            "Plans now",
            "The plan that the server would choose for each step, as a fingerprint of its shape:"
            " the same fingerprint, the same plan.",
            "short",
            column("", total(of(plans.PLAN_INFO, REQUEST), "request", "step", "plan")),
            width=16,
            empty_because="only where the exporter looks at plans",
        ),
        number(
            "Plans last looked at",
            "How long ago; it takes minutes when there are many query classes.",
            "s",
            f"time() - max({of(plans.PLAN_REFRESHED)} > 0)",
            rising(600, 3600),
            width=8,
            empty_because="only where the exporter looks at plans",
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-queries",
    title="b2bench: query performance",
    description="Statements by what they cost the server, and the requests that send them.",
    variables=variables(choice("datname", "Database", statements.ALL_CALLS), requests()),
    annotations=ANNOTATIONS,
    rows=(SERVER, LEADERS, REQUESTS, PLANS),
)
