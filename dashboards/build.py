"""Build the Grafana dashboards: `python -m dashboards.build` writes the committed JSON."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    VariableRefresh,
    VariableSort,
)

from dashboards.boards import BOARDS
from dashboards.grafana_panels import SOURCE, drawn
from dashboards.model import Annotation, Dashboard, Panel, Variable

FOLDER = Path(__file__).with_name("json")
TAG = "b2bench"
_COLUMNS = 24
# as far apart as Grafana asks for an annotation's expression, which looks back a minute
_STEP = "60s"


def build() -> dict[str, bytes]:
    """Return the JSON of every dashboard by file name."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {
        f"{board.uid}.json": encoder.encode(_dashboard(board).build()).encode() + b"\n"
        for board in BOARDS
    }


def write(folder: Path = FOLDER) -> None:
    """Write every dashboard, and remove what is none."""
    built = build()
    for path in folder.glob("*.json"):
        if path.name not in built:
            path.unlink()
    for name, content in built.items():
        (folder / name).write_bytes(content)


def _dashboard(board: Dashboard) -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags([TAG, "postgresql"])
        .readonly()
        .refresh("10s")
        .time("now-30m", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_links())
        .with_variable(
            dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")
        )
    )
    for variable in board.variables:
        made = made.with_variable(_choice(variable))
    for annotation in board.annotations:
        made = made.annotation(_Marks(annotation))
    return _with_rows(made, board)


def _with_rows(made: dashboard.Dashboard, board: Dashboard) -> dashboard.Dashboard:
    names = tuple(variable.name for variable in board.variables)
    # addresses of single panels carry these numbers
    numbers = count(1)
    top = 0
    for row in board.rows:
        place = GridPos(h=1, w=_COLUMNS, x=0, y=top)
        made = made.with_row(dashboard.Row(row.title).id(next(numbers)).grid_pos(place))
        top += 1
        for panel, at in _placed(row.panels, top):
            made = made.with_panel(drawn(panel, at, names).id(next(numbers)))
            top = max(top, at.y + at.h)
    return made


def _placed(panels: tuple[Panel, ...], top: int) -> Iterator[tuple[Panel, GridPos]]:
    """Yield panels with their places: filled from the left, a line as high as its highest."""
    x, y, height = 0, top, 0
    for panel in panels:
        if x + panel.width > _COLUMNS:
            x, y, height = 0, y + height, 0
        yield panel, GridPos(h=panel.height, w=panel.width, x=x, y=y)
        x, height = x + panel.width, max(height, panel.height)


def _links() -> dashboard.DashboardLink:
    """Return a menu of all dashboards that keeps the time and the variables."""
    return (
        dashboard.DashboardLink("b2bench")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .icon("external link")
        .as_dropdown(False)
        .keep_time(True)
        .include_vars(True)
    )


def _choice(variable: Variable) -> dashboard.QueryVariable:
    made = (
        dashboard.QueryVariable(variable.name)
        .label(variable.label)
        .datasource(SOURCE)
        .query(variable.query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(variable.multi)
        .include_all(variable.multi)
    )
    return made.all_value(".*") if variable.multi else made


class _Moments(AnnotationQuery):
    """An annotation with what Prometheus's own kind of it needs beyond the expression."""

    text = ""

    def to_json(self) -> dict[str, object]:
        more = {"step": _STEP, "titleFormat": self.name, "textFormat": self.text}
        return {**super().to_json(), **more}


class _Marks(Builder[AnnotationQuery]):
    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation

    def build(self) -> AnnotationQuery:
        made = _Moments(
            name=self._annotation.name,
            datasource=SOURCE,
            icon_color=self._annotation.color,
            expr=self._annotation.expr,
        )
        made.text = self._annotation.text
        return made


if __name__ == "__main__":
    write()
