"""Print the figures of the exporter: all, or those that are named."""

import sys

from tests.benchmarks.exporter import peer
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "peer": peer.figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
