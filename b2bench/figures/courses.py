"""The same figure of several runs over their time, beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, log_axis, svg

_SERIES = 6
# of falling size, so that lines that cover each other are all seen
_MARKS = (("o", 6.5), ("s", 4.5), ("D", 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A figure over a run's time, e.g. `((0, 1.2), (1, 8.0))`: seconds, and milliseconds."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A span of the runs' time in which something went on."""

    name: str
    begin_s: float
    end_s: float


def courses(lines: Sequence[Course], happening: Happening, *, vertical: str) -> Markup:
    """Draw a line for each run, and the span behind them; log axis."""
    with drawing(height_in=2.7) as figure:
        axes = figure.add_subplot()
        span_s = happening.begin_s, happening.end_s
        axes.axvspan(*span_s, color=COLORS["soft"], linewidth=0, label=happening.name)
        for place, line in enumerate(lines):
            marker, size = _MARKS[place % len(_MARKS)]
            look: dict[str, Any] = {"marker": marker, "markersize": size, "linewidth": 1.6}
            axes.plot(
                [at_s for at_s, _ in line.points],
                [value for _, value in line.points],
                color=COLORS[f"series-{place % _SERIES + 1}"],
                label=line.name,
                **look,
            )
        log_axis(axes.yaxis, [value for line in lines for _, value in line.points])
        axes.set_ylabel(vertical)
        axes.set_xlabel("seconds of the measurement")
        axes.margins(x=0.01)
        axes.grid(axis="y")
        axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1))
        return svg(figure, "courses")
