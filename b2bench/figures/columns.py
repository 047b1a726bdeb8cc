"""A small histogram: how often something was how large."""

from collections.abc import Sequence

from markupsafe import Markup

from b2bench.figures.canvas import COLORS, drawing, svg


def columns(
    counts: Sequence[int], edges: Sequence[str], *, axis: str, bad_from: int, name: str
) -> Markup:
    """Draw one column for each count.

    Args:
        counts: from the lowest class to the highest.
        edges: what stands between the columns, one more than there are.
        axis: what the edges are, with their unit.
        bad_from: the first class that speaks against the run, counted from 0.
        name: of the drawing, for its ids.
    """
    with drawing(height_in=1.5, width_in=3.6) as figure:
        axes = figure.add_subplot()
        colors = [COLORS["bad" if place >= bad_from else "accent"] for place in range(len(counts))]
        places = [place + 0.5 for place in range(len(counts))]
        axes.bar(places, counts, width=0.86, color=colors, zorder=2)
        axes.set_xticks(range(len(edges)), edges, fontsize=8.5)
        axes.set_yticks([max(counts, default=0)])
        axes.tick_params(length=0, labelsize=8.5)
        axes.set_xlim(-0.1, len(counts) + 0.1)
        axes.set_xlabel(axis, fontsize=8.5)
        axes.set_ylabel("seconds", fontsize=8.5)
        return svg(figure, name)
