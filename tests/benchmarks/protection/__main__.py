"""Print what protection costs: all figures, or those that are named."""

import sys

from tests.benchmarks.printing import Figures, print_figures
from tests.benchmarks.protection import judged

_FIGURES: Figures = {"gate": judged.figures}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
