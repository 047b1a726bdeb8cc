"""Charts of a capacity: throughput over sessions with the fitted law, p95 over the offered rate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, legend, log_axis, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADROOM = 1.18
_SERIES = 6
_DASHED = (0, (4, 2))
_DOTTED = (0, (1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPoint:
    """Throughput with so many sessions at work.

    Args:
        half: of its interval, per second; 0 where it has none.
        used: whether the law was fitted to it.
    """

    sessions: int
    per_s: float
    half: float = 0.0
    used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Throughput that the law expects with so many sessions, and its interval."""

    sessions: float
    per_s: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What the chart of throughput over sessions shows.

    Args:
        law: the curve with its band; empty where there is no law.
        one_session: throughput of one session, which many would multiply if nothing held them up.
        predicted: for the held-out step, with the interval of a prediction.
        held_out: what was measured there.
        capacity_per_s: within the targets.
    """

    points: Sequence[SessionsPoint]
    law: Sequence[Expected] = ()
    one_session: float = 0.0
    predicted: Expected | None = None
    held_out: SessionsPoint | None = None
    capacity_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """A query class's 95th percentile at rising rates, `(rate, value)`; `broke` marks the first."""

    name: str
    points: tuple[tuple[float, float], ...]
    broke: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """What the chart of p95 over the rate shows.

    Args:
        unit: what the vertical axis counts.
        limit: the target in that unit.
        held: the highest rate that held.
        broke: the lowest that did not.
    """

    lines: Sequence[ClassLine]
    unit: str
    limit: float
    held: float | None
    broke: float | None


def throughput_over_sessions(shown: Throughput) -> Markup:
    """Draw what sessions get through, the law and its band, the held-out step beside them."""
    with drawing(height_in=3.9) as figure:
        axes = figure.add_subplot()
        most = max(point.sessions for point in _all_points(shown))
        top = _HEADROOM * max(point.per_s + point.half for point in _all_points(shown))
        _law(axes, shown, most)
        for point in shown.points:
            _dot(axes, point, **_look(point))
        _held_out(axes, shown)
        if shown.capacity_per_s is not None:
            line: dict[str, Any] = {"color": COLORS["good"], "linestyle": _DOTTED}
            axes.axhline(shown.capacity_per_s, linewidth=1.6, zorder=2, **line)
            top = max(top, _HEADROOM * shown.capacity_per_s)
        axes.set_xlim(0, most * 1.06)
        axes.set_ylim(0, top)
        axes.set_xlabel("sessions at work")
        axes.set_ylabel("requests/s")
        axes.grid(axis="y")
        legend(axes, _throughput_key(shown))
        return svg(figure, "throughput")


def _all_points(shown: Throughput) -> list[SessionsPoint]:
    return [*shown.points, *([shown.held_out] if shown.held_out else [])]


def _law(axes: "Axes", shown: Throughput, most: int) -> None:
    if not shown.law:
        return
    at = [each.sessions for each in shown.law]
    low, high = [each.low for each in shown.law], [each.high for each in shown.law]
    axes.fill_between(at, low, high, color=COLORS["soft"], linewidth=0, zorder=1)
    middle = [each.per_s for each in shown.law]
    axes.plot(at, middle, color=COLORS["accent"], linewidth=1.7, zorder=3)
    linear: dict[str, Any] = {"color": COLORS["muted"], "linestyle": _DASHED}
    axes.plot([0, most], [0, most * shown.one_session], linewidth=1.1, zorder=2, **linear)


def _look(point: SessionsPoint) -> dict[str, Any]:
    if point.used:
        return {"marker": "o", "color": COLORS["accent"], "markersize": 6.5}
    return {"marker": "x", "color": COLORS["muted"], "markersize": 7, "markeredgewidth": 1.6}


def _dot(axes: "Axes", point: SessionsPoint, **look: Any) -> None:  # noqa: ANN401 (a marker's look)
    if point.half:
        span = [point.per_s - point.half, point.per_s + point.half]
        axes.plot([point.sessions] * 2, span, color=look["color"], linewidth=1.4, zorder=4)
    axes.plot([point.sessions], [point.per_s], linestyle="none", zorder=5, **look)


_HELD_OUT: dict[str, Any] = {
    "marker": "o",
    "color": COLORS["series-2"],
    "markerfacecolor": "none",
    "markeredgewidth": 2,
    "markersize": 8,
}
_PREDICTED: dict[str, Any] = {"color": COLORS["series-4"], "linewidth": 1.6}


def _held_out(axes: "Axes", shown: Throughput) -> None:
    if shown.predicted is not None:
        low, high = shown.predicted.low, shown.predicted.high
        # beside the measured step, so that neither hides the other
        at = shown.predicted.sessions * 1.015
        axes.plot([at, at], [low, high], zorder=4, **_PREDICTED)
        end = {"color": _PREDICTED["color"], "markersize": 9, "markeredgewidth": 1.6}
        for value in (low, shown.predicted.per_s, high):
            axes.plot([at], [value], marker="_", zorder=4, **end)
    if shown.held_out is not None:
        _dot(axes, shown.held_out, **_HELD_OUT)


def _throughput_key(shown: Throughput) -> Iterator[tuple[str, dict[str, Any]]]:
    none = {"linestyle": "none"}
    used = SessionsPoint(sessions=0, per_s=0)
    yield "measured", none | _look(used)
    if not all(point.used for point in shown.points):
        yield "not used for the law", none | _look(SessionsPoint(sessions=0, per_s=0, used=False))
    if shown.law:
        yield "law", {"color": COLORS["accent"], "linewidth": 1.7}
        yield "its 95 % interval", {"color": COLORS["soft"], "linewidth": 8}
        yield "one session, multiplied", {"color": COLORS["muted"], "linestyle": _DASHED}
    if shown.held_out is not None:
        yield "held out", none | _HELD_OUT
        yield "predicted for it", _PREDICTED
    if shown.capacity_per_s is not None:
        dotted = {"color": COLORS["good"], "linestyle": _DOTTED, "linewidth": 1.6}
        yield "holds within the targets", dotted


def latency_over_rate(shown: Latencies) -> Markup:
    """Draw the 95th percentile of query classes over the offered rate, beside the target."""
    with drawing(height_in=3.7) as figure:
        axes = figure.add_subplot()
        for place, line in enumerate(shown.lines):
            rates, p95 = [rate for rate, _ in line.points], [value for _, value in line.points]
            axes.plot(rates, p95, zorder=4 if line.broke else 3, **_class(place, line))
        axes.axhline(shown.limit, color=COLORS["warn"], linewidth=2, zorder=2)
        _gap(axes, shown)
        values = [value for line in shown.lines for _, value in line.points]
        log_axis(axes.yaxis, [*values, shown.limit])
        axes.set_xlabel("requests/s offered")
        axes.set_ylabel(shown.unit)
        axes.set_xlim(left=0)
        axes.grid(axis="y")
        legend(axes, _latency_key(shown))
        return svg(figure, "latency-over-rate")


def _class(place: int, line: ClassLine) -> dict[str, Any]:
    color = COLORS["bad"] if line.broke else COLORS[f"series-{place % _SERIES + 1}"]
    return {
        "color": color,
        "linewidth": 2.2 if line.broke else 1.4,
        "marker": "o",
        "markersize": 5 if line.broke else 3.5,
    }


def _gap(axes: "Axes", shown: Latencies) -> None:
    """Shade the rates between the last that held and the first that did not."""
    if shown.held is not None and shown.broke is not None:
        axes.axvspan(shown.held, shown.broke, color=COLORS["soft"], linewidth=0, zorder=1)


def _latency_key(shown: Latencies) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, line in enumerate(shown.lines):
        yield f"{line.name} (broke first)" if line.broke else line.name, _class(place, line)
    yield "target", {"color": COLORS["warn"], "linewidth": 2}
    if shown.held is not None and shown.broke is not None:
        yield "holds below, breaks above", {"color": COLORS["soft"], "linewidth": 8}
