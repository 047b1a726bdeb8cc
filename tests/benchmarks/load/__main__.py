"""Print the figures of the load: all, or those that are named."""

import sys

from tests.benchmarks.load import cost, stall
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "cost": cost.figures,
    "stall": stall.figures,
    "lag": stall.lag_figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
