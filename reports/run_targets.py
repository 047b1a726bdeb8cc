"""Each query class of a run beside its target: requests, percentiles, failures, retries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.notation import milliseconds, number, significant
from b2bench.figures.page import Tone
from b2bench.runs import ErrorCount, QueryResult, RunRecord
from reports.run_verdict import is_missed

_US_PER_MS = 1_000
_MS_PER_S = 1_000
CLASSES_MOST = 24
_LINES_MOST = 6
# a class's p99.9 stands on fewer than one request above it, if there are not so many
_P999_LEAST = 1_000
# as drawn of a record without a distribution
_QUANTILES = (
    (0.5, "p50_us"),
    (0.9, "p90_us"),
    (0.95, "p95_us"),
    (0.99, "p99_us"),
    (0.999, "p999_us"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """One query class as the table shows it.

    Args:
        parts: the least and the greatest p95 of the parts of the run; empty if there are none.
        errors: its failures by kind, in words.
        retries: transactions begun anew by kind, in words.
    """

    result: QueryResult
    tone: Tone
    says: str
    parts: str
    errors: str
    retries: str

    @property
    def has_p999(self) -> bool:
        """Whether its p99.9 is more than its maximum."""
        return self.result.response.count >= _P999_LEAST


def target_rows(record: RunRecord) -> Iterator[TargetRow]:
    """Yield the query classes in the plan's order."""
    for query in record.result.queries:
        tone, says = _judged(query)
        yield TargetRow(
            result=query,
            tone=tone,
            says=says,
            parts=_parts(query),
            errors=by_kind(query.errors),
            retries=by_kind(query.retries),
        )


def _judged(query: QueryResult) -> tuple[Tone, str]:
    if not query.response.count:
        return ("bad", "failed") if query.failed else ("plain", "no request")
    if is_missed(query):
        return "bad", "missed"
    if query.failed:
        return "bad", "failures"
    return ("plain", "no target") if query.slo_ms is None else ("good", "met")


def _parts(query: QueryResult) -> str:
    seen = [part.p95_us / _US_PER_MS for part in query.spans if part.completed]
    return _between(min(seen), max(seen)) if len(seen) > 1 else ""


def _between(low_ms: float, high_ms: float) -> str:
    """Return two durations in the unit of the greater one.

    >>> _between(3.06, 4.2), _between(400, 1_250)
    ('3.06–4.20 ms', '0.400–1.25 s')
    """
    shown = milliseconds(high_ms)
    scale = _MS_PER_S if shown.endswith(" s") else 1
    return f"{significant(low_ms / scale)}–{shown}"


def by_kind(kinds: Sequence[ErrorCount]) -> str:
    """Return counts by SQLSTATE in one line."""
    return ", ".join(f"{each.sqlstate} {each.meaning} ×{number(each.count)}" for each in kinds)


def latency_chart(rows: Sequence[TargetRow]) -> Markup:
    """Return p50 to p99 of classes with an answer beside their targets, in the table's order.

    Where there are too many, those that missed their target come first, then the most frequent.
    """
    chosen = _most_telling(rows)[:CLASSES_MOST]
    return charts.latency_by_class([_class_latency(row.result) for row in rows if row in chosen])


def _most_telling(rows: Sequence[TargetRow]) -> list[TargetRow]:
    return sorted(rows, key=lambda row: (not is_missed(row.result), -row.result.response.count))


def _class_latency(query: QueryResult) -> charts.ClassLatency:
    return charts.ClassLatency(
        name=query.name,
        count=query.response.count,
        p50_ms=query.response.p50_us / _US_PER_MS,
        p95_ms=query.response.p95_us / _US_PER_MS,
        p99_ms=query.response.p99_us / _US_PER_MS,
        target_ms=query.slo_ms,
    )


def distribution_lines(rows: Sequence[TargetRow]) -> list[charts.Distribution]:
    """Return the distributions to draw of classes with an answer, six at most."""
    return [
        charts.Distribution(name=row.result.name, points=_points(row.result))
        for row in _most_telling(rows)[:_LINES_MOST]
    ]


def _points(query: QueryResult) -> tuple[tuple[float, float], ...]:
    found = query.distribution or [
        (quantile, getattr(query.response, field)) for quantile, field in _QUANTILES
    ]
    # beyond the median, a quantile stands on at least one value above it
    return tuple(
        (quantile, us / _US_PER_MS)
        for quantile, us in found
        if _QUANTILES[0][0] == quantile
        or (quantile > _QUANTILES[0][0] and query.response.count * (1 - quantile) >= 1)
    )
