"""Print the figures of the exporter: all, or those that are named."""

import sys

from tests.benchmarks.exporter import guest, join, peer, pgbench
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "peer": peer.figures,
    "guest": guest.figures,
    "join": join.figures,
    "pgbench": pgbench.figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
