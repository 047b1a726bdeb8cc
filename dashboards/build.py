"""Build the Grafana dashboard: `python -m dashboards.build` writes the committed JSON."""

from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    GridPos,
    VariableRefresh,
)

from dashboards.panels import ROWS, PanelSpec
from exporters import metrics

FOLDER = Path(__file__).with_name("json")
_COLUMNS = 24
_HEIGHT = 8
_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")


def build() -> dict[str, bytes]:
    """Return the JSON of every dashboard by file name."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {"b2bench.json": encoder.encode(_dashboard().build()).encode() + b"\n"}


def _dashboard() -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard("b2bench")
        .uid("b2bench")
        .description("A load run, and what it costs the server, joined by query class")
        .tags(["b2bench", "postgresql"])
        .refresh("5s")
        .time("now-15m", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")
        )
        .with_variable(_choice("datname", f"label_values({metrics.CALLS}, datname)"))
        .with_variable(_choice("request", f"label_values({metrics.REQUEST_QUERY}, request)"))
    )
    top = 0
    for row in ROWS:
        made = made.with_row(
            dashboard.Row(row.title).grid_pos(GridPos(h=1, w=_COLUMNS, x=0, y=top))
        )
        top += 1
        for spec, x, y in _placed(row.panels, top):
            made = made.with_panel(_panel(spec, x, y))
            top = y
        top += _HEIGHT
    return made


def _choice(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .datasource(_SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .include_all(True)
        .all_value(".*")
        .multi(True)
    )


def _placed(panels: tuple[PanelSpec, ...], top: int) -> Iterator[tuple[PanelSpec, int, int]]:
    """Yield panels with their column and line, filled from the left."""
    x, y = 0, top
    for spec in panels:
        if x + spec.width > _COLUMNS:
            x, y = 0, y + _HEIGHT
        yield spec, x, y
        x += spec.width


def _panel(spec: PanelSpec, x: int, y: int) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.RIGHT)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    made = (
        timeseries.Panel()
        .title(spec.title)
        .description(spec.description)
        .datasource(_SOURCE)
        .unit(spec.unit)
        .min(0)
        .legend(legend)
        .grid_pos(GridPos(h=_HEIGHT, w=spec.width, x=x, y=y))
    )
    for query in spec.queries:
        target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend)
        made = made.with_target(target)
    return made


if __name__ == "__main__":
    for name, content in build().items():
        (FOLDER / name).write_bytes(content)
