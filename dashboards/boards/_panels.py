"""The kinds of panels and variables that boards consist of."""

from dashboards.model import Annotation, Link, Panel, Query, Threshold, Variable
from dashboards.promql import greatest, increase, of, total
from exporters.collectors.bench_plans import PLAN_CHANGES
from exporters.collectors.bench_run import REQUEST_QUERY, RUN_INFO
from exporters.metric import Metric
from exporters.own_metrics import SERVER_UP

_EXPORTERS = (
    Variable(name="job", label="Job", query=f"label_values({SERVER_UP}, job)"),
    Variable(
        name="instance",
        label="Exporter",
        query=f'label_values({SERVER_UP}{{job=~"$job"}}, instance)',
    ),
)
ANNOTATIONS = (
    Annotation(
        name="Runs",
        expr=greatest(of(RUN_INFO, 'phase=~"warm-up|measuring"'), "run", "workload"),
        text="run {{run}} ({{workload}})",
        color="blue",
    ),
    Annotation(
        name="Plan changes",
        expr=total(increase(PLAN_CHANGES, "1m"), "request", "step"),
        text="another plan: {{request}} {{step}}",
        color="orange",
    ),
)


def variables(*more: Variable) -> tuple[Variable, ...]:
    """Return the choice of exporters, which every board has, and a board's own."""
    return (*_EXPORTERS, *more)


def choice(name: str, label: str, metric: Metric, *matchers: str, multi: bool = True) -> Variable:
    """Offer the values of a metric's label."""
    query = f"label_values({of(metric, *matchers)}, {name})"
    return Variable(name=name, label=label, query=query, multi=multi)


def requests() -> Variable:
    """Offer the query classes."""
    return choice("request", "Request", REQUEST_QUERY)


def rising(yellow: float, red: float) -> tuple[Threshold, ...]:
    """Return thresholds of a number that is worse the greater it is."""
    return (
        Threshold(value=0, color="green"),
        Threshold(value=yellow, color="yellow"),
        Threshold(value=red, color="red"),
    )


def falling(yellow: float, green: float) -> tuple[Threshold, ...]:
    """Return thresholds of a number that is worse the less it is."""
    return (
        Threshold(value=0, color="red"),
        Threshold(value=yellow, color="yellow"),
        Threshold(value=green, color="green"),
    )


def number(
    title: str,
    description: str,
    unit: str,
    expr: str,
    thresholds: tuple[Threshold, ...] = (),
    *,
    legend: str = "",
    width: int = 4,
    empty_because: str = "",
) -> Panel:
    """One figure, or a few that are named by a legend."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=(Query(expr=expr, legend=legend, instant=True),),
        draw="stat",
        width=width,
        height=4,
        thresholds=thresholds,
        empty_because=empty_because,
    )


def line(expr: str, legend: str, *, color: str = "", unit: str = "") -> Query:
    """Series over time."""
    return Query(expr=expr, legend=legend, color=color, unit=unit)


def limit(expr: str, legend: str) -> Query:
    """A line that the others should stay under."""
    return Query(expr=expr, legend=legend, color="red", is_limit=True)


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 12,
    thresholds: tuple[Threshold, ...] = (),
    empty_because: str = "",
    link: Link | None = None,
) -> Panel:
    """Lines over time."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=queries,
        width=width,
        thresholds=thresholds,
        empty_because=empty_because,
        link=link,
    )


def stacked(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 12,
    empty_because: str = "",
) -> Panel:
    """Areas over time, one on another: their sum means something."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=queries,
        draw="stacked",
        width=width,
        empty_because=empty_because,
    )


def bars(
    title: str,
    description: str,
    unit: str,
    expr: str,
    legend: str,
    *,
    thresholds: tuple[Threshold, ...] = (),
    width: int = 12,
    empty_because: str = "",
    link: Link | None = None,
) -> Panel:
    """One bar for each series, as it is now."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=(Query(expr=expr, legend=legend, instant=True),),
        draw="bars",
        width=width,
        thresholds=thresholds,
        empty_because=empty_because,
        link=link,
    )


def column(heading: str, expr: str, unit: str = "") -> Query:
    """One column of a table; without a heading only the labels are shown."""
    return Query(expr=expr, legend=heading, instant=True, unit=unit)


def table(
    title: str,
    description: str,
    unit: str,
    *columns: Query,
    width: int = 24,
    height: int = 10,
    empty_because: str = "",
    link: Link | None = None,
) -> Panel:
    """One row for each set of labels, as it is now."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=columns,
        draw="table",
        width=width,
        height=height,
        empty_because=empty_because,
        link=link,
    )
