"""What a collector is, and the one that reads a view's columns as they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

import psycopg
from prometheus_client.metrics_core import Metric as Family
from psycopg.rows import dict_row

from b2bench.sqlfile import read_sql_file
from exporters.families import family
from exporters.metric import Metric
from exporters.versions import newest_not_above

Row = Mapping[str, object]


class Collector(Protocol):
    """Reads one view of the server.

    Args:
        name: of the collector, of its module and of its .sql file: the view's.
        every_s: it is asked at most so often; between, its last families are shown again.
        metrics: everything that it can yield.
    """

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def every_s(self) -> float:
        """Its period, 0 for at every scrape."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """Everything that it can yield."""

    def collect(self, connection: psycopg.Connection) -> Iterable[Family]:
        """Read the view once and return its families."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCollector:
    """Reads `<name>_<major>.sql`, of several the newest that is not newer than the server.

    Columns are looked for and not assumed: a metric whose column the server does not have, or
    has no value for, gets no sample.
    """

    name: str
    metrics: tuple[Metric, ...]
    every_s: float = 0.0

    def collect(self, connection: psycopg.Connection) -> list[Family]:
        """Read the view once and return its families, none where the server has no such view."""
        statement = _statement(self.name, connection.info.server_version // 10_000)
        if statement is None:
            return []
        cursor = connection.cursor(row_factory=dict_row)
        return families_of(self.metrics, cursor.execute(statement).fetchall())


def families_of(metrics: Iterable[Metric], rows: Sequence[Row]) -> list[Family]:
    """Return a family for each metric whose column is in the rows; NULL makes no sample."""
    return [
        family(metric, samples)
        for metric in metrics
        if metric.column and (samples := list(_samples(metric, rows)))
    ]


def _samples(metric: Metric, rows: Sequence[Row]) -> Iterator[tuple[tuple[str, ...], float]]:
    for row in rows:
        value = row.get(metric.column)
        if value is not None:
            labels = tuple(str(row[label] or "") for label in metric.labels)
            # numbers of any kind, exact ones and truth values among them
            yield labels, float(value) * metric.factor  # type: ignore[arg-type]


@cache
def _statement(name: str, major: int) -> bytes | None:
    path = newest_not_above(files("exporters") / "collectors", name, str(major))
    return read_sql_file(path).parts[0].sql.encode() if path else None
