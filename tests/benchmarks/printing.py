"""Print figures as they come: all, or those that are named."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Console

from tests.benchmarks.laboratory import Laboratory, Line, laboratory

Figures = Mapping[str, Callable[[Laboratory], Iterator[Line]]]
_WORDS = {True: "[green]met[/]", False: "[red]not met[/]"}


def print_figures(figures: Figures, names: Sequence[str]) -> int:
    """Measure and print each figure as soon as it is there; 1 when one is not as wanted."""
    if unknown := set(names) - figures.keys():
        sys.stderr.write(f"no figure {', '.join(sorted(unknown))}: there is {', '.join(figures)}\n")
        return 2
    console, met = Console(highlight=False, soft_wrap=True), True
    with laboratory() as lab:
        for name in names or figures:
            begin = time.monotonic()
            console.print(f"[bold]{name}[/]")
            for line in figures[name](lab):
                met = met and line.met
                console.print(f"  {_shown(line)}")
            console.print(f"  [dim]{time.monotonic() - begin:.0f} s[/]")
    return 0 if met else 1


def _shown(line: Line) -> str:
    wanted = f" ({line.wanted}: {_WORDS[line.met]})" if line.wanted else ""
    return f"{line.what}: [bold]{line.measured}[/]{wanted}"
