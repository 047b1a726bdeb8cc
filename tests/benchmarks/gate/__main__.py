"""Print the figures of the gate: all, or those that are named."""

import sys
from argparse import ArgumentParser
from functools import partial

from tests.benchmarks.gate import pairs, peers, quick
from tests.benchmarks.printing import Figures, print_figures

_FIGURES = {"pairs": pairs.figures, "quick": quick.figures, "peers": peers.figures}


def _main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.benchmarks.gate", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="figure", help=", ".join(_FIGURES))
    parser.add_argument("--rounds", type=int, help="of each figure; each has its own default")
    parser.add_argument("--profile", default="standard", help="of the data (default: standard)")
    wanted = parser.parse_args(arguments)
    how = {"profile": wanted.profile} | ({"rounds": wanted.rounds} if wanted.rounds else {})
    figures: Figures = {name: partial(each, **how) for name, each in _FIGURES.items()}
    return print_figures(figures, wanted.names)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
