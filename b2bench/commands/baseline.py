"""`b2bench baseline`: record the work that query classes do, and show what was recorded."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

app = typer.Typer(
    help="Record and show the work that query classes do.",
    no_args_is_help=True,
)
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it there and not to --baseline."),
]


@app.command()
@with_settings(*WHERE, "baseline", "queries", "seed")
def record(settings: Settings, *, output: Output = None) -> ExitCode:
    """Explain every query class and keep the work that it did.

    The file is for git: one for each profile and major version of the server. An existing one
    is replaced, git keeps its history. Exit code 1 says that a query class could not be
    explained and is not in it.

    Examples:
        b2bench baseline record
        b2bench baseline record -o baselines/mine.json
    """
    from b2bench.commands._capture import (  # noqa: PLC0415 (--help stays fast)
        baseline_path,
        everything,
        take_capture,
    )
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._output import require_file_place  # noqa: PLC0415
    from b2bench.commands._summary import say_recorded  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    selection = everything(settings)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        path = output or baseline_path(settings, target)
        require_file_place(path)
        capture = take_capture(settings, target, selection, progress)
    return say_recorded(capture, path)


@app.command("show")
@with_settings(*WHERE, "baseline")
def show_baseline(settings: Settings) -> ExitCode:
    """Show what a baseline holds: its ground, and the work of each statement.

    Example:
        b2bench baseline show --baseline baselines/standard-pg18.json
    """
    from b2bench.commands._capture import baseline_path  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._summary import say_baseline  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from reports.baseline import read_baseline  # noqa: PLC0415

    path = settings.baseline
    if path is None:
        with progress_shown() as progress:
            path = baseline_path(settings, find_target(settings, progress))
    say_baseline(path, read_baseline(path))
    return ExitCode.FINE
