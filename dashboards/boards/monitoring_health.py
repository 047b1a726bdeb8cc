"""Monitoring health: whether the figures can be trusted, and what it costs to have them."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    bars,
    column,
    falling,
    limit,
    line,
    lines,
    number,
    rising,
    table,
    variables,
)
from dashboards.model import Dashboard, Row
from dashboards.promql import greatest, increase, least, of, or_zero, rate, ratio, total
from exporters import own_metrics as own
from exporters.collectors import bench_run as run
from exporters.collectors import pg_settings as settings
from exporters.collectors import pg_stat_activity as activity
from exporters.collectors import pg_stat_statements as statements

_MOST_STATEMENTS = of(settings.SETTING, 'name="pg_stat_statements.max"')
_BOTH = ("job", "instance")

NOW = Row(
    title="Can the figures be trusted",
    panels=(
        number(
            "Server answers",
            "1 while the server answered the last scrape; 0 while it did not.",
            "short",
            least(of(own.SERVER_UP)),
            falling(1, 1),
        ),
        number(
            "Failed collectors",
            "Collectors that gave nothing at the last scrape. Their panels have gaps.",
            "short",
            or_zero(f"count({of(own.COLLECTOR_UP)} == 0)"),
            rising(1, 3),
        ),
        number(
            "Age of the figures",
            "Of the last snapshot. Above two scrape intervals the server is slow to answer.",
            "s",
            greatest(of(own.SNAPSHOT_AGE)),
            rising(10, 30),
        ),
        number(
            "Samples per second",
            "Of sessions and what they wait for. Ten are wanted; fewer make waits coarse.",
            "short",
            total(rate(activity.SAMPLES)),
            falling(5, 8),
        ),
        number(
            "Statements held",
            "In shares of pg_stat_statements.max. At 100 % the server throws out the least"
            " executed.",
            "percentunit",
            f"{total(of(statements.ENTRIES))} / {total(_MOST_STATEMENTS)}",
            rising(0.9, 0.98),
        ),
        number(
            "Thrown out in the last hour",
            "Times that pg_stat_statements made room. Raise pg_stat_statements.max, or stop"
            " making texts with literals in them.",
            "short",
            total(increase(statements.DEALLOCATIONS, "1h")),
            rising(1, 10),
        ),
    ),
)
COLLECTORS = Row(
    title="Collectors",
    panels=(
        lines(
            "Collectors that work",
            "1 while a collector gives its series; a failed one gives none, and its panels have a"
            " gap.",
            "short",
            line(least(of(own.COLLECTOR_UP), "collector"), "{{collector}}"),
        ),
        lines(
            "Time by collector",
            "How long each took at its last turn. A statement is given up after a second.",
            "s",
            line(greatest(of(own.COLLECTOR_SECONDS), "collector"), "{{collector}}"),
        ),
        bars(
            "Slowest collectors",
            "How long each took at its last turn, in the chosen time's end.",
            "s",
            f"topk(8, {greatest(of(own.COLLECTOR_SECONDS), 'collector')})",
            "{{collector}}",
            thresholds=rising(0.5, 1),
        ),
        lines(
            "Server answers, age of the figures",
            "Whether each server answers, and how old the figures are.",
            "short",
            line(least(of(own.SERVER_UP), *_BOTH), "{{instance}} answers"),
            line(greatest(of(own.SNAPSHOT_AGE), *_BOTH), "{{instance}} age", unit="s"),
        ),
    ),
)
COST = Row(
    title="What the looking costs",
    panels=(
        lines(
            "Processor time of the exporter",
            "Share of one processor.",
            "percentunit",
            line(total(rate(own.PROCESS_SECONDS), *_BOTH), "{{instance}}"),
        ),
        lines(
            "Time at the server",
            "Share of time that the exporter's sessions waited for answers: an upper bound of"
            " what it costs the server.",
            "percentunit",
            line(total(rate(own.SERVER_SECONDS), *_BOTH), "{{instance}}"),
        ),
        lines(
            "Memory of the exporter",
            "Resident. Grows with statements and tables, and then stays.",
            "bytes",
            line(greatest(of(own.PROCESS_MEMORY), *_BOTH), "{{instance}}"),
        ),
        lines(
            "Sessions of the exporter",
            "Two stay open, a third comes for moments: the role's CONNECTION LIMIT of 3.",
            "short",
            line(total(of(own.CONNECTIONS), *_BOTH), "{{instance}}"),
            limit("vector(3)", "CONNECTION LIMIT"),
        ),
        lines(
            "Duration of a scrape",
            "As Prometheus measures it. Near the scrape timeout, scrapes get lost.",
            "s",
            line('scrape_duration_seconds{job=~"$job",instance=~"$instance"}', "{{instance}}"),
        ),
        lines(
            "Series",
            "Samples that a scrape brings.",
            "short",
            line(
                'scrape_samples_post_metric_relabeling{job=~"$job",instance=~"$instance"}',
                "{{instance}}",
            ),
        ),
    ),
)
STATEMENTS = Row(
    title="Completeness of statements",
    panels=(
        lines(
            "Statements held",
            "By pg_stat_statements; the dashed line is pg_stat_statements.max.",
            "short",
            line(greatest(of(statements.ENTRIES), *_BOTH), "{{instance}}"),
            limit(greatest(_MOST_STATEMENTS), "pg_stat_statements.max"),
        ),
        lines(
            "Thrown out",
            "Deallocations per hour. Counters here do not fall, but what a statement did between"
            " two scrapes before it was thrown out is lost.",
            "short",
            line(f"3600 * {total(rate(statements.DEALLOCATIONS))}", "deallocations"),
        ),
        lines(
            "Shown one by one",
            "Share of all executions and of all execution time that stand under a queryid of"
            " their own; the rest is `other`.",
            "percentunit",
            line(
                ratio(
                    total(rate(statements.CALLS, 'queryid!="other"')),
                    total(rate(statements.ALL_CALLS)),
                ),
                "executions",
            ),
            line(
                ratio(
                    total(rate(statements.EXECUTION_SECONDS, 'queryid!="other"')),
                    total(rate(statements.ALL_SECONDS)),
                ),
                "execution time",
            ),
        ),
        number(
            "Emptied",
            "How long ago pg_stat_statements was emptied.",
            "s",
            f"time() - max({of(statements.RESET)})",
        ),
        number(
            "Statements with a request",
            "Statements that the exporter knows as steps of query classes: the join of client and"
            " server.",
            "short",
            or_zero(f"count({of(run.REQUEST_QUERY)})"),
        ),
        number(
            "Lowest sampling rate",
            "The exporter that samples least, per second.",
            "short",
            least(rate(activity.SAMPLES)),
        ),
    ),
)
SETTINGS = Row(
    title="What the figures need",
    panels=(
        table(
            "Settings",
            "track_io_timing for times of reads and writes, track_wal_io_timing for those of the"
            " log: 0 is off.",
            "short",
            column(
                "Value",
                greatest(
                    of(settings.SETTING, 'name=~"track_.*|pg_stat_statements.max|data_checksums"'),
                    "name",
                    "instance",
                ),
            ),
            width=12,
            height=8,
        ),
        table(
            "Servers",
            "Version of each server that is looked at.",
            "short",
            column("", of(settings.SERVER_INFO)),
            width=12,
            height=8,
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-health",
    title="b2bench: monitoring health",
    description="Whether the figures can be trusted, and what it costs to have them.",
    variables=variables(),
    annotations=ANNOTATIONS,
    rows=(NOW, COLLECTORS, COST, STATEMENTS, SETTINGS),
)
