"""Timings drawn: each class's ratio with its interval, the furthest from 1 first."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from b2bench.figures.forest import ForestRow, Interval, forest
from reports.timing import TimeVerdict, Timing

_MOST_ROWS = 40


def timing_figure(timings: Sequence[Timing], *, tolerance: float = 0.1) -> Markup:
    """Draw a forest plot of what was timed; of many, those that are furthest from 1.

    Args:
        timings: of a run, in any order; at least one that was timed.
        tolerance: the relative floor, drawn as a band.
    """
    timed = [timing for timing in timings if timing.verdict is not TimeVerdict.UNTIMED]
    furthest = sorted(timed, key=lambda timing: -abs(math.log(timing.ratio)))
    return forest([_row(timing) for timing in furthest[:_MOST_ROWS]], tolerance=tolerance)


def _row(timing: Timing) -> ForestRow:
    interval = Interval(ratio=timing.ratio, low=timing.low, high=timing.high)
    return ForestRow(name=timing.subject, moved={"mean": interval})
