"""What a reader in a hurry takes away from a run: one sentence, and what was run."""

from collections.abc import Iterator, Sequence

from b2bench.figures.notation import counted, milliseconds, number, span
from b2bench.figures.page import Fact
from b2bench.findings import Finding, Severity
from b2bench.runs import QueryResult, RunPlan, RunRecord
from reports.verdicts import RUN_INVALID, TARGET_MISSED

_US_PER_MS = 1_000
_MS_PER_S = 1_000
_NAMED_MOST = 5


def verdict(record: RunRecord) -> str:
    """Return the run's verdict in one sentence, the worst first."""
    if invalid := [f for f in record.findings if f.code == RUN_INVALID]:
        return invalid[0].message
    classes = [query for query in record.result.queries if query.slo_ms and query.response.count]
    failing = {found.subject for found in _failing(record) if found.code == TARGET_MISSED}
    if missed := [query for query in classes if query.name in failing]:
        return f"{len(missed)} of {len(classes)} targets missed: {_worst(missed)}"
    if failed := record.result.failed:
        return f"{counted(failed, 'request')} failed"
    if errors := _failing(record):
        return f"{errors[0].subject}: {errors[0].message}"
    return f"Valid run, {_met(classes)}, no request failed"


def _met(classes: Sequence[QueryResult]) -> str:
    if not classes:
        return "no targets were set"
    doubtful = sum(map(is_missed, classes))
    if doubtful:
        return (
            f"{len(classes) - doubtful} of {len(classes)} targets met, the others missed by a few"
            " requests only"
        )
    return f"every target met ({counted(len(classes), 'query class')})"


def _failing(record: RunRecord) -> list[Finding]:
    return [found for found in record.findings if found.severity is Severity.ERROR]


def _worst(missed: Sequence[QueryResult]) -> str:
    """Return the classes that are furthest from their targets, and how many more there are."""
    furthest = sorted(missed, key=lambda query: query.response.p95_us / (query.slo_ms or 1))
    named = [query.name for query in furthest[::-1][:_NAMED_MOST]]
    more = len(missed) - len(named)
    return f"{', '.join(named)}{f' and {more} more' if more else ''}"


def is_missed(query: QueryResult) -> bool:
    """Return whether a class has answers, and their 95th percentile is above its target."""
    limit_ms = query.slo_ms
    return (
        limit_ms is not None
        and query.response.count > 0
        and query.response.p95_us > limit_ms * _US_PER_MS
    )


def facts(record: RunRecord) -> Iterator[Fact]:
    """Yield what was run, where and how much of it."""
    plan, result = record.plan, record.result
    yield Fact(label="Workload", value=plan.workload)
    yield Fact(label="Load", value=_load(plan))
    if len(plan.stages) > 1:
        yield Fact(label="Stages", value=number(len(plan.stages)))
    yield Fact(
        label="Measured", value=f"{span(result.measured_s)} after {span(plan.warmup_s)} of warm-up"
    )
    rate = result.completed / result.measured_s if result.measured_s else 0
    yield Fact(label="Completed", value=f"{number(result.completed)} ({rate:,.1f}/s)")
    if ways := list(_ways(plan)):
        yield Fact(label="Sessions", value=", ".join(ways))
    if plan.replica:
        yield Fact(label="Reads go to", value=plan.replica)
    data_set = record.data_set.shown if record.data_set else "not b2bench's"
    yield Fact(label="Data set", value=f"{data_set}{', in place' if plan.in_place else ''}")
    yield Fact(label="Server", value=record.provenance.server)
    yield Fact(label="Target", value=plan.target)


def _load(plan: RunPlan) -> str:
    several = "up to " if len(plan.stages) > 1 else ""
    users = f"{several}{number(plan.users)} users"
    if plan.rate is None:
        return f"{users}, closed model{_thinking(plan)}"
    arrivals = "Poisson arrivals" if plan.arrivals == "poisson" else "regular arrivals"
    late = ""
    if plan.max_lag_s is not None:
        late = f", skipped when {milliseconds(plan.max_lag_s * _MS_PER_S)} late"
    return f"{users}, {several}{number(plan.rate)} requests/s offered, {arrivals}{late}"


def _thinking(plan: RunPlan) -> str:
    pauses = {scenario.think_s for scenario in plan.scenarios}
    shown = sorted(pauses)
    if not shown or shown[-1] == 0:
        return ""
    shortest, longest = (milliseconds(pause * _MS_PER_S) for pause in (shown[0], shown[-1]))
    return f", pauses of {longest if len(pauses) == 1 else f'{shortest} to {longest}'} on average"


def _ways(plan: RunPlan) -> Iterator[str]:
    if plan.via != "direct":
        yield f"via {plan.via}"
    if not plan.is_prepared:
        yield "statements not prepared"
    if plan.processes > 1:
        yield f"shared by {number(plan.processes)} processes"
