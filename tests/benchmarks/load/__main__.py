"""Print the figures of the load: all, or those that are named."""

import sys

from tests.benchmarks.load import cost, many_users, stall, wrong
from tests.benchmarks.printing import Figures, print_figures

_FIGURES: Figures = {
    "cost": cost.figures,
    "stall": stall.figures,
    "lag": stall.lag_figures,
    "users": many_users.figures,
    "busy": wrong.busy_figures,
    "crash": wrong.crash_figures,
    "deadlocks": wrong.last_units_figures,
}

if __name__ == "__main__":
    sys.exit(print_figures(_FIGURES, sys.argv[1:]))
