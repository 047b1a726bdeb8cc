"""`b2bench data`: fill the database, and show what is in it."""

from typing import Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

_MOST_JOBS = 64
app = typer.Typer(
    help="Fill the database with a data set, and show what is in it.", no_args_is_help=True
)
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        max=_MOST_JOBS,
        help="Threads that make and load rows; the data do not depend on it.",
    ),
]

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show rows and sizes by table; load nothing.")
]


@app.command()
@with_settings(*WHERE, "profile", "scale", "seed")
def generate(settings: Settings, *, jobs: Jobs = None, dry_run: DryRun = False) -> ExitCode:
    """Replace the data by a generated data set; the same profile and seed give the same rows.

    Only a database that b2bench made is filled: run `b2bench schema install` first.

    Examples:
        b2bench data generate
        b2bench data generate --profile tiny --seed 7
        b2bench data generate --scale 2.5 --dry-run
    """
    from b2bench.commands._console import progress_shown, say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._summary import data_set_lines, rows_table, sizes_table  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from loadgen.data.estimate import estimate  # noqa: PLC0415
    from loadgen.data.generate import generate as generate_data  # noqa: PLC0415
    from loadgen.data.profiles import load_profile  # noqa: PLC0415

    profile = load_profile(settings.profile).scaled(settings.scale)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        if dry_run:
            sizes = estimate(target, profile, seed=settings.seed, progress=progress)
            show(sizes_table(sizes))
            say("", "nothing was loaded; sizes are estimated from samples of up to 10,000 rows")
            return ExitCode.FINE
        data_set = generate_data(target, profile, seed=settings.seed, jobs=jobs, progress=progress)
    show(rows_table(data_set))
    say("", *data_set_lines(data_set))
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def describe(settings: Settings) -> ExitCode:
    """Show the data set that was loaded: profile, seed, rows of each table, checksum.

    Example:
        b2bench data describe
    """
    from b2bench.commands._console import progress_shown, say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._summary import data_set_lines, rows_table  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.marker import require_data_set  # noqa: PLC0415

    with progress_shown() as progress:
        data_set = require_data_set(find_target(settings, progress))
    show(rows_table(data_set))
    say("", *data_set_lines(data_set))
    return ExitCode.FINE
