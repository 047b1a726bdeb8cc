"""What a metric is: its name, kind, labels, and the column that it is read from."""

from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

Kind = Literal["counter", "gauge", "histogram", "info"]
Merge = Literal["sum", "max"]
MILLISECONDS = 0.001


class More(TypedDict, total=False):
    """What a metric may say beyond name, help and column: see Metric."""

    labels: tuple[str, ...]
    unit: str
    source: str
    factor: float
    since: int
    until: int | None
    reason: str
    merge: Merge
    postgres_exporter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Args:
        name: as PromQL writes it; a histogram's without `_bucket`, `_sum`, `_count`.
        unit: base unit, empty for counts of things.
        source: what it is read from, as a person finds it in PostgreSQL's manual.
        column: of the collector's rows; without it the metric is not read from a column.
        factor: from the column's unit to the metric's.
        since: first major version of PostgreSQL that has it.
        until: last one, `None` while it is there.
        reason: why it may have no samples on a healthy server, for instance without a standby.
        merge: how values with the same labels become one, as a database's and its copies' do.
        postgres_exporter: what that exporter calls it, empty where it has none.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""
    column: str = ""
    factor: float = 1.0
    since: int = 15
    until: int | None = None
    reason: str = ""
    merge: Merge = "sum"
    postgres_exporter: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def versions(self) -> str:
        """The major versions that have it, for instance `15–17` or `18–`."""
        return f"{self.since}–{self.until or ''}"


def counter(name: str, text: str, column: str, **more: Unpack[More]) -> Metric:
    """Return a counter that is read from a column."""
    return Metric(name=name, kind="counter", help=text, column=column, **more)


def gauge(name: str, text: str, column: str, **more: Unpack[More]) -> Metric:
    """Return a gauge that is read from a column."""
    return Metric(name=name, kind="gauge", help=text, column=column, **more)
