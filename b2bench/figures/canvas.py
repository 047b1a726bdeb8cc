"""A sheet to draw on: SVG in the page's colours, the same bytes for the same figures."""

import io
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

WIDTH_IN = 11.4
_TICKS_HIGH = 9
# no palette of ours has these, so that each can be found in the SVG and made a CSS variable
COLORS = {
    "ink": "#010203",
    "muted": "#010204",
    "line": "#010205",
    "grid": "#010206",
    "accent": "#010207",
    "soft": "#010208",
    "good": "#010209",
    "warn": "#01020a",
    "bad": "#01020b",
} | {f"series-{number}": f"#01030{number}" for number in range(1, 7)}


@contextmanager
def drawing(*, height_in: float, width_in: float = WIDTH_IN) -> "Iterator[Figure]":
    """Give an empty drawing in the style of the page."""
    from matplotlib import rc_context  # noqa: PLC0415 (half a second at start-up)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(_style()):
        yield Figure(figsize=(width_in, height_in), layout="constrained")


def _style() -> dict[Any, Any]:
    muted, line = COLORS["muted"], COLORS["line"]
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": "b2bench",
        "font.family": "sans-serif",
        "font.size": 10.5,
        # a query class's name is not mathematics
        "text.parse_math": False,
        "text.color": COLORS["ink"],
        "axes.labelcolor": muted,
        "axes.edgecolor": line,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "grid.color": COLORS["grid"],
        "grid.linewidth": 0.9,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "lines.markeredgewidth": 0,
    }


def log_axis(axis: Any, values: Iterable[float | None]) -> None:  # noqa: ANN401 (x or y)
    """Make an axis logarithmic, from the round number below the values to the one above."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator  # noqa: PLC0415

    drawn = [value for value in values if value]
    if not drawn:
        return
    ticks = round_numbers(min(drawn), max(drawn))
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.axes.set(**{f"{axis.axis_name}lim": (ticks[0] * 0.93, ticks[-1] * 1.07)})
    axis.set_major_locator(FixedLocator(_apart(ticks) if axis.axis_name == "y" else ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_tick_params(which="both", length=0)


def _apart(ticks: list[float]) -> list[float]:
    """Return powers of ten only where all round numbers would not fit above each other."""
    decades = [tick for tick in ticks if math.log10(tick).is_integer()]
    return ticks if len(ticks) <= _TICKS_HIGH else decades


def round_numbers(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 times powers of ten, from at most `low` to at least `high`.

    >>> round_numbers(0.3, 4)
    [0.2, 0.5, 1.0, 2.0, 5.0]
    """
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    grid = [float(f"{step}e{decade}") for decade in decades for step in (1, 2, 5)]
    first = max(tick for tick in grid if tick <= low)
    last = min(tick for tick in grid if tick >= high)
    return [tick for tick in grid if first <= tick <= last]


def legend(axes: "Axes", entries: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Put a legend on the right of a chart: labels and how what they mean looks."""
    handles = [handle(label, look) for label, look in entries]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.005, 1))


def handle(label: str, look: dict[str, Any]) -> "Line2D":
    """Return a mark for a legend."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    return Line2D([], [], label=label, **look)


def svg(figure: "Figure", name: str) -> Markup:
    """Return the drawing as an element for a page: no prolog, no metadata, ids of its own."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    for variable, sentinel in COLORS.items():
        text = text.replace(sentinel, f"var(--{variable})")
    return Markup(text)  # noqa: S704 (matplotlib escapes the names in it)
