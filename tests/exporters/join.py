"""A run beside an exporter: what the client counted, and what the exporter joined to it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from b2bench.runs import LoadResult, RunPlan

_MAPPED = re.compile(r'bench_request_query_info\{queryid="(-?\d+)",request="(\w+)"')
_CALLS = re.compile(r'pg_stat_statements_calls_total\{datname="\w+",queryid="([-\w]+)"\}')
Series = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The executions of one statement: of one request, or of `several`."""

    request: str
    client: int
    server: float


def joined_calls(
    before: Series, after: Series, plan: RunPlan, result: LoadResult
) -> Iterator[Joined]:
    """Yield each statement of a run that the exporter knows by name.

    The client's count is of all executions, warm-up and retries among them, as the server's is.

    Args:
        before: a scrape before the run.
        after: one after it.
        plan: which statement each step is.
        result: what the client counted.
    """
    server = _calls(after)
    for queryid, calls in _calls(before).items():
        server[queryid] -= calls
    requests = {match[1]: match[2] for match in map(_MAPPED.match, after) if match}
    for queryid, client in _executions(plan, result).items():
        if queryid in requests:
            yield Joined(request=requests[queryid], client=client, server=server[queryid])


def falls(before: Series, after: Series) -> list[str]:
    """Return counters that are less than they were; one that is no longer there has not fallen."""
    return [
        series
        for series, was in before.items()
        if re.match(r"\w+_(total|bucket|sum|count)\b", series) and after.get(series, was) < was
    ]


def imbalance(series: Series) -> float:
    """Return the greatest difference between a database's total and its statements added up."""
    shown = defaultdict[str, float](float)
    for name, calls in series.items():
        if match := re.match(r'pg_stat_statements_calls_total\{datname="(\w+)"', name):
            shown[match[1]] += calls
    return max(
        abs(calls - series[f'pg_stat_statements_all_calls_total{{datname="{datname}"}}'])
        for datname, calls in shown.items()
    )


def _calls(series: Series) -> dict[str, float]:
    found = defaultdict[str, float](float)
    for name, calls in series.items():
        if match := _CALLS.match(name):
            found[match[1]] += calls
    return found


def _executions(plan: RunPlan, result: LoadResult) -> dict[str, int]:
    numbers = {
        (query.name, step.name): str(step.queryid) for query in plan.queries for step in query.steps
    }
    found = defaultdict[str, int](int)
    for query in result.queries:
        for step in query.steps:
            found[numbers[query.name, step.step]] += step.executions
    return found
