"""`b2bench baseline`: record the work that query classes do, show it, accept a change of it."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

app = typer.Typer(
    help="Record and show the work that query classes do, and accept a change of it.",
    no_args_is_help=True,
)
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it there and not to --baseline."),
]
Scratch = Annotated[
    bool,
    typer.Option(
        "--scratch",
        help="The database is one to experiment with, though b2bench did not make it: classes that"
        " change data are recorded, too, on a copy.",
    ),
]
WithoutConstants = Annotated[
    bool,
    typer.Option(
        "--without-constants",
        help="Hide the constants in definitions of indexes, functions and the like; an object"
        " with a hidden constant cannot be restored to prove a cause.",
    ),
]
Class = Annotated[str, typer.Argument(metavar="CLASS", help="The query class.")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="Why more work is right; kept with the class.")
]


@app.command()
@with_settings(*WHERE, "baseline", "queries", "seed")
def record(
    settings: Settings,
    *,
    output: Output = None,
    scratch: Scratch = False,
    without_constants: WithoutConstants = False,
) -> ExitCode:
    """Explain every query class and keep the work that it did.

    The file is for git: one for each profile and major version of the server. An existing one
    is replaced, git keeps its history. Exit code 1 says that a query class could not be
    explained and is not in it.

    Examples:
        b2bench baseline record
        b2bench baseline record -o baselines/mine.json
    """
    from b2bench.commands._baseline import record_baseline  # noqa: PLC0415 (--help stays fast)

    return record_baseline(
        settings, output=output, scratch=scratch, with_constants=not without_constants
    )


@app.command()
@with_settings(*WHERE, "baseline", "policy", "queries")
def accept(settings: Settings, *, query: Class, why: Why, scratch: Scratch = False) -> ExitCode:
    """Take over the work that one query class does now, with the reason.

    The other classes stay as they were recorded, and so does the catalogue as long as one of
    them is worse; the reason stands in the file, for the review.

    Example:
        b2bench baseline accept search --why "ranks by margin, too"
    """
    from b2bench.commands._baseline import accept_class  # noqa: PLC0415 (--help stays fast)

    return accept_class(settings, query, why, scratch=scratch)


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
