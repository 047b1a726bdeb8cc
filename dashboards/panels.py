"""What the dashboard shows: rows of panels, their expressions made of exported metrics only."""

from dataclasses import dataclass

from exporters import metrics as m

_RATE = "[$__rate_interval]"
_REQUEST = '{request=~"$request"}'
_FAILED = '{outcome="failed"}'
_SERVER = '{datname=~"$datname"}'
_JOIN = f"* on (queryid) group_left (request) {m.REQUEST_QUERY}{_REQUEST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A PromQL expression and how its series are named in the legend."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSpec:
    """One chart; `unit` is Grafana's name of it; `width` of 24 columns."""

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSpec:
    """Panels under one heading."""

    title: str
    panels: tuple[PanelSpec, ...]


def _rate(metric: m.Metric, selector: str = "") -> str:
    return f"rate({metric}{selector}{_RATE})"


def _quantile(share: float) -> str:
    buckets = f"rate({m.REQUEST_DURATION}_bucket{_REQUEST}{_RATE})"
    return f"histogram_quantile({share}, sum by (request, le) ({buckets}))"


def _per_request(expression: str) -> str:
    return f"sum by (request) ({expression} {_JOIN})"


RUN = RowSpec(
    title="The run",
    panels=(
        PanelSpec(
            title="Requests per second",
            description="Requests that ended, by query class; warm-up excluded.",
            unit="reqps",
            queries=(
                Query(
                    expr=f"sum by (request) ({_rate(m.REQUESTS, _REQUEST)})", legend="{{request}}"
                ),
            ),
        ),
        PanelSpec(
            title="95th percentile of response time",
            description="From the intended start to the answer, at the client.",
            unit="s",
            queries=(Query(expr=_quantile(0.95), legend="{{request}}"),),
        ),
        PanelSpec(
            title="Distance to the target",
            description="95th percentile divided by the query class's target: above 1 is a miss.",
            unit="percentunit",
            queries=(
                Query(
                    expr=f"{_quantile(0.95)} / on (request) {m.REQUEST_TARGET}",
                    legend="{{request}}",
                ),
            ),
        ),
        PanelSpec(
            title="Failures and users",
            description="Failed requests per second, and the users that the run has.",
            unit="short",
            queries=(
                Query(
                    expr=f"sum({_rate(m.REQUESTS, _FAILED)})",
                    legend="failed requests per second",
                ),
                Query(expr=str(m.RUN_USERS), legend="users"),
            ),
        ),
    ),
)
SERVER = RowSpec(
    title="The server, by request",
    panels=(
        PanelSpec(
            title="Time at the server per second",
            description="Where the server spends its time: seconds of execution per second.",
            unit="s",
            queries=(
                Query(expr=_per_request(_rate(m.EXECUTION_SECONDS, _SERVER)), legend="{{request}}"),
            ),
        ),
        PanelSpec(
            title="Mean time at the server",
            description="Execution time per call; the client's response time less network and lag.",
            unit="s",
            queries=(
                Query(
                    expr=f"{_per_request(_rate(m.EXECUTION_SECONDS, _SERVER))}"
                    f" / {_per_request(_rate(m.CALLS, _SERVER))}",
                    legend="{{request}}",
                ),
            ),
        ),
        PanelSpec(
            title="Blocks per call",
            description="Shared blocks touched per call: rises when a plan gets worse.",
            unit="short",
            queries=(
                Query(
                    expr=f"({_per_request(_rate(m.BLOCKS_HIT, _SERVER))}"
                    f" + {_per_request(_rate(m.BLOCKS_READ, _SERVER))})"
                    f" / {_per_request(_rate(m.CALLS, _SERVER))}",
                    legend="{{request}}",
                ),
            ),
        ),
        PanelSpec(
            title="Blocks read from outside shared buffers",
            description="Blocks per second that were not in shared buffers, by request.",
            unit="short",
            queries=(
                Query(expr=_per_request(_rate(m.BLOCKS_READ, _SERVER)), legend="{{request}}"),
            ),
        ),
    ),
)
STATEMENTS = RowSpec(
    title="Statements",
    panels=(
        PanelSpec(
            title="Statements by time",
            description="The ten that cost the server most, whoever sends them.",
            unit="s",
            width=24,
            queries=(
                Query(
                    expr=f"topk(10, sum by (queryid) ({_rate(m.EXECUTION_SECONDS, _SERVER)})"
                    f" * on (queryid) group_left (query) {m.QUERY_INFO})",
                    legend="{{query}}",
                ),
            ),
        ),
        PanelSpec(
            title="Write-ahead log",
            description="Bytes of write-ahead log per second that statements make.",
            unit="Bps",
            queries=(
                Query(
                    expr=f"sum by (datname) ({_rate(m.WAL_BYTES, _SERVER)})", legend="{{datname}}"
                ),
            ),
        ),
        PanelSpec(
            title="Temporary blocks",
            description="Blocks of temporary files per second: sorts and hashes beyond work_mem.",
            unit="short",
            queries=(
                Query(
                    expr=f"sum by (datname) ({_rate(m.TEMP_BLOCKS, _SERVER)})", legend="{{datname}}"
                ),
            ),
        ),
    ),
)
HEALTH = RowSpec(
    title="Monitoring itself",
    panels=(
        PanelSpec(
            title="Collectors",
            description="1 while a collector gives its series; a failed one gives none.",
            unit="short",
            queries=(
                Query(expr=str(m.COLLECTOR_UP), legend="{{collector}}"),
                Query(expr=str(m.SERVER_UP), legend="server"),
            ),
        ),
        PanelSpec(
            title="Cost and room",
            description="Duration of each collector, and how many statements the server holds.",
            unit="short",
            queries=(
                Query(expr=str(m.COLLECTOR_SECONDS), legend="{{collector}} s"),
                Query(expr=str(m.ENTRIES), legend="statements held"),
                Query(expr=_rate(m.DEALLOCATIONS), legend="deallocations per second"),
            ),
        ),
    ),
)
ROWS = (RUN, SERVER, STATEMENTS, HEALTH)
