"""Print the figures of personal data: all, or those that are named."""

import sys

from tests.benchmarks.personal import rows, values
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {"values": values.figures, "rows": rows.figures}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
