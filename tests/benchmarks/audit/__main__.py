"""Print the figures of the audit: all, or those that are named."""

import sys

from tests.benchmarks.audit import bulk, rebuilding, single
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "bulk": bulk.figures,
    "single": single.figures,
    "rebuild": rebuilding.figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
