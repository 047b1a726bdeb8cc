"""A panel of the model as one of Grafana's: time series, stat, table or bar gauge."""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    GridPos,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.dashboard import Threshold as Step
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.model import Link, Panel, Query

SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
_WIDE = 12
_NO_COLOR = {"stat": "text", "bars": "blue"}
_LAST = ["lastNotNull"]

Drawn = timeseries.Panel | stat.Panel | table.Panel | bargauge.Panel
Properties = list[DynamicConfigValue]


def drawn(panel: Panel, place: GridPos, variables: Sequence[str]) -> Drawn:
    """Return Grafana's panel.

    Args:
        panel: what is drawn.
        place: where.
        variables: names of the dashboard's, which links hand on.
    """
    made = _kind(panel, variables)
    made = (
        made.title(panel.title)
        .description(_described(panel))
        .datasource(SOURCE)
        .unit(panel.unit)
        .grid_pos(place)
        .thresholds(_thresholds(panel))
    )
    if panel.empty_because:
        made = made.no_value("Nothing here")
    if panel.link and panel.draw != "table":
        text = f"${{__field.labels.{panel.link.label}}}"
        made = made.data_links([_link(panel.link, text, variables)])
    for name, query in zip(ascii_uppercase, panel.queries, strict=False):
        made = made.with_target(_target(name, query, panel))
        if properties := _properties(query, panel):
            made = made.override_by_query(name, properties)
    return made


def _described(panel: Panel) -> str:
    return f"{panel.description}" + (
        f" Empty: {panel.empty_because}." if panel.empty_because else ""
    )


def _kind(panel: Panel, variables: Sequence[str]) -> Drawn:
    match panel.draw:
        case "stat":
            return _stat(panel)
        case "bars":
            return _bars()
        case "table":
            return _table(panel, variables)
        case "lines" | "stacked":
            return _lines(panel)


def _lines(panel: Panel) -> timeseries.Panel:
    is_wide = panel.width >= _WIDE
    legend = (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.TABLE if is_wide else LegendDisplayMode.LIST)
        .placement(LegendPlacement.RIGHT if is_wide else LegendPlacement.BOTTOM)
        .calcs(["lastNotNull", "max"] if is_wide else [])
    )
    made = timeseries.Panel().min(0).legend(legend)
    if panel.draw == "stacked":
        made = made.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
        made = made.fill_opacity(60).line_width(0)
    if panel.thresholds:
        dashed = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        made = made.thresholds_style(dashed)
    return made


def _stat(panel: Panel) -> stat.Panel:
    named = bool(panel.queries[0].legend)
    color = BigValueColorMode.BACKGROUND if panel.thresholds else BigValueColorMode.NONE
    return (
        stat.Panel()
        .color_mode(color)
        .graph_mode(BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE_AND_NAME if named else BigValueTextMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(_LAST))
    )


def _bars() -> bargauge.Panel:
    return (
        bargauge.Panel()
        .min(0)
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(_LAST))
    )


def _table(panel: Panel, variables: Sequence[str]) -> table.Panel:
    made = table.Panel().filterable(True)
    for transformation in _transformations(panel.queries):
        made = made.with_transformation(transformation)
    for query in panel.queries:
        if query.unit:
            made = made.override_by_name(query.legend, [_is("unit", query.unit)])
    if panel.queries[0].legend:
        order = common.TableSortByFieldState().display_name(panel.queries[0].legend).desc(True)
        made = made.sort_by([order])
    if panel.link:
        link = _link(panel.link, "${__value.text}", variables).build()
        made = made.override_by_name(panel.link.label, [_is("links", [link])])
    return made


def _transformations(queries: Sequence[Query]) -> Iterator[DataTransformerConfig]:
    """Join the queries' answers by their labels, and call the values what the legends say."""
    names = ["Value", *(f"Value #{name}" for name in ascii_uppercase[: len(queries)])]
    legends = [queries[0].legend, *(query.legend for query in queries)]
    hidden = ["Time", *(n for n, legend in zip(names, legends, strict=True) if not legend)]
    called = {n: legend for n, legend in zip(names, legends, strict=True) if legend}
    yield DataTransformerConfig(id_val="merge", options={})
    yield DataTransformerConfig(
        id_val="organize",
        options={
            "excludeByName": dict.fromkeys([*hidden, "__name__"], True),
            "renameByName": called,
        },
    )


def _link(link: Link, value: str, variables: Sequence[str]) -> dashboard.DashboardLink:
    """Return a link to another dashboard: same time, same choices, one of them this series'."""
    kept = [f"${{{name}:queryparam}}" for name in ("source", *variables) if name != link.label]
    query = "&".join(["${__url_time_range}", *kept, f"var-{link.label}={value}"])
    return (
        dashboard.DashboardLink(f"Details of this {link.label}")
        .type(DashboardLinkType.LINK)
        .url(f"/d/{link.uid}?{query}")
    )


def _thresholds(panel: Panel) -> dashboard.ThresholdsConfig:
    steps = [Step(value=each.value, color=each.color) for each in panel.thresholds]
    # Grafana calls "from minus infinity" null
    first = Step(value=None, color=steps[0].color if steps else _NO_COLOR.get(panel.draw, "green"))
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([first, *steps[1:]])


def _target(name: str, query: Query, panel: Panel) -> prometheus.Dataquery:
    made = prometheus.Dataquery().ref_id(name).expr(query.expr)
    made = made.instant() if query.instant else made.range()
    if panel.draw == "table":
        return made.format(PromQueryFormat.TABLE)
    return made.legend_format(query.legend or "__auto")


def _properties(query: Query, panel: Panel) -> Properties:
    """Return what is special about one query's series."""
    made = Properties()
    if query.color:
        fixed: Mapping[str, str] = {"mode": FieldColorModeId.FIXED.value, "fixedColor": query.color}
        made.append(_is("color", fixed))
    if query.unit and panel.draw != "table":
        made.append(_is("unit", query.unit))
    if query.is_limit:
        made += [
            _is("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
            _is("custom.lineWidth", 1),
            _is("custom.fillOpacity", 0),
            _is("custom.stacking", {"mode": "none", "group": "limit"}),
        ]
    return made


def _is(name: str, value: object) -> DynamicConfigValue:
    return DynamicConfigValue(id_val=name, value=value)
