"""Judge a run: was it valid, did every query class meet its target."""

from collections.abc import Collection, Iterator

from b2bench.figures.notation import counted, milliseconds, number, share, target
from b2bench.findings import Finding, Severity
from b2bench.runs import ClientProcess, Latency, LoadResult, QueryResult

RUN_INVALID = "run-invalid"
TARGET_MISSED = "target-missed"
_CLIENT_CPU_MOST = 0.9
_LAG_LEAST_US = 10_000
_LAG_SHARE = 0.25
_SLOW_MEAN_US = 100_000
FEW_REQUESTS = 100
_US_PER_MS = 1_000


def judge_run(result: LoadResult, *, batch: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what speaks against a run, its validity first.

    Args:
        result: what the load's process saw.
        batch: query classes that may take long, named by the command from their headers.
    """
    whole = [*_ended(result), *_accounted(result), *_client(result), *_skipped(result)]
    classes = [
        finding for query in result.queries for finding in _query(query, batch=query.name in batch)
    ]
    return (*whole, *classes, *_few_samples(result))


def _ended(result: LoadResult) -> Iterator[Finding]:
    if result.phase == "interrupted":
        yield _invalid(
            "the run was interrupted, so its figures stand for a part of it", "run it to its end"
        )
    if not result.completed:
        yield _invalid(
            "no request was completed in the measurement", "look at the failures, or run longer"
        )


def _accounted(result: LoadResult) -> Iterator[Finding]:
    ended = result.completed + result.failed + result.skipped + result.unfinished
    if result.offered != ended:
        yield _invalid(
            f"{number(result.offered)} requests were offered, {number(ended)} are accounted for",
            "this is a fault of b2bench: report it with the run's folder",
        )


def _client(result: LoadResult) -> Iterator[Finding]:
    busiest = max((client.cpu_share for client in result.clients), default=0.0)
    if busiest >= _CLIENT_CPU_MOST:
        yield _invalid(
            f"the client was the bottleneck: it used {share(busiest)} of its "
            "processor, so the latencies are partly its own",
            "lower the rate, share the load with --workers, or use a machine with faster "
            "processors for the client",
        )
    elif late := [
        client for client in result.clients if client_verdict(client, result.response) == "late"
    ]:
        lag = max(client.loop_lag.p99_us for client in late)
        yield _invalid(
            f"the client was late: its event loop woke sleepers up to {_ms(lag)} too late (p99, "
            f"n={number(late[0].loop_lag.count)}), of a response p99 of "
            f"{_ms(result.response.p99_us)}",
            "take out what computes in a scenario, free the client's processor, or share the load "
            "with --workers",
        )


def client_verdict(client: ClientProcess, response: Latency) -> str:
    """Return whether a process kept its own requests waiting, be it for a stranger's work.

    Args:
        client: the process.
        response: of all requests of the run.
    """
    if client.cpu_share >= _CLIENT_CPU_MOST:
        return "the bottleneck"
    least_us = max(_LAG_LEAST_US, response.p99_us * _LAG_SHARE)
    is_late = client.loop_lag.count >= FEW_REQUESTS and client.loop_lag.p99_us >= least_us
    return "late" if is_late else "not the bottleneck"


def _invalid(message: str, mend: str) -> Finding:
    return Finding(
        code=RUN_INVALID,
        severity=Severity.ERROR,
        subject="the run",
        message=f"INVALID: {message}",
        mend=mend,
    )


def _skipped(result: LoadResult) -> Iterator[Finding]:
    if result.skipped:
        yield Finding(
            code="requests-skipped",
            severity=Severity.WARNING,
            subject="the run",
            message=f"{number(result.skipped)} of {number(result.offered)} requests were never "
            "sent, so the server was offered less than the plan says",
            mend="add users, or lower the rate",
        )


def _query(query: QueryResult, *, batch: bool) -> Iterator[Finding]:
    yield from _failures(query)
    response = query.response
    if not response.count:
        return
    if query.slo_ms is not None:
        yield from _target(query, query.slo_ms)
    if response.mean_us >= _SLOW_MEAN_US and not batch:
        yield Finding(
            code="slow-mean",
            severity=Severity.ERROR if response.count >= FEW_REQUESTS else Severity.WARNING,
            subject=query.name,
            message=f"takes {_ms(response.mean_us)} on average (n={number(response.count)})",
            mend="look at its plan with `b2bench explain`",
        )


def _failures(query: QueryResult) -> Iterator[Finding]:
    if query.failed:
        kinds = ", ".join(
            f"{error.sqlstate} {error.meaning} ×{number(error.count)}" for error in query.errors
        )
        yield Finding(
            code="requests-failed",
            severity=Severity.ERROR,
            subject=query.name,
            message=f"{number(query.failed)} of {number(query.failed + query.completed)} requests "
            f"failed{f': {kinds}' if kinds else ''}",
            mend="look at the server's log",
        )


def _target(query: QueryResult, slo_ms: float) -> Iterator[Finding]:
    response: Latency = query.response
    if response.p95_us > slo_ms * _US_PER_MS:
        yield Finding(
            code=TARGET_MISSED,
            severity=Severity.ERROR if _is_certain(response, slo_ms) else Severity.WARNING,
            subject=query.name,
            message=f"p95 {_ms(response.p95_us)}, target {target(slo_ms)} "
            f"(n={number(response.count)})",
            mend="look at its plan with `b2bench explain`",
        )


def _few_samples(result: LoadResult) -> Iterator[Finding]:
    few = [
        f"{query.name} ({number(query.response.count)})"
        for query in result.queries
        if query.slo_ms is not None and 0 < query.response.count < FEW_REQUESTS
    ]
    if few:
        yield Finding(
            code="few-samples",
            severity=Severity.NOTE,
            subject="the run",
            message=f"the p95 of {counted(len(few), 'query class')} stands on fewer than "
            f"{FEW_REQUESTS} requests: {', '.join(few)}",
            mend="run longer for figures to rely on",
        )


def _is_certain(response: Latency, slo_ms: float) -> bool:
    """Return whether a missed p95 is more than the bad luck of a few requests."""
    return response.count >= FEW_REQUESTS or response.p50_us > slo_ms * _US_PER_MS


def _ms(value_us: float) -> str:
    return milliseconds(value_us / _US_PER_MS)
