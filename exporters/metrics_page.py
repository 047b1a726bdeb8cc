"""docs/metrics.md, made from the definitions: `python -m exporters.metrics_page` writes it."""

from collections.abc import Iterator
from pathlib import Path

from exporters.metric import Metric
from exporters.metrics import METRICS

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
_HEAD = """\
# Metrics

What `b2bench export` serves. Times are in seconds and sizes in bytes. A counter never falls: it
begins with what pg_stat_statements holds and adds what each scrape finds more, whatever is reset or
thrown out there meanwhile. Statements that matter stand under their own `queryid`, the rest under
`queryid="other"`. The text of a statement stands once, in `pg_stat_statements_query_info`; a
request's statements are named by `bench_request_query_info`, so that what the client waited for
and what the server did can be drawn together:

```promql
sum by (request) (
    rate(pg_stat_statements_execution_seconds_total[1m])
  * on (queryid) group_left (request) bench_request_query_info
)
```

`bench_*` series are there while a run is under way, or has just ended, in the folder of runs.
This page is generated from `exporters/metrics.py`.

| metric | kind | unit | labels | what it says | read from | postgres_exporter's name |
|---|---|---|---|---|---|---|
"""


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(f"| {' | '.join(_cells(metric))} |\n" for metric in METRICS)


def _cells(metric: Metric) -> Iterator[str]:
    yield f"`{metric.name}`"
    yield metric.kind
    yield metric.unit or "–"
    yield ", ".join(f"`{label}`" for label in metric.labels) or "–"
    yield metric.help
    yield metric.source
    yield f"`{metric.postgres_exporter}`" if metric.postgres_exporter else "–"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
