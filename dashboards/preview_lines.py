"""A panel's lines or stacked areas over the time, with the moments that are marked."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, svg
from dashboards.answers import Answer, Mark, PanelAnswer
from dashboards.legend import named
from dashboards.prometheus import Points
from dashboards.units import formatted, scale_of
from dashboards.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 24
# a page's width, the gap of its panels and what is around a drawing, in the browser's pixels
_PAGE_PX, _GAP_PX, _AROUND_PX = 1232, 14, 28
_PX_PER_IN = 96
_LINE_IN = 0.235
_LETTERS = 8.6
# what a letter takes beside the axes, and the lines below and above them
_LETTER_IN, _BELOW_IN, _ABOVE_IN = 0.077, 0.24, 0.2
_DRAWN_MOST = 10
# so many series without anything to see are named one by one
_ZEROS_MOST = 3
_SERIES = 6
_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.6)), (0, (1, 1.4)))
_BORDERS = ("solid", "dashed", "dotted")
_FILLS = (0.72, 0.45, 0.22)
_TICKS = 4
_TIMES_PER_IN = 1.1
_CORNER = 0.03
_MINUTE_S = 60
_TIMES_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400)
_SECONDS_SHOWN_BELOW_S = 300
# numbers of marks nearer than this share of the time would touch
_NUMBERS_APART = 0.03
# Grafana's names of colours
_COLORS = {
    "green": "good",
    "yellow": "warn",
    "orange": "series-2",
    "red": "bad",
    "blue": "accent",
    "purple": "series-4",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series as it is drawn and as the legend shows it.

    Args:
        fixed: a colour that its query asks for, else empty.
        is_limit: drawn as a line that others should stay under.
        look: which colour and dash; `None` for what is drawn together with others.
    """

    name: str
    points: Points
    unit: str
    fixed: str = ""
    is_limit: bool = False
    look: int | None = None

    @property
    def last(self) -> str:
        """Its newest value with its unit."""
        return formatted(self.points[-1][1], self.unit)

    @property
    def largest(self) -> str:
        """Its largest value with its unit."""
        return formatted(max(value for _, value in self.points), self.unit)

    @property
    def color(self) -> str:
        """A CSS variable of the page."""
        if self.fixed in _COLORS:
            return _COLORS[self.fixed]
        return "muted" if self.look is None else f"series-{self.look % _SERIES + 1}"

    @property
    def _round(self) -> int:
        if self.is_limit:
            return 1
        return (
            0 if self.look is None or self.fixed in _COLORS else self.look // _SERIES % len(_DASHES)
        )

    @property
    def border(self) -> str:
        """How CSS calls its dash."""
        return _BORDERS[self._round]

    @property
    def dash(self) -> Any:  # noqa: ANN401 (matplotlib's)
        """How matplotlib calls its dash."""
        return _DASHES[self._round]

    @property
    def opacity(self) -> float:
        """How dense its area is."""
        return _FILLS[self._round]


def lines_of(answer: PanelAnswer, *, stacked: bool) -> tuple[list[Line], int]:
    """Return what is drawn of a panel, and how many smaller series are not.

    Stacked, the smaller ones are drawn as one, so that the sum is right.
    """
    found = [line for each in answer.answers for line in _lines_of_one(each, answer.panel.unit)]
    zeros = [line for line in found if not any(value for _, value in line.points)]
    if len(zeros) > _ZEROS_MOST:
        longest = max(zeros, key=lambda line: len(line.points))
        found = [line for line in found if line not in zeros]
        found.append(replace(longest, name=f"{len(zeros)} series, all 0"))
    largest = sorted(found, key=_size, reverse=True)
    kept = largest if len(found) <= _DRAWN_MOST else largest[: _DRAWN_MOST - 1]
    rest = [line for line in found if line not in kept]
    drawn = [
        replace(line, look=look) for look, line in enumerate(line for line in found if line in kept)
    ]
    if rest and stacked:
        name = f"{len(rest)} smaller ones"
        drawn.append(Line(name=name, points=_sum(rest), unit=answer.panel.unit))
        rest = []
    return drawn, len(rest)


def _lines_of_one(answer: Answer, unit: str) -> Iterator[Line]:
    query = answer.query
    for series in sorted(answer.series, key=lambda one: named(query.legend, one.labels)):
        yield Line(
            name=named(query.legend, series.labels),
            points=series.points,
            unit=query.unit or unit,
            fixed=query.color,
            is_limit=query.is_limit,
        )


def _size(line: Line) -> float:
    """Return what is compared to leave out the smallest; a limit is never left out."""
    return math.inf if line.is_limit else sum(abs(value) for _, value in line.points)


def _sum(lines: Sequence[Line]) -> Points:
    total = dict[float, float]()
    for line in lines:
        for at_s, value in line.points:
            total[at_s] = total.get(at_s, 0.0) + value
    return tuple(sorted(total.items()))


def draw(
    answer: PanelAnswer,
    lines: Sequence[Line],
    marks: Sequence[Mark],
    window: Window,
    *,
    name: str,
    stacked: bool,
) -> Markup:
    """Draw a panel's lines.

    Args:
        answer: of the panel; its size is kept.
        lines: at least one.
        marks: of the dashboard, numbered from 1.
        window: the whole of it is shown.
        name: of the drawing, for its ids.
        stacked: one area above the other.
    """
    panel = answer.panel
    size: dict[str, float] = {
        "height_in": _LINE_IN * panel.height,
        "width_in": width_in(panel.width),
    }
    with drawing(**size) as figure:
        # the margins are known, and looking for them would take as long as the drawing
        figure.set_layout_engine(None)
        axes = figure.add_subplot()
        margins_in = list[float]()
        for unit in dict.fromkeys([panel.unit, *(line.unit for line in lines)]):
            # another unit has an axis of its own, on the right
            own = axes if unit == panel.unit else axes.twinx()
            extent = _extent(own, unit, lines, window, stacked=stacked)
            margins_in.append(_vertical(own, unit, extent))
        _place(figure, *margins_in[:2], **size)
        _horizontal(axes, window, round(figure.get_figwidth() * _TIMES_PER_IN))
        _marks(axes, marks, window)
        _thresholds(axes, answer)
        axes.tick_params(length=0, labelsize=_LETTERS)
        axes.grid(axis="y")
        return svg(figure, name)


def _place(
    figure: "Figure", left_in: float, right_in: float = 0.1, *, height_in: float, width_in: float
) -> None:
    figure.subplots_adjust(
        left=left_in / width_in,
        right=1 - right_in / width_in,
        bottom=_BELOW_IN / height_in,
        top=1 - _ABOVE_IN / height_in,
    )


def width_in(columns: int) -> float:
    """Return how wide the drawing of a panel of so many columns is."""
    gaps = (1 - columns / COLUMNS) * _GAP_PX
    return (_PAGE_PX * columns / COLUMNS - gaps - _AROUND_PX) / _PX_PER_IN


def _extent(
    axes: "Axes", unit: str, lines: Sequence[Line], window: Window, *, stacked: bool
) -> tuple[float, float]:
    """Draw all lines of a unit; return the smallest value and the largest one."""
    own = [line for line in lines if line.unit == unit]
    areas = [line for line in own if stacked and not line.is_limit]
    top = _areas(axes, areas, window) if areas else -math.inf
    singles = [line for line in own if line not in areas]
    _lines(axes, singles, window)
    values = [value for line in singles for _, value in line.points]
    return min([0.0, *values]), max([top, *values], default=0.0)


def _lines(axes: "Axes", lines: Sequence[Line], window: Window) -> None:
    for line in lines:
        at, values = _with_gaps(line.points, window.step_s)
        # a point between gaps is a dot, not nothing
        alone = {"marker": ".", "markersize": 5} if _is_alone(values) else {}
        look: dict[str, Any] = {"color": COLORS[line.color], "linestyle": line.dash, **alone}
        axes.plot(at, values, linewidth=1.1 if line.is_limit else 1.4, zorder=3, **look)


def _with_gaps(points: Points, step_s: float) -> tuple[list[float], list[float]]:
    """Return moments and values, with no number where points are missing."""
    at, values = list[float](), list[float]()
    for at_s, value in points:
        if at and at_s - at[-1] > step_s * 1.5:
            at.append(at_s - step_s / 2)
            values.append(math.nan)
        at.append(at_s)
        values.append(value)
    return at, values


def _is_alone(values: Sequence[float]) -> bool:
    around = zip([math.nan, *values], values, [*values[1:], math.nan], strict=False)
    return any(
        math.isnan(left) and math.isnan(right) and not math.isnan(value)
        for left, value, right in around
    )


def _areas(axes: "Axes", lines: Sequence[Line], window: Window) -> float:
    """Draw one above the other; where a series has no point it is nothing."""
    at = sorted({at_s for line in lines for at_s, _ in line.points})
    at = at if len(at) > 1 else [at[0] - window.step_s / 2, at[0] + window.step_s / 2]
    below = [0.0] * len(at)
    for line in lines:
        known = dict(line.points)
        alone = line.points[0][1] if len(known) == 1 else 0.0
        above = [low + known.get(at_s, alone) for low, at_s in zip(below, at, strict=True)]
        color = COLORS[line.color]
        axes.fill_between(at, below, above, color=color, alpha=line.opacity, linewidth=0, zorder=2)
        axes.plot(at, above, color=color, linewidth=0.9, zorder=3)
        below = above
    return max(below)


def _vertical(axes: "Axes", unit: str, extent: tuple[float, float]) -> float:
    """Mark figures at the axis; return how wide they are, in inches."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    low, top = extent
    high = top if top > low else low + 1
    scale = scale_of(unit, max(abs(high), abs(low)) if top > low else 0)
    locator = MaxNLocator(_TICKS, steps=[1, 2, 2.5, 5, 10])
    room = (high - low) * 0.06
    low, high = low - (room if low < 0 else 0), high + room
    scaled = locator.tick_values(low / scale.factor, high / scale.factor)
    ticks = [tick * scale.factor for tick in scaled if low <= tick * scale.factor <= high]
    names = [f"{tick / scale.factor:,.6g}{scale.suffix}" if tick else "0" for tick in ticks]
    axes.set_yticks(ticks, names)
    axes.set_ylim(low, high)
    axes.tick_params(length=0, labelsize=_LETTERS)
    return max(map(len, names), default=0) * _LETTER_IN + 0.08


def _horizontal(axes: "Axes", window: Window, most: int) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter  # noqa: PLC0415

    step = next((each for each in _TIMES_S if window.range_s / each <= most), _TIMES_S[-1])
    # a time under the corner would touch the other axis' figures
    first = math.ceil((window.begin_s + _CORNER * window.range_s) / step) * step
    axes.xaxis.set_major_locator(FixedLocator(list(_steps(first, window.end_s, step))))
    form = "%H:%M:%S" if step < _MINUTE_S or window.range_s < _SECONDS_SHOWN_BELOW_S else "%H:%M"
    form = "%d %b" if step >= _TIMES_S[-1] else form
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: datetime.fromtimestamp(value, UTC).strftime(form))
    )
    axes.set_xlim(window.begin_s, window.end_s)


def _steps(first: float, end: float, step: float) -> Iterator[float]:
    at = first
    while at <= end:
        yield at
        at += step


def _marks(axes: "Axes", marks: Sequence[Mark], window: Window) -> None:
    written_s = -math.inf
    for number, mark in enumerate(marks, start=1):
        color = COLORS[mark_color(mark)]
        axes.axvline(mark.at_s, color=color, linewidth=1.1, linestyle=(0, (3, 2)), zorder=4)
        if mark.at_s - written_s < _NUMBERS_APART * window.range_s:
            continue
        written_s = mark.at_s
        axes.annotate(
            str(number),
            (mark.at_s, 1),
            (0, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            color=color,
            fontsize=7.5,
        )


def mark_color(mark: Mark) -> str:
    """Return the page's colour for Grafana's."""
    return _COLORS.get(mark.annotation.color.split("-")[-1], "muted")


def _thresholds(axes: "Axes", answer: PanelAnswer) -> None:
    """Draw the thresholds that are within what is shown."""
    _, high = axes.get_ylim()
    for threshold in answer.panel.thresholds:
        color = {"green": "good", "yellow": "warn", "red": "bad"}[threshold.color]
        if color != "good" and 0 < threshold.value < high:
            axes.axhline(threshold.value, color=COLORS[color], linewidth=0.9, zorder=1.4)
