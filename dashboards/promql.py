"""PromQL from metrics: selectors, rates, quantiles, and the joins that give statements a name."""

from exporters.collectors.bench_run import REQUEST_QUERY
from exporters.collectors.pg_stat_statements import QUERY_INFO
from exporters.metric import Metric

_HERE = ('job=~"$job"', 'instance=~"$instance"')
_STATEMENT = "on (job, instance, queryid)"
_WINDOW = "$__rate_interval"

REQUEST = 'request=~"$request"'
DATABASE = 'datname=~"$datname"'
QUERYID = 'queryid=~"$queryid"'
TABLE = 'relname=~"$relname"'


def of(metric: Metric, *matchers: str, part: str = "") -> str:
    """Select a metric's series of the exporters that the dashboard is set to.

    Args:
        metric: what to select.
        matchers: more of them, as PromQL writes them: `state="idle"`.
        part: of a histogram: `_bucket`, `_sum` or `_count`.

    >>> from exporters.own_metrics import SERVER_UP
    >>> of(SERVER_UP)
    'pg_up{job=~"$job",instance=~"$instance"}'
    """
    return f"{metric}{part}{{{','.join((*_HERE, *matchers))}}}"


def rate(metric: Metric, *matchers: str, part: str = "", window: str = _WINDOW) -> str:
    """Growth of a counter per second; over a longer window where it is read less often."""
    return f"rate({of(metric, *matchers, part=part)}[{window}])"


def increase(metric: Metric, window: str, *matchers: str) -> str:
    """Growth of a counter during a window such as `1h`."""
    return f"increase({of(metric, *matchers)}[{window}])"


def total(expr: str, *by: str) -> str:
    """Add up, by labels where some are named.

    >>> total("x", "request")
    'sum by (request) (x)'
    """
    return _aggregated("sum", expr, by)


def greatest(expr: str, *by: str) -> str:
    """Take the greatest, by labels where some are named."""
    return _aggregated("max", expr, by)


def least(expr: str, *by: str) -> str:
    """Take the least, by labels where some are named."""
    return _aggregated("min", expr, by)


def _aggregated(how: str, expr: str, by: tuple[str, ...]) -> str:
    return f"{how} by ({', '.join(by)}) ({expr})" if by else f"{how}({expr})"


def top(most: int, expr: str) -> str:
    """Keep the greatest few at each moment."""
    return f"topk({most}, {expr})"


def ratio(part: str, whole: str) -> str:
    """Divide series with the same labels; nothing where there is nothing to divide by.

    >>> ratio("a", "b + c")
    '(a) / ((b + c) > 0)'
    """
    return f"({part}) / (({whole}) > 0)"


def share(part: str, rest: str) -> str:
    """Return what share `part` is of itself and the rest."""
    return ratio(part, f"{part} + {rest}")


def or_zero(expr: str) -> str:
    """Return 0 where there is no series to add up.

    >>> or_zero("sum(x)")
    '(sum(x) or vector(0))'
    """
    return f"({expr} or vector(0))"


def quantile(which: float, metric: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """Estimate a quantile of a histogram from its buckets."""
    buckets = total(rate(metric, *matchers, part="_bucket"), *by, "le")
    return f"histogram_quantile({which}, {buckets})"


def per_request(expr: str) -> str:
    """Add up series that have a queryid by the request that sends the statement."""
    info = of(REQUEST_QUERY, REQUEST)
    return total(f"{expr} * {_STATEMENT} group_left (request) {info}", "request")


def named(expr: str) -> str:
    """Add up by queryid, and say the request where the statement belongs to one."""
    info = of(REQUEST_QUERY)
    known = f"{expr} * {_STATEMENT} group_left (request) {info}"
    return total(f"{known} or {_STATEMENT} {expr}", "job", "instance", "queryid", "request")


def with_text(expr: str) -> str:
    """Add up by queryid, and say the request and the text of the statement where they are known."""
    info = of(QUERY_INFO)
    known = f"{named(expr)} * {_STATEMENT} group_left (query) {info}"
    return total(f"{known} or {_STATEMENT} {named(expr)}", "queryid", "request", "query")


def of_the_requests(expr: str) -> str:
    """Keep series that have a request: those whose request sends the chosen statement."""
    info = greatest(of(REQUEST_QUERY, QUERYID), "job", "instance", "request")
    return f"{expr} * on (job, instance, request) group_left () {info}"
