"""What a collector is, and the one that reads a view's columns as they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

import psycopg
from prometheus_client.metrics_core import Metric as Family
from psycopg.rows import dict_row

from b2bench.clones import origin
from b2bench.sqlfile import read_sql_file
from exporters.accumulation import Accumulation
from exporters.families import family
from exporters.membership import OTHER, Membership
from exporters.metric import Metric
from exporters.versions import newest_not_above

Row = Mapping[str, object]
Labels = tuple[str, ...]
_DATABASE = "datname"


class Collector(Protocol):
    """Reads one view of the server."""

    @property
    def name(self) -> str:
        """The view's, and of the .sql file beside the module."""

    @property
    def every_s(self) -> float:
        """It is asked at most so often; between, its last families are shown again."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """Everything that it can yield."""

    def collect(self, connection: psycopg.Connection) -> Iterable[Family]:
        """Read the view once and return its families."""


class ViewCollector:
    """Reads `<name>_<major>.sql`, of several the newest that is not newer than the server.

    Columns are looked for and not assumed: a metric whose column the server does not have, or
    has no value for, gets no sample. Counters never fall, whatever is reset or dropped.

    Args:
        members: of more rows than have a series of their own, those that do; `None` for all.
    """

    def __init__(
        self,
        name: str,
        metrics: Sequence[Metric],
        *,
        every_s: float = 0.0,
        members: Membership | None = None,
    ) -> None:
        self.name, self.metrics, self.every_s = name, metrics, every_s
        self._members = members
        self._sums = {metric: Accumulation[Labels]() for metric in metrics}

    def collect(self, connection: psycopg.Connection) -> list[Family]:
        """Read the view once and return its families, none where the server has no such view."""
        statement = _statement(self.name, connection.info.server_version // 10_000)
        if statement is None:
            return []
        cursor = connection.cursor(row_factory=dict_row)
        return list(self.families(cursor.execute(statement).fetchall()))

    def families(self, rows: Sequence[Row]) -> Iterator[Family]:
        """Yield a family for each metric whose column is in the rows; NULL makes no sample."""
        if self._members is not None:
            self._members.admit(rows)
        for metric in self.metrics:
            samples = [*_samples(metric, rows)]
            if metric.kind == "counter":
                samples = self._accumulated(metric, samples)
            if samples:
                yield family(metric, self._merged(metric, samples).items())

    def _accumulated(
        self, metric: Metric, samples: Sequence[tuple[Labels, float]]
    ) -> list[tuple[Labels, float]]:
        sums = self._sums[metric]
        for labels, value in samples:
            # who becomes a member begins at nothing, so that the others' sum does not fall
            sums.add(labels, value, under=self._shown(metric.labels, labels))
        return list(sums.items())

    def _merged(
        self, metric: Metric, samples: Iterable[tuple[Labels, float]]
    ) -> dict[Labels, float]:
        """Put copies to the database that they were made from, and non-members together."""
        found = dict[Labels, float]()
        for labels, value in samples:
            shown = self._shown(metric.labels, labels)
            before = found.get(shown)
            if before is None:
                found[shown] = value
            else:
                found[shown] = before + value if metric.merge == "sum" else max(before, value)
        return found

    def _shown(self, names: Sequence[str], labels: Labels) -> Labels:
        named = dict(zip(names, labels, strict=True))
        if _DATABASE in named:
            named[_DATABASE] = origin(named[_DATABASE])
        if self._members is not None and not self._members.has(named):
            named |= dict.fromkeys(self._members.labels, OTHER)
        return tuple(named.values())


def _samples(metric: Metric, rows: Sequence[Row]) -> Iterator[tuple[Labels, float]]:
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
