"""A panel's last values: big numbers with thresholds, bars, and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.answers import Answer, PanelAnswer
from dashboards.legend import named
from dashboards.model import Threshold
from dashboards.prometheus import Series
from dashboards.units import formatted

_TONES = {"green": "good", "yellow": "warn", "red": "bad"}
# added by Prometheus to whatever it scrapes
_SCRAPE_LABELS = {"__name__", "instance", "job"}

Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value with its name, its share of the largest one, and what a threshold says of it."""

    name: str
    shown: str
    share: float
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of labels, then of values; `rows` in the order of the first value, largest first."""

    labels: tuple[str, ...]
    values: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def figures(answer: PanelAnswer) -> tuple[Figure, ...]:
    """Return the last value of each series of a panel."""
    panel = answer.panel
    found = [(each.query, series) for each in answer.answers for series in each.series]
    largest = max((abs(series.last) for _, series in found), default=0.0) or 1.0
    return tuple(
        Figure(
            # one figure that nobody named is what the panel's title says
            name=named(query.legend, series.labels) if query.legend or len(found) > 1 else "",
            shown=formatted(series.last, query.unit or panel.unit),
            share=abs(series.last) / largest,
            tone=tone(series.last, panel.thresholds),
        )
        for query, series in found
    )


def tone(value: float, thresholds: Sequence[Threshold]) -> str:
    """Return the colour of the highest threshold that a value reaches, else of the first one."""
    if not thresholds:
        return "plain"
    reached = [each for each in thresholds if value >= each.value]
    return _TONES[(reached or [thresholds[0]])[-1].color]


def table(answer: PanelAnswer) -> Table:
    """Return one row for each set of labels, with a value of each query that has a heading."""
    asked = [each for each in answer.answers if each.series]
    columns = [_by_key(each) for each in asked]
    keys = list(dict.fromkeys(key for column in columns for key in column))
    keys.sort(key=lambda key: [-column.get(key, float("-inf")) for column in columns])
    labels = tuple(dict.fromkeys(name for key in keys for name, _ in key))
    shown = [
        (each.query.unit or answer.panel.unit, column)
        for each, column in zip(asked, columns, strict=True)
        if each.query.legend
    ]
    return Table(
        labels=labels,
        values=tuple(each.query.legend for each in asked if each.query.legend),
        rows=tuple(
            (
                tuple(dict(key).get(name, "") for name in labels),
                tuple(formatted(c[key], unit) if key in c else "–" for unit, c in shown),
            )
            for key in keys
        ),
    )


def _by_key(answer: Answer) -> Mapping[Key, float]:
    return {_key(series): series.last for series in answer.series}


def _key(series: Series) -> Key:
    return tuple(sorted(pair for pair in series.labels.items() if pair[0] not in _SCRAPE_LABELS))
