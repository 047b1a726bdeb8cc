"""Query detail: everything about one statement, and the request that sends it."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    choice,
    column,
    limit,
    line,
    lines,
    number,
    rising,
    table,
    variables,
)
from dashboards.model import Dashboard, Row
from dashboards.promql import (
    DATABASE,
    QUERYID,
    greatest,
    increase,
    of,
    of_the_requests,
    or_zero,
    rate,
    ratio,
    share,
    total,
)
from exporters.collectors import bench_plans as plans
from exporters.collectors import bench_run as run
from exporters.collectors import pg_stat_statements as statements
from exporters.metric import Metric

_NO_REQUEST = "a statement that belongs to no query class, or no run for five minutes"
_NO_CLASS = "a statement that belongs to no query class"
_NO_PLANS = f"{_NO_CLASS}, or the exporter does not look at plans"


def _one(metric: Metric) -> str:
    return total(rate(metric, DATABASE, QUERYID), "queryid")


def _per_call(metric: Metric) -> str:
    return ratio(_one(metric), _one(statements.CALLS))


def _response(which: float) -> str:
    buckets = of_the_requests(rate(run.REQUEST_DURATION, part="_bucket"))
    return f"histogram_quantile({which}, {total(buckets, 'request', 'le')})"


WHAT = Row(
    title="What it is",
    panels=(
        table(
            "Statement",
            "The text as the server normalised it.",
            "short",
            column(
                "",
                greatest(of(statements.QUERY_INFO, QUERYID), "queryid", "query"),
            ),
            width=16,
            height=6,
            empty_because="a statement whose text was not fetched yet: that is done once a minute",
        ),
        table(
            "Request and step",
            "The query class that sends it; `several` where more than one does.",
            "short",
            column(
                "",
                greatest(of(run.REQUEST_QUERY, QUERYID), "request", "step", "queryid"),
            ),
            width=8,
            height=6,
            empty_because=_NO_CLASS,
        ),
        number(
            "Calls per second",
            "Executions now, whoever sends them.",
            "ops",
            _one(statements.CALLS),
        ),
        number(
            "Mean execution time",
            "Per call, now. A statement that nobody sends at the moment has none.",
            "s",
            _per_call(statements.EXECUTION_SECONDS),
            empty_because="a statement that nobody sends now",
        ),
        number(
            "Share of all execution time",
            "What would be won on the whole server if it cost nothing.",
            "percentunit",
            ratio(
                total(rate(statements.EXECUTION_SECONDS, DATABASE, QUERYID)),
                total(rate(statements.ALL_SECONDS, DATABASE)),
            ),
        ),
        number(
            "Rows per call",
            "Rows that an execution returns or changes.",
            "short",
            _per_call(statements.ROWS),
            empty_because="a statement that nobody sends now",
        ),
        number(
            "Found in shared buffers",
            "Share of its blocks that needed no read.",
            "percentunit",
            share(_one(statements.BLOCKS_HIT), _one(statements.BLOCKS_READ)),
            empty_because="a statement that touches no block now",
        ),
        number(
            "Plan changes in the last day",
            "Of the steps of its request.",
            "short",
            or_zero(total(of_the_requests(increase(plans.PLAN_CHANGES, "1d")))),
            rising(1, 5),
        ),
    ),
)
BOTH_SIDES = Row(
    title="At the client and at the server",
    panels=(
        lines(
            "At the client: response time of its request",
            "From the intended start, all statements of the request together; the dashed line is"
            " the target of the 95th percentile.",
            "s",
            line(_response(0.5), "{{request}} median"),
            line(_response(0.95), "{{request}} 95th percentile"),
            line(_response(0.99), "{{request}} 99th percentile"),
            limit(
                greatest(of_the_requests(of(run.REQUEST_TARGET)), "request"),
                "{{request}} target",
            ),
            empty_because=_NO_REQUEST,
        ),
        lines(
            "At the server: mean execution time",
            "Per call of this statement, and the part of it that waited for blocks.",
            "s",
            line(_per_call(statements.EXECUTION_SECONDS), "execution"),
            line(_per_call(statements.BLOCK_READ_SECONDS), "of it reading blocks"),
            empty_because="a statement that nobody sends now",
        ),
        lines(
            "Calls and requests per second",
            "Executions of the statement, and requests that ended. Equal for a step that runs"
            " once per request, but for warm-up and retries.",
            "ops",
            line(_one(statements.CALLS), "calls of the statement"),
            line(total(of_the_requests(rate(run.REQUESTS)), "request"), "requests: {{request}}"),
        ),
        lines(
            "Execution time per second",
            "What it costs the server in all: calls times mean time.",
            "s",
            line(_one(statements.EXECUTION_SECONDS), "{{queryid}}"),
        ),
    ),
)
WORK = Row(
    title="Work per call",
    panels=(
        lines(
            "Blocks",
            "Shared blocks per call. Work does not depend on how busy the machine is: a step"
            " upwards is another plan or more data.",
            "short",
            line(_per_call(statements.BLOCKS_HIT), "found in shared buffers"),
            line(_per_call(statements.BLOCKS_READ), "read"),
            line(_per_call(statements.BLOCKS_DIRTIED), "changed"),
            empty_because="a statement that nobody sends now",
        ),
        lines(
            "Rows",
            "Rows that a call returns or changes.",
            "short",
            line(_per_call(statements.ROWS), "{{queryid}}"),
            empty_because="a statement that nobody sends now",
        ),
        lines(
            "Temporary blocks",
            "Blocks of temporary files read and written per call: above 0 it needs more work_mem,"
            " or fewer rows.",
            "short",
            line(_per_call(statements.TEMP_BLOCKS), "{{queryid}}"),
            empty_because="a statement that nobody sends now",
        ),
        lines(
            "Write-ahead log",
            "Bytes that a call makes; much more than the rows: full pages after a checkpoint, or"
            " many indexes.",
            "bytes",
            line(_per_call(statements.WAL_BYTES), "{{queryid}}"),
            empty_because="a statement that nobody sends now",
        ),
    ),
)
PLANS = Row(
    title="Its plans",
    panels=(
        table(
            "Plans of its request now",
            "A fingerprint of the plan's shape, step by step.",
            "short",
            column(
                "",
                greatest(of_the_requests(of(plans.PLAN_INFO)), "request", "step", "plan"),
            ),
            width=12,
            height=8,
            empty_because=_NO_PLANS,
        ),
        lines(
            "Plan changes",
            "Per hour, of its request's steps.",
            "short",
            line(
                total(of_the_requests(increase(plans.PLAN_CHANGES, "1h")), "request", "step"),
                "{{request}} {{step}}",
            ),
            empty_because=_NO_PLANS,
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-query",
    title="b2bench: query detail",
    description="One statement: its text, request, time at client and server, work and plans.",
    variables=variables(
        choice("datname", "Database", statements.ALL_CALLS),
        choice(
            "queryid",
            "Statement",
            statements.EXECUTION_SECONDS,
            DATABASE,
            'queryid!="other"',
            multi=False,
        ),
    ),
    annotations=ANNOTATIONS,
    rows=(WHAT, BOTH_SIDES, WORK, PLANS),
)
