"""docs/metrics.md, made from the definitions: `python -m exporters.metrics_page` writes it."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from exporters.metric import Metric
from exporters.metrics import METRICS, MODULES

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
_HEAD = f"""\
# Metrics

What `b2bench export` serves: {len(METRICS)} metrics of PostgreSQL 15 and newer, one section for
each view. Times are in seconds and sizes in bytes; names are those that `promtool check metrics`
accepts.

- **A counter never falls.** It begins with what the server has counted and adds what each scrape
  finds more, whatever is reset, thrown out or dropped meanwhile.
- **The number of series is bounded.** Statements, tables and indexes that matter stand under
  their own names, and keep them; the rest are added up under `other`.
- **The text of a statement stands once**, in `pg_stat_statements_query_info`, normalised by the
  server.
- **A copy counts for its origin.** A run works on a copy of the database; `datname` names the
  database that it was made from, so that runs make no new series.
- **What is gone counts on.** Copies and databases that were dropped with all their statements stand
  under `datname="dropped"`.
- **What a server has not is absent, not 0.** The versions say since when there is a metric,
  "absent" when it may be missing on a healthy server.

A request's statements are named by `bench_request_query_info`, so that what the client waited for
and what the server did can be drawn together:

```promql
sum by (request) (
    rate(pg_stat_statements_execution_seconds_total[1m])
  * on (queryid) group_left (request) bench_request_query_info
)
```

This page is generated from the modules in `exporters/collectors`; the SQL of each is beside it.
"""
_TABLE = """
| metric | kind | unit | labels | what it says | read from | versions | postgres_exporter's name |
|---|---|---|---|---|---|---|---|
"""


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(map(_section, MODULES))


def _section(module: ModuleType) -> str:
    """Return a heading, the first line of the module's docstring, and its metrics."""
    title = module.__name__.rpartition(".")[2].replace("own_metrics", "The exporter itself")
    says = (module.__doc__ or "").strip().splitlines()[0]
    rows = "".join(f"| {' | '.join(_cells(metric))} |\n" for metric in module.METRICS)
    return f"\n## {title}\n\n{says}\n{_TABLE}{rows}"


def _cells(metric: Metric) -> Iterator[str]:
    yield f"`{metric.name}`"
    yield metric.kind
    yield metric.unit or "–"
    yield ", ".join(f"`{label}`" for label in metric.labels) or "–"
    yield metric.help + (f" (absent: {metric.reason})" if metric.reason else "")
    yield metric.source
    yield metric.versions
    yield f"`{metric.postgres_exporter}`" if metric.postgres_exporter else "–"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
