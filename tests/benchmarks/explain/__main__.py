"""Print the figures of the EXPLAIN report: all, or those that are named."""

import sys

from tests.benchmarks.explain import ablation, hypopg, parts
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "ablation": ablation.figures,
    "parts": parts.figures,
    "hypopg": hypopg.figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
