"""Run overview: is it fast enough, and does the client or the server take the time."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    limit,
    line,
    lines,
    number,
    requests,
    rising,
    stacked,
    variables,
)
from dashboards.model import Dashboard, Link, Row
from dashboards.promql import (
    REQUEST,
    greatest,
    increase,
    of,
    or_zero,
    per_request,
    quantile,
    rate,
    ratio,
    total,
)
from exporters.collectors import bench_plans as plans
from exporters.collectors import bench_run as run
from exporters.collectors import pg_locks as locks
from exporters.collectors import pg_stat_activity as activity
from exporters.collectors import pg_stat_database as database
from exporters.collectors import pg_stat_statements as statements
from exporters.collectors import pg_stat_wal as wal

_P95 = quantile(0.95, run.REQUEST_DURATION, REQUEST, by=("request",))
_TARGET = greatest(of(run.REQUEST_TARGET, REQUEST), "request")
_DONE = total(rate(run.REQUESTS, REQUEST), "request")
_FAILED = rate(run.REQUESTS, REQUEST, 'outcome="failed"')
_ANSWERED = rate(run.REQUEST_DURATION, REQUEST, part="_count")
_QUERY = Link(uid="b2bench-queries", label="request")

VERDICT = Row(
    title="Verdict",
    panels=(
        number(
            "Run",
            "How long the newest run has been going, its name, workload and phase. Gone five"
            " minutes after the run has ended.",
            "s",
            f"{of(run.RUN_AGE)} * on (job, instance) group_left (run, workload, phase)"
            f" {of(run.RUN_INFO)}",
            legend="{{workload}}, {{phase}}: {{run}}",
            width=8,
        ),
        number(
            "Over their target",
            "Query classes whose 95th percentile is above their target now. Anything but 0 is a"
            " missed target.",
            "short",
            or_zero(f"sum({_P95} > bool on (request) {_TARGET})"),
            rising(1, 1),
        ),
        number(
            "Nearest to its target",
            "The greatest 95th percentile in shares of its target; above 100 % it is missed.",
            "percentunit",
            f"max({_P95} / on (request) {_TARGET})",
            rising(0.8, 1),
        ),
        number(
            "Failed",
            "Share of requests that failed. Retries that succeeded are not failures.",
            "percentunit",
            ratio(total(_FAILED), total(rate(run.REQUESTS, REQUEST))),
            rising(0.0001, 0.01),
        ),
        number(
            "Answered within 100 ms",
            "Share of requests that were answered in 100 ms from their intended start. The error"
            " budget of the alerts is made of the rest.",
            "percentunit",
            ratio(
                total(rate(run.REQUEST_DURATION, REQUEST, 'le="0.1"', part="_bucket")),
                total(_ANSWERED),
            ),
        ),
        number(
            "Requests per second",
            "Requests that end per second, failed ones among them; warm-up excluded.",
            "reqps",
            total(rate(run.REQUESTS, REQUEST)),
        ),
        number("Users", "Users that the run has now.", "short", total(of(run.RUN_USERS))),
        number(
            "Plans changed in the last hour",
            "Steps of query classes whose plan became another one. See query performance for"
            " which.",
            "short",
            or_zero(total(increase(plans.PLAN_CHANGES, "1h", REQUEST))),
            rising(1, 5),
        ),
        number(
            "Blocked sessions",
            "Sessions that wait for a lock that another one holds, now.",
            "short",
            total(of(locks.BLOCKED)),
            rising(1, 5),
        ),
        number(
            "Average active sessions",
            "Sessions that work or wait on average; more than the server has processors means a"
            " queue.",
            "short",
            or_zero(total(rate(activity.WAIT_SECONDS, 'state="active"'))),
        ),
    ),
)
CLIENT = Row(
    title="What clients see",
    panels=(
        lines(
            "95th percentile against the target",
            "Response time from the intended start to the answer, by request. The dashed line is"
            " the least strict target of the chosen requests: choose one request to see its own.",
            "s",
            line(_P95, "{{request}}"),
            limit(greatest(of(run.REQUEST_TARGET, REQUEST)), "target"),
            link=_QUERY,
        ),
        lines(
            "Distance to the target",
            "95th percentile divided by the query class's own target: above 100 % is a miss.",
            "percentunit",
            line(f"{_P95} / on (request) {_TARGET}", "{{request}}"),
            limit("vector(1)", "target"),
            link=_QUERY,
        ),
        lines(
            "Requests per second",
            "Requests that end, by query class; warm-up excluded. In an open run it follows the"
            " plan, and falls when the server cannot.",
            "reqps",
            line(_DONE, "{{request}}"),
            link=_QUERY,
        ),
        lines(
            "Failed requests per second",
            "By query class. Should be 0; the run's report says the errors.",
            "reqps",
            line(total(_FAILED, "request"), "{{request}}"),
        ),
        lines(
            "Median of response time",
            "Half of the requests are faster. Far below the 95th percentile: rare arguments or"
            " waits are slow, not the query.",
            "s",
            line(
                quantile(0.5, run.REQUEST_DURATION, REQUEST, by=("request",)),
                "{{request}}",
            ),
        ),
        lines(
            "99th percentile of response time",
            "One of a hundred is slower: checkpoints, locks, cold cache.",
            "s",
            line(
                quantile(0.99, run.REQUEST_DURATION, REQUEST, by=("request",)),
                "{{request}}",
            ),
        ),
    ),
)
BOTH_SIDES = Row(
    title="The same request, at the client and at the server",
    panels=(
        lines(
            "At the client: mean response time",
            "What users wait for, from the intended start: queueing, network and server together.",
            "s",
            line(
                ratio(
                    total(rate(run.REQUEST_DURATION, REQUEST, part="_sum"), "request"),
                    total(_ANSWERED, "request"),
                ),
                "{{request}}",
            ),
            link=_QUERY,
        ),
        lines(
            "At the server: mean execution time",
            "Execution time of all statements of the same request, per request. Where the"
            " client's figure is far above it, time is lost before the server: connections,"
            " queueing, network.",
            "s",
            line(
                f"{per_request(rate(statements.EXECUTION_SECONDS))} / on (request) ({_DONE} > 0)",
                "{{request}}",
            ),
            link=_QUERY,
        ),
        stacked(
            "Where the server spends its time",
            "Seconds of execution per second, by request: the one on top costs most.",
            "s",
            line(per_request(rate(statements.EXECUTION_SECONDS)), "{{request}}"),
        ),
        lines(
            "Statements per request",
            "Executions at the server for each request that ended. Constant for a query class; a"
            " rise means retries, warm-up, or others who send the same statement.",
            "short",
            line(
                f"{per_request(rate(statements.CALLS))} / on (request) ({_DONE} > 0)",
                "{{request}}",
            ),
        ),
    ),
)
SERVER = Row(
    title="The server meanwhile",
    panels=(
        stacked(
            "Active sessions by what they wait for",
            "Average active sessions; green works on a processor, the rest waits. See waits and"
            " locks.",
            "short",
            line(
                total(rate(activity.WAIT_SECONDS, 'state="active"', 'wait_event_type=""')),
                "CPU",
                color="green",
            ),
            line(
                total(
                    rate(activity.WAIT_SECONDS, 'state="active"', 'wait_event_type!=""'),
                    "wait_event_type",
                ),
                "{{wait_event_type}}",
            ),
        ),
        lines(
            "Transactions per second",
            "Committed and rolled back on the whole server. Rollbacks should be few.",
            "short",
            line(total(rate(database.COMMITS)), "committed"),
            line(total(rate(database.ROLLBACKS)), "rolled back", color="red"),
        ),
        lines(
            "Write-ahead log",
            "Bytes made per second: what the disk and standbys must keep up with.",
            "Bps",
            line(total(rate(wal.BYTES)), "write-ahead log"),
        ),
        lines(
            "Rows changed",
            "Rows inserted, updated and deleted per second on the whole server.",
            "short",
            line(total(rate(database.ROWS_INSERTED)), "inserted"),
            line(total(rate(database.ROWS_UPDATED)), "updated"),
            line(total(rate(database.ROWS_DELETED)), "deleted"),
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-run",
    title="b2bench: run overview",
    description="A load run as its clients see it, and what it costs the server, by request.",
    variables=variables(requests()),
    annotations=ANNOTATIONS,
    rows=(VERDICT, CLIENT, BOTH_SIDES, SERVER),
)
