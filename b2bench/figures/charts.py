"""Charts of latencies and of shares."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, handle, legend, log_axis, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OTHER: dict[str, Any] = {
    "color": COLORS["muted"],
    "linewidth": 1.2,
    "linestyle": (0, (4, 2)),
}
_SERIES = 6
_MARKED_MOST = 8
_NAMED_QUANTILES = (
    (0.5, "p50"),
    (0.9, "p90"),
    (0.95, "p95"),
    (0.99, "p99"),
    (0.999, "p99.9"),
    (0.9999, "p99.99"),
    (0.99999, "p99.999"),
)
_PANEL_COLUMNS = 4
# more values than these get a logarithmic axis
_LINEAR_MOST = 60
# more names than these stand steeply, so that they do not touch
_FLAT_NAMES = 8
# so few that the line behind them is seen
_PANEL_DOTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLatency:
    """Percentiles of one query class beside its target; `count` values."""

    name: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    target_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Latency at rising quantiles, e.g. `((0.5, 1.2), (0.99, 8.0))`."""

    name: str
    points: tuple[tuple[float, float], ...]


Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A small chart of shares: a law as line or bars, what was found as dots.

    Args:
        note: stands under the title, in the colour of the verdict.
        good: the verdict.
        expected: the law; shares are from 0 to 1.
        found: what was measured, in the same form.
        other: a second line to compare with.
        tolerance: drawn as a band around the law.
        names: of the first numbers; the law is then drawn as bars.
        cumulative: the vertical axis reaches to 1.
        stepped: between two numbers the share stays what it was.
    """

    title: str
    note: str
    good: bool
    horizontal: str
    vertical: str
    expected: Points
    found: Points
    other: Points = ()
    tolerance: float = 0.0
    names: Sequence[str] = ()
    cumulative: bool = True
    stepped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelKey:
    """What the marks of the panels are called."""

    expected: str
    tolerance: str
    found: str
    other: str = ""


def latency_by_class(rows: Sequence[ClassLatency]) -> Markup:
    """Draw p50 to p99 of each query class as dot and range against its target, log axis."""
    with drawing(height_in=0.75 + 0.34 * len(rows)) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _latency_row(axes, place, row)
        axes.set_yticks(range(len(rows)), [row.name for row in rows], color=COLORS["ink"])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        log_axis(axes.xaxis, [at for row in rows for at in (row.p50_ms, row.p99_ms, row.target_ms)])
        axes.set_xlabel("response time, ms (logarithmic)")
        axes.grid(axis="x")
        legend(axes, _latency_key(rows))
        return svg(figure, "latency")


def _latency_row(axes: "Axes", place: int, row: ClassLatency) -> None:
    missed = row.target_ms is not None and row.p95_ms > row.target_ms
    p95_color = COLORS["bad" if missed else "accent"]
    soft: dict[str, Any] = {
        "color": COLORS["soft"],
        "linewidth": 5,
        "solid_capstyle": "round",
        "zorder": 2,
    }
    axes.plot([row.p50_ms, row.p99_ms], [place, place], **soft)
    axes.plot([row.p50_ms], [place], "o", color=COLORS["muted"], markersize=4.5, zorder=4)
    axes.plot([row.p95_ms], [place], "o", color=p95_color, markersize=8, zorder=5)
    axes.plot([row.p99_ms], [place], "D", color=COLORS["muted"], markersize=4, zorder=4)
    if row.target_ms is not None:
        height = [place - 0.32, place + 0.32]
        axes.plot([row.target_ms] * 2, height, color=COLORS["warn"], linewidth=2, zorder=3)


def _latency_key(rows: Sequence[ClassLatency]) -> Iterator[tuple[str, dict[str, Any]]]:
    dot = {"linestyle": "none"}
    yield "p50", dot | {"marker": "o", "color": COLORS["muted"], "markersize": 4.5}
    yield "p95", dot | {"marker": "o", "color": COLORS["accent"], "markersize": 8}
    if any(row.target_ms is not None and row.p95_ms > row.target_ms for row in rows):
        yield "p95 above target", dot | {"marker": "o", "color": COLORS["bad"], "markersize": 8}
    yield "p99", dot | {"marker": "D", "color": COLORS["muted"], "markersize": 4}
    if any(row.target_ms is not None for row in rows):
        tick = {"marker": "|", "markersize": 11, "markeredgewidth": 2}
        yield "target for p95", dot | tick | {"color": COLORS["warn"]}


def distribution(lines: Sequence[Distribution], *, linear: bool = False) -> Markup:
    """Draw latency over the quantile, the tail stretched: each tick is ten times rarer.

    Args:
        lines: one for each thing that is compared.
        linear: milliseconds from 0 upwards, for a tail in which small differences count.
    """
    with drawing(height_in=3.6) as figure:
        axes = figure.add_subplot()
        for place, line in enumerate(lines):
            rarity = [1 / (1 - quantile) for quantile, _ in line.points]
            axes.plot(
                rarity,
                [ms for _, ms in line.points],
                color=COLORS[f"series-{place % _SERIES + 1}"],
                linestyle="-" if place < _SERIES else "--",
                linewidth=1.6,
                marker="o",
                # many points are a curve, few are marked
                markersize=3.5 if len(line.points) <= _MARKED_MOST else 0,
                label=line.name,
            )
        rarest = max((quantile for line in lines for quantile, _ in line.points), default=0.5)
        axes.set_xscale("log")
        _quantiles(axes, rarest)
        if linear:
            axes.set_ylim(bottom=0)
        else:
            log_axis(axes.yaxis, [ms for line in lines for _, ms in line.points])
        axes.set_ylabel("response, ms")
        axes.grid(axis="both")
        axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1))
        return svg(figure, "distribution")


def _quantiles(axes: "Axes", rarest: float) -> None:
    """Mark the quantiles that people name, up to the first that is rarer than all that is drawn."""
    beyond = next((at for at, _ in _NAMED_QUANTILES[3:] if at >= rarest), rarest)
    named = [(at, name) for at, name in _NAMED_QUANTILES if at <= beyond]
    axes.set_xlim(1.9, 1.1 / (1 - beyond))
    axes.set_xticks([1 / (1 - at) for at, _ in named], [name for _, name in named])
    axes.minorticks_off()


def panels(rows: Sequence[Panel], key: PanelKey) -> Markup:
    """Draw many small charts of shares on one grid, four beside each other."""
    height = math.ceil(len(rows) / _PANEL_COLUMNS)
    with drawing(height_in=0.4 + 2.35 * height) as figure:
        grid = figure.subplots(height, _PANEL_COLUMNS, squeeze=False).ravel()
        for axes, row in zip(grid, rows, strict=False):
            _panel(axes, row)
        for axes in grid[len(rows) :]:
            axes.set_axis_off()
        figure.set_layout_engine("constrained", hspace=0.07, wspace=0.05)
        handles = [handle(label, look) for label, look in _panel_key(key)]
        figure.legend(handles=handles, loc="outside upper left", ncols=4)
        return svg(figure, "panels")


def _panel(axes: "Axes", panel: Panel) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter  # noqa: PLC0415

    _law_as_bars(axes, panel) if panel.names else _law_as_line(axes, panel)
    dots: dict[str, Any] = {"color": COLORS["series-2"], "markersize": 3.4, "zorder": 5}
    axes.plot(*_columns(_apart(panel.found)), "o", **dots)
    axes.set_ylim(0, 1.02 if panel.cumulative and not panel.names else _headroom(panel))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10)))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.tick_params(labelsize=8, length=0)
    axes.set_xlabel(panel.horizontal, fontsize=8)
    axes.set_ylabel(panel.vertical, fontsize=8)
    axes.grid(axis="y")
    axes.set_title(panel.title, loc="left", fontsize=9.3, fontweight="bold", pad=17)
    color = COLORS["good" if panel.good else "bad"]
    beside: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(panel.note, (0, 1), (0, 5), **beside, color=color, fontsize=8)


def _law_as_line(axes: "Axes", panel: Panel) -> None:
    at, share = _columns(panel.expected)
    steps: dict[str, Any] = {"step": "post"} if panel.stepped else {}
    low = [max(value - panel.tolerance, 0) for value in share]
    high = [min(value + panel.tolerance, 1) for value in share]
    axes.fill_between(at, low, high, color=COLORS["soft"], linewidth=0, **steps)
    drawn: dict[str, Any] = {"drawstyle": "steps-post" if panel.stepped else "default"}
    axes.plot(at, share, color=COLORS["accent"], linewidth=1.3, zorder=4, **drawn)
    if panel.other:
        axes.plot(*_columns(panel.other), zorder=3, **_OTHER)
    reached = [at for at, _ in (*panel.expected, *panel.found) if at > 0]
    if max(reached, default=1) > _LINEAR_MOST:
        _decades(axes, max(reached))


def _law_as_bars(axes: "Axes", panel: Panel) -> None:
    at, share = _columns(panel.expected)
    axes.bar(at, share, color=COLORS["soft"], width=0.8, zorder=2)
    for place, value in panel.expected:
        width = [place - 0.4, place + 0.4]
        axes.plot(width, [value] * 2, color=COLORS["accent"], linewidth=1.3, zorder=4)
    steep = 32 if len(at) <= _FLAT_NAMES else 60
    axes.set_xticks(at, panel.names, rotation=steep, ha="right", rotation_mode="anchor")


def _decades(axes: "Axes", most: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator  # noqa: PLC0415

    axes.set_xscale("log")
    axes.set_xlim(0.93, most * 1.07)
    decades = range(math.ceil(math.log10(most)) + 1)
    axes.xaxis.set_major_locator(FixedLocator([10**decade for decade in decades]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x")


def _short(value: float) -> str:
    """Return a power of ten in few letters.

    >>> [_short(value) for value in (1, 100, 10_000, 1_000_000)]
    ['1', '100', '10k', '1M']
    """
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def _headroom(panel: Panel) -> float:
    largest = max((share for _, share in (*panel.expected, *panel.found)), default=1)
    return 1.12 * max(largest + (0 if panel.names else panel.tolerance), 0.01)


def _apart(points: Points) -> Points:
    """Return points that stand apart on their axis, the first and the last one among them."""
    drawn = [(at, share) for at, share in points if at > 0]
    if len(drawn) <= _PANEL_DOTS or drawn[-1][0] <= _PANEL_DOTS:
        return points
    place = math.log if drawn[-1][0] > _LINEAR_MOST else float
    step = (place(drawn[-1][0]) - place(drawn[0][0])) / _PANEL_DOTS
    apart = {round(place(at) / step): (at, share) for at, share in drawn[1:]}
    return [drawn[0], *apart.values()]


def _columns(points: Points) -> tuple[list[float], list[float]]:
    return [at for at, _ in points], [share for _, share in points]


def _panel_key(key: PanelKey) -> Iterator[tuple[str, dict[str, Any]]]:
    yield key.expected, {"color": COLORS["accent"], "linewidth": 1.6}
    yield key.tolerance, {"color": COLORS["soft"], "linewidth": 8}
    dot = {"linestyle": "none", "marker": "o", "markersize": 4}
    yield key.found, dot | {"color": COLORS["series-2"]}
    if key.other:
        yield key.other, _OTHER
