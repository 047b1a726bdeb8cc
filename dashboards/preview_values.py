"""A panel's last values: big numbers with thresholds, bars, and tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.answers import Answer, PanelAnswer
from dashboards.legend import is_fixed, named
from dashboards.model import Threshold
from dashboards.prometheus import Series
from dashboards.units import formatted

_TONES = {"green": "good", "yellow": "warn", "red": "bad"}
# added by Prometheus to whatever it scrapes
_SCRAPE_LABELS = {"__name__", "instance", "job"}
_VALUE = "value"

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
    found = [
        (named(each.query.legend, series.labels), series.last)
        for each in answer.answers
        for series in each.series
    ]
    largest = max((abs(value) for _, value in found), default=0.0) or 1.0
    return tuple(
        Figure(
            name=name,
            shown=formatted(value, panel.unit),
            share=abs(value) / largest,
            tone=tone(value, panel.thresholds),
        )
        for name, value in found
    )


def tone(value: float, thresholds: Sequence[Threshold]) -> str:
    """Return the colour of the highest threshold that a value reaches, the page's name of it."""
    reached = [each for each in thresholds if value >= each.value]
    return _TONES[max(reached, key=lambda each: each.value).color] if reached else "plain"


def table(answer: PanelAnswer) -> Table:
    """Return one row for each set of labels, with a value of each query."""
    asked = [each for each in answer.answers if each.series]
    columns = [_by_key(each) for each in asked]
    keys = list(dict.fromkeys(key for column in columns for key in column))
    keys.sort(key=lambda key: [-column.get(key, float("-inf")) for column in columns])
    labels = tuple(dict.fromkeys(name for key in keys for name, _ in key))
    unit = answer.panel.unit
    return Table(
        labels=labels,
        values=tuple(_headers(asked)),
        rows=tuple(
            (
                tuple(dict(key).get(name, "") for name in labels),
                tuple(formatted(c[key], unit) if key in c else "–" for c in columns),
            )
            for key in keys
        ),
    )


def _by_key(answer: Answer) -> Mapping[Key, float]:
    return {_key(series): series.last for series in answer.series}


def _key(series: Series) -> Key:
    return tuple(sorted(pair for pair in series.labels.items() if pair[0] not in _SCRAPE_LABELS))


def _headers(asked: Sequence[Answer]) -> Iterator[str]:
    for number, answer in enumerate(asked, start=1):
        if is_fixed(answer.query.legend):
            yield answer.query.legend
        else:
            yield _VALUE if len(asked) == 1 else f"{_VALUE} {number}"
