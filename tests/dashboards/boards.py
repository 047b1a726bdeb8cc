"""Two small dashboards with a panel of each kind, on what the exporter shows of any server."""

from dashboards.model import (
    Annotation,
    Dashboard,
    Panel,
    Query,
    Row,
    Threshold,
    Variable,
)

SERVER = Row(
    title="The server",
    panels=(
        Panel(
            title="Server",
            description="Whether the server answers. Worry when it is 0.",
            unit="none",
            queries=(Query(expr="pg_up", legend="up", instant=True),),
            draw="stat",
            width=6,
            height=4,
            thresholds=(Threshold(value=0, color="red"), Threshold(value=1, color="green")),
        ),
        Panel(
            title="Sizes",
            description="How large each database is.",
            unit="bytes",
            queries=(
                Query(
                    expr='pg_database_size_bytes{datname=~"$datname"}',
                    legend="{{datname}}",
                    instant=True,
                ),
            ),
            draw="stat",
            width=10,
            height=4,
        ),
        Panel(
            title="Standbys",
            description="Replication of each standby.",
            unit="s",
            queries=(
                Query(
                    expr="pg_stat_replication_replay_lag_seconds",
                    legend="{{application_name}}",
                    instant=True,
                ),
            ),
            draw="stat",
            width=8,
            height=4,
            empty_because="there is no standby",
        ),
        Panel(
            title="Commits",
            description="Transactions that were committed, by database.",
            unit="ops",
            queries=(
                Query(
                    expr='rate(pg_stat_database_commits_total{datname=~"$datname"}[$__rate_interval])',
                    legend="{{datname}}",
                ),
            ),
        ),
        Panel(
            title="Blocks",
            description="Where blocks were found: in shared buffers, or read.",
            unit="short",
            queries=(
                Query(
                    expr="sum(rate(pg_stat_database_blocks_hit_total[$__rate_interval]))",
                    legend="hit",
                ),
                Query(
                    expr="sum(rate(pg_stat_database_blocks_read_total[$__rate_interval]))",
                    legend="read",
                ),
            ),
            draw="stacked",
        ),
    ),
)
COST = Row(
    title="What the looking costs",
    panels=(
        Panel(
            title="Collectors",
            description="How long each collector took.",
            unit="s",
            queries=(
                Query(
                    expr="b2bench_exporter_collector_duration_seconds",
                    legend="{{collector}}",
                ),
            ),
            draw="stacked",
            width=24,
        ),
        Panel(
            title="Longest collectors",
            description="The five that took longest.",
            unit="s",
            queries=(
                Query(
                    expr="topk(5, b2bench_exporter_collector_duration_seconds)",
                    legend="{{collector}}",
                    instant=True,
                ),
            ),
            draw="bars",
            width=10,
            thresholds=(Threshold(value=1, color="red"),),
        ),
        Panel(
            title="Backends and their limit",
            description="Sessions of each database.",
            unit="short",
            queries=(
                Query(expr="pg_stat_database_backends", legend="backends", instant=True),
                Query(expr="pg_stat_database_commits_total", legend="commits", instant=True),
            ),
            draw="table",
            width=14,
        ),
    ),
)
OVERVIEW = Dashboard(
    uid="overview",
    title="Overview",
    description="A server, and what looking at it costs.",
    rows=(SERVER, COST),
    variables=(
        Variable(
            name="datname",
            label="Database",
            query="label_values(pg_stat_database_commits_total, datname)",
        ),
    ),
    annotations=(Annotation(name="run", expr="bench_run_info", text="{{workload}}", color="blue"),),
)
FAULTS = Dashboard(
    uid="faults",
    title="Faults",
    description="What must not be hidden.",
    rows=(
        Row(
            title="Nothing here",
            panels=(
                Panel(
                    title="Nobody exports this",
                    description="Is empty.",
                    unit="short",
                    queries=(Query(expr="no_such_metric", legend=""),),
                ),
                Panel(
                    title="No PromQL",
                    description="Is refused.",
                    unit="short",
                    queries=(Query(expr="sum(", legend=""),),
                ),
            ),
        ),
    ),
    variables=(Variable(name="slot", label="Slot", query="label_values(no_such_metric, slot)"),),
)
