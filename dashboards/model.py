"""What a dashboard consists of, whoever draws it: Grafana or the preview."""

from dataclasses import dataclass
from typing import Literal

Draw = Literal["lines", "stacked", "stat", "table", "bars"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A PromQL expression and how its series are named in the legend.

    Args:
        expr: may use the dashboard's variables (`$datname`) and `$__rate_interval`.
        legend: labels in double braces, as Grafana writes them: `{{request}}`. In a table the
            heading of the values, empty where they say nothing; its rows are the sets of labels,
            which all queries of a table share.
        instant: asked for the end of the time range only, as stats and tables want it.
        unit: where it is another than the panel's.
        color: of all its series, where the colour says something: green, yellow, red, blue.
        is_limit: whether it is a line that others should stay under: dashed, never stacked.
    """

    expr: str
    legend: str
    instant: bool = False
    unit: str = ""
    color: str = ""
    is_limit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From this value on, a colour; below the first of a panel's thresholds, that one's, too."""

    value: float
    color: Literal["green", "yellow", "red"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a click on a series leads: another dashboard, `label` of the series its variable."""

    uid: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One chart.

    Args:
        description: a sentence or two that say what it shows and when to worry.
        unit: Grafana's name of it (`s`, `bytes`, `Bps`, `reqps`, `percentunit`, `short`).
        draw: how it is drawn.
        width: of 24 columns; `height` in Grafana's lines.
        empty_because: why it may be empty on a healthy server; without it an empty panel is an
            error.
        link: what a series or a row of a table leads to.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    draw: Draw = "lines"
    width: int = 12
    height: int = 8
    thresholds: tuple[Threshold, ...] = ()
    empty_because: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label; `query` as Grafana writes it."""

    name: str
    label: str
    query: str
    multi: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Moments drawn over every panel: where an expression is not zero; `text` may use labels."""

    name: str
    expr: str
    text: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard; `uid` names its file, too. Each links to all the others."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, row by row."""
        return tuple(panel for row in self.rows for panel in row.panels)
