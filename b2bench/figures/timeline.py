"""A run over its time: throughput, response times, its stages, and what went wrong when."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, log_axis, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# so much of the drawing is between the axes, and so much a letter of a stage's name takes
_AXIS_IN = 9.4
_LETTER_IN = 0.085
_LINES = (("p99", "series-2", 1.2), ("p95", "accent", 1.6), ("p50", "muted", 1.2))
# dots make a long line's file large
_DOTTED_MOST = 120
_KINDS_MOST = 6
_OTHERS = "other failures"
_LANE_IN = 0.26
_DOT = 5.0
_DOT_MOST = 13.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What happened in one second (or a longer interval) of a run.

    Args:
        elapsed_s: its middle.
        requests_per_s: not a number where there is none to be told.
    """

    elapsed_s: float
    requests_per_s: float
    failed_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stage of the run: its name and when it begins and ends, in seconds."""

    name: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Failures of one kind in one interval.

    Args:
        elapsed_s: its middle.
    """

    kind: str
    elapsed_s: float
    count: int


def timeline(
    intervals: Sequence[Interval], bands: Sequence[Band] = (), marks: Sequence[Mark] = ()
) -> Markup:
    """Draw requests per second, response times below it, and below these what went wrong.

    Args:
        intervals: the run, without gaps.
        bands: shaded by turns and named above; those too narrow for their names are numbered.
        marks: one row of dots for each kind, larger dots for more failures.
    """
    marked = _few_kinds(marks)
    kinds = list(dict.fromkeys(mark.kind for mark in marked))
    lane_in = _LANE_IN * len(kinds) + 0.1
    with drawing(height_in=4.4 + (lane_in if kinds else 0)) as figure:
        heights = (1.5, 2.3, lane_in) if kinds else (1.5, 2.3)
        rows = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        _requests(rows[0], intervals)
        _responses(rows[1], intervals)
        if kinds:
            _faults(rows[2], kinds, marked)
        for axes in rows:
            _stages(axes, bands)
        end_s = _end_s(intervals, bands, marked)
        rows[0].set_xlim(-0.01 * end_s, 1.01 * end_s)
        _stage_names(rows[0], bands)
        _failure_lines(rows[:2], intervals, marked)
        rows[-1].set_xlabel("seconds of the measurement")
        figure.align_ylabels(rows[:2])
        return svg(figure, "time")


def _end_s(intervals: Sequence[Interval], bands: Sequence[Band], marks: Sequence[Mark]) -> float:
    middles = [each.elapsed_s for each in intervals] + [each.elapsed_s for each in marks]
    return max((*middles, *(band.end_s for band in bands)), default=1.0)


def _requests(axes: "Axes", intervals: Sequence[Interval]) -> None:
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    at_s = [interval.elapsed_s for interval in intervals]
    done = [interval.requests_per_s for interval in intervals]
    axes.fill_between(at_s, done, color=COLORS["soft"], linewidth=0, zorder=2)
    axes.plot(at_s, done, color=COLORS["series-5"], linewidth=1.4, label="completed", zorder=3)
    failed = [interval.failed_per_s for interval in intervals]
    if any(failed):
        axes.plot(at_s, failed, color=COLORS["bad"], linewidth=1.4, label="failed", zorder=4)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_ylabel("requests/s")
    axes.grid(axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1))


def _responses(axes: "Axes", intervals: Sequence[Interval]) -> None:
    at_s = [interval.elapsed_s for interval in intervals]
    # without answers there is a gap in the line
    values = {
        "p99": [interval.p99_ms or math.nan for interval in intervals],
        "p95": [interval.p95_ms or math.nan for interval in intervals],
        "p50": [interval.p50_ms or math.nan for interval in intervals],
    }
    for name, color, width in _LINES:
        # a second alone between silent ones is a dot, not nothing
        dot = {"marker": ".", "markersize": 3} if len(at_s) <= _DOTTED_MOST else {}
        look: dict[str, Any] = {"color": COLORS[color], "linewidth": width, "zorder": 3, **dot}
        axes.plot(at_s, values[name], label=name, **look)
    drawn = [value for column in values.values() for value in column if not math.isnan(value)]
    if drawn:
        log_axis(axes.yaxis, drawn)
    else:
        axes.set_yticks([])
        axes.annotate(
            "no answers", (0.5, 0.5), xycoords="axes fraction", ha="center", color=COLORS["muted"]
        )
    axes.set_ylabel("response, ms")
    axes.grid(axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1))


def _few_kinds(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks of at most six kinds, the most frequent first; what is rarer is `other`."""
    totals = dict[str, int]()
    for mark in marks:
        totals[mark.kind] = totals.get(mark.kind, 0) + mark.count
    kinds = sorted(totals, key=lambda kind: (-totals[kind], kind))
    if len(kinds) > _KINDS_MOST:
        kinds = [*kinds[: _KINDS_MOST - 1], _OTHERS]
    named = [
        Mark(
            kind=mark.kind if mark.kind in kinds else _OTHERS,
            elapsed_s=mark.elapsed_s,
            count=mark.count,
        )
        for mark in marks
    ]
    return sorted(named, key=lambda mark: kinds.index(mark.kind))


def _faults(axes: "Axes", kinds: Sequence[str], marks: Sequence[Mark]) -> None:
    largest = max(mark.count for mark in marks)
    for mark in marks:
        size = _DOT + (_DOT_MOST - _DOT) * (mark.count / largest) ** 0.5
        at = [mark.elapsed_s]
        row = [kinds.index(mark.kind)]
        axes.plot(at, row, "o", color=COLORS["bad"], markersize=size, alpha=0.8, zorder=4)
    axes.set_yticks(range(len(kinds)), kinds, color=COLORS["ink"], fontsize=9)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)


def _failure_lines(
    rows: Sequence["Axes"], intervals: Sequence[Interval], marks: Sequence[Mark]
) -> None:
    """Lead the eye from where failures began up to what happened to the figures."""
    step_s = intervals[1].elapsed_s - intervals[0].elapsed_s if len(intervals) > 1 else 1.0
    failing = sorted({mark.elapsed_s for mark in marks})
    begun = [
        at
        for at, before in zip(failing, [-math.inf, *failing], strict=False)
        if at - before > step_s * 1.5
    ]
    dotted: dict[str, Any] = {"linewidth": 0.9, "linestyle": (0, (1, 2)), "zorder": 1.5}
    for at_s in begun:
        for axes in rows:
            axes.axvline(at_s, color=COLORS["bad"], **dotted)


def _stages(axes: "Axes", bands: Sequence[Band]) -> None:
    for place, band in enumerate(bands):
        if place % 2:
            axes.axvspan(band.begin_s, band.end_s, color=COLORS["grid"], linewidth=0, zorder=0)
        if place:
            axes.axvline(band.begin_s, color=COLORS["muted"], linewidth=0.8, zorder=1)


def _stage_names(axes: "Axes", bands: Sequence[Band]) -> None:
    for band, name in zip(bands, _fitting(bands), strict=True):
        axes.annotate(
            name,
            ((band.begin_s + band.end_s) / 2, 1),
            (0, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            color=COLORS["muted"],
            fontsize=9.5,
        )


def _fitting(bands: Sequence[Band]) -> Iterator[str]:
    """Yield the stages' names, or their numbers if any name is wider than its stage."""
    whole_s = sum(band.end_s - band.begin_s for band in bands) or 1.0
    fits = all(
        len(band.name) * _LETTER_IN <= _AXIS_IN * (band.end_s - band.begin_s) / whole_s
        for band in bands
    )
    for number, band in enumerate(bands, start=1):
        yield band.name if fits else str(number)
