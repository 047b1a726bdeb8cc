"""Print the figures of the data set: all, or those that are named."""

import sys

from tests.benchmarks.data import copying, growth, kills, memory, plans, restore
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "restore": restore.figures,
    "copying": copying.figures,
    "memory": memory.figures,
    "kills": kills.figures,
    "plans": plans.figures,
    "growth": growth.figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
