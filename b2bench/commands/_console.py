"""What a person sees: lines and tables on standard output, progress on standard error."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from b2bench.findings import Finding, Severity
from b2bench.progress import Progress, silent

_WIDTH_WITHOUT_TERMINAL = 160
# a unit that takes longer is counted, not timed
_RATE_FROM = 10
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
GOOD, DOUBTFUL, BAD = "green", "yellow", "red"


def console() -> Console:
    """Return standard output: plain and wide unless it is a terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False, markup=False, emoji=False)
    return Console(
        highlight=False,
        markup=False,
        emoji=False,
        force_terminal=False,
        color_system=None,
        width=_WIDTH_WITHOUT_TERMINAL,
    )


def say(*lines: str, style: str = "") -> None:
    """Print lines, never broken where the terminal ends, so that they can be copied."""
    for line in lines:
        console().print(Text(line, style=style), soft_wrap=True)


def warn(line: str) -> None:
    """Print a line on standard error of what is not as it should be, and go on."""
    sys.stderr.write(f"b2bench: warning: {line}\n")
    sys.stderr.flush()


def show(table: Table) -> None:
    """Print a table, without blanks at the ends of lines where it goes into a file."""
    screen = console()
    if screen.is_terminal:
        screen.print(table)
        return
    with screen.capture() as captured:
        screen.print(table)
    say(*(line.rstrip() for line in captured.get().splitlines()))


def table(*columns: str, rows: Iterable[Sequence[str | Text]], title: str = "") -> Table:
    """Return a table; a column whose name begins with `>` is set to the right."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        if column.startswith(">"):
            made.add_column(column[1:], justify="right", overflow="fold")
        else:
            made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def say_findings(findings: Iterable[Finding]) -> None:
    """Print one line for each finding, with what to do about it."""
    for finding in findings:
        say(finding.line, style=_STYLES[finding.severity])


class _Done(ProgressColumn):
    """How much is done of how much, where that is known."""

    def render(self, task: Task) -> Text:
        """Return e.g. `1,000/1,526,139`."""
        return Text("" if task.total is None else f"{task.completed:,.0f}/{task.total:,.0f}")


class _Rate(ProgressColumn):
    """How fast it goes, where that is worth saying."""

    def render(self, task: Task) -> Text:
        """Return e.g. `412,034/s`."""
        return Text(f"{task.speed:,.0f}/s" if (task.speed or 0) >= _RATE_FROM else "")


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """Yield a progress that draws one line on a terminal, and nothing anywhere else."""
    if not sys.stderr.isatty():
        yield silent
        return
    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _Done(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        task = bars.add_task("", total=None)

        def update(phase: str, *, done: int = 0, total: int | None = None) -> None:
            # each phase has a speed of its own
            if bars.tasks[0].description != phase:
                bars.reset(task, description=phase)
            # rich takes `total=None` for "as before", and stops its clock at the first end
            bars.tasks[0].total, bars.tasks[0].finished_time = total, None
            bars.update(task, description=phase, completed=done)

        yield update
