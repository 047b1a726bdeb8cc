"""Print the figures of the data set: all, or those that are named."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Console

from tests.benchmarks.data import copying, growth, kills, memory, plans, restore
from tests.benchmarks.data.laboratory import Laboratory, Line, laboratory

_FIGURES: Mapping[str, Callable[[Laboratory], Iterator[Line]]] = {
    "restore": restore.figures,
    "copying": copying.figures,
    "memory": memory.figures,
    "kills": kills.figures,
    "plans": plans.figures,
    "growth": growth.figures,
}
_WORDS = {True: "[green]met[/]", False: "[red]not met[/]"}


def main(names: Sequence[str]) -> int:
    """Measure and print each figure as soon as it is there; 1 when one is not as wanted."""
    if unknown := set(names) - _FIGURES.keys():
        sys.stderr.write(
            f"no figure {', '.join(sorted(unknown))}: there is {', '.join(_FIGURES)}\n"
        )
        return 2
    console, met = Console(highlight=False, soft_wrap=True), True
    with laboratory() as lab:
        for name in names or _FIGURES:
            begin = time.monotonic()
            console.print(f"[bold]{name}[/]")
            for line in _FIGURES[name](lab):
                met = met and line.met
                console.print(f"  {_shown(line)}")
            console.print(f"  [dim]{time.monotonic() - begin:.0f} s[/]")
    return 0 if met else 1


def _shown(line: Line) -> str:
    wanted = f" ({line.wanted}: {_WORDS[line.met]})" if line.wanted else ""
    return f"{line.what}: [bold]{line.measured}[/]{wanted}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
