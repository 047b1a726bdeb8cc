"""`b2bench data`: fill the database, and show what is in it."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import KEY_PLACE, WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput
from b2bench.findings import ExitCode
from loadgen.data.form import Form

if TYPE_CHECKING:
    from b2bench.progress import Progress
    from b2bench.target import Target
    from loadgen.data.profiles import Profile

_MOST_JOBS = 64
_SKEW_TIMEOUT_S = 600
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
Grow = Annotated[
    str | None,
    typer.Option(
        "--grow", metavar="2x", help="What is loaded, larger by this factor; same profile, seed."
    ),
]
Churn = Annotated[
    str | None,
    typer.Option(
        "--churn", metavar="5%", help="Then update so many rows, and leave the dead ones there."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="Write files there; load nothing."),
]
Files = Annotated[Form, typer.Option("--format", help="What files are written in.")]
Page = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write a page with a picture there, too."),
]


@app.command()
@with_settings(*WHERE, *KEY_PLACE, "profile", "scale", "seed")
def generate(
    settings: Settings,
    *,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    grow: Grow = None,
    churn: Churn = None,
    output: Folder = None,
    as_: Files = Form.CSV,
) -> ExitCode:
    """Replace the data by a generated data set; the same profile and seed give the same rows.

    Only a database that b2bench made is filled: run `b2bench schema install` first. A load that
    was killed is gone on with when the same command is given again.

    Examples:
        b2bench data generate
        b2bench data generate --profile tiny --seed 7
        b2bench data generate --scale 2.5 --dry-run
        b2bench data generate --grow 2x
        b2bench data generate --churn 5%
        b2bench data generate --profile origin --output shop --format parquet
    """
    from b2bench.commands._console import progress_shown, say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._keys import key_place  # noqa: PLC0415
    from b2bench.commands._summary import data_set_lines, rows_table  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import connect  # noqa: PLC0415
    from loadgen.data.churn import churn as churn_data  # noqa: PLC0415
    from loadgen.data.generate import generate as generate_data  # noqa: PLC0415
    from loadgen.data.profiles import load_profile  # noqa: PLC0415
    from schema.personal.location import make_keys  # noqa: PLC0415

    _require_one_of({"--dry-run": dry_run, "--churn": churn, "--output": output})
    _require_one_of({"--grow": grow, "--output": output})
    factor = factor_of(grow) if grow else None
    share = share_of(churn) if churn else None
    profile, seed = load_profile(settings.profile).scaled(settings.scale), settings.seed
    if output:
        return _write_files(output, profile, as_, seed)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        if factor:
            profile, seed = _grown(target, factor)
        if dry_run:
            return _show_sizes(target, profile, seed, progress)
        data_set = generate_data(target, profile, seed=seed, jobs=jobs, progress=progress)
        with connect(target) as connection:
            make_keys(connection, key_place(settings))
        changed = churn_data(target, share, progress) if share else 0
    show(rows_table(data_set))
    say("", *data_set_lines(data_set))
    if changed:
        say(f"churn:    {changed:,} rows updated; neither VACUUM nor ANALYZE has seen it")
    return ExitCode.FINE


def _write_files(folder: Path, profile: "Profile", form: Form, seed: int) -> ExitCode:
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from loadgen.data.export import export  # noqa: PLC0415

    with progress_shown() as progress:
        rows = export(folder, profile, form, seed=seed, progress=progress)
    say(f"{sum(rows.values()):,} rows of {len(rows)} tables written: {folder}")
    return ExitCode.FINE


def _grown(target: "Target", factor: Decimal) -> tuple["Profile", int]:
    """Return what is loaded, larger by a factor, and its seed."""
    from b2bench.marker import require_data_set  # noqa: PLC0415 (fast --help)
    from loadgen.data.profiles import load_profile  # noqa: PLC0415

    found = require_data_set(target)
    return load_profile(found.profile).scaled(found.scale * factor), found.seed


def _show_sizes(target: "Target", profile: "Profile", seed: int, progress: "Progress") -> ExitCode:
    from b2bench.commands._console import say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._summary import sizes_table  # noqa: PLC0415
    from loadgen.data.estimate import estimate  # noqa: PLC0415

    show(sizes_table(estimate(target, profile, seed=seed, progress=progress)))
    say("", "nothing was loaded; sizes are estimated from samples of up to 10,000 rows")
    return ExitCode.FINE


def _require_one_of(given: dict[str, object]) -> None:
    named = [option for option, value in given.items() if value]
    if len(named) > 1:
        raise BadInput(f"{' and '.join(named)} do not go together: give one of them")


def factor_of(text: str) -> Decimal:
    """Return the factor that `2x` or `2.5` stands for.

    Raises:
        BadInput: it is none.
    """
    return _positive(text.removesuffix("x"), f"--grow {text}: write a factor such as 2x")


def share_of(text: str) -> Decimal:
    """Return the share that `5%` stands for, from 0 to 1.

    Raises:
        BadInput: it is none.
    """
    mend = f"--churn {text}: write a percentage up to 100 such as 5%"
    share = _positive(text.removesuffix("%"), mend) / 100
    if share > 1:
        raise BadInput(mend)
    return share


def _positive(text: str, mend: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadInput(mend) from None
    if not value.is_finite() or value <= 0:
        raise BadInput(mend)
    return value


@app.command()
@with_settings(*WHERE)
def describe(settings: Settings, *, output: Page = None) -> ExitCode:
    """Show the data set that was loaded: profile, seed, rows of each table, checksum, skew.

    The skew is measured in the database and compared with what the generator declares.

    Examples:
        b2bench data describe
        b2bench data describe --output skew.html
    """
    from b2bench.commands._console import progress_shown, say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._output import require_file_place, write_text  # noqa: PLC0415
    from b2bench.commands._summary import data_set_lines, rows_table, skew_table  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import reading  # noqa: PLC0415
    from b2bench.marker import require_data_set  # noqa: PLC0415
    from b2bench.provenance import provenance  # noqa: PLC0415
    from loadgen.data.skew import demands, skews  # noqa: PLC0415
    from loadgen.data.skew.page import render_skew_page, skew_verdict  # noqa: PLC0415

    if output:
        require_file_place(output)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        data_set = require_data_set(target)
        progress("skew")
        with reading(target, statement_timeout_s=_SKEW_TIMEOUT_S) as connection:
            measured = skews(connection, data_set)
            met = demands(connection, data_set)
            origin = provenance(connection)
    show(rows_table(data_set))
    say("")
    show(skew_table(measured))
    say("", skew_verdict(measured), "", *data_set_lines(data_set))
    if output:
        write_text(output, render_skew_page(data_set, measured, met, origin))
        say(f"page:     {output}")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def verify(settings: Settings) -> ExitCode:
    """Check that the data keep every rule of the shop, and are as skewed as declared.

    Rules, orphans, row counts, values and skew are looked at by SQL; exit code 1 when one is not
    as it must be.

    Example:
        b2bench data verify
    """
    from b2bench.commands._console import progress_shown, say, show  # noqa: PLC0415 (fast --help)
    from b2bench.commands._summary import contract_table, contract_verdict  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import reading  # noqa: PLC0415
    from b2bench.marker import require_data_set  # noqa: PLC0415
    from loadgen.data.contract import verify as verify_contract  # noqa: PLC0415
    from loadgen.data.skew import skews  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        checks = verify_contract(target, progress)
        progress("skew")
        with reading(target, statement_timeout_s=_SKEW_TIMEOUT_S) as connection:
            measured = skews(connection, require_data_set(target))
    show(contract_table(checks, measured))
    say("", contract_verdict(checks, measured))
    good = all(check.ok for check in checks) and all(skew.within for skew in measured)
    return ExitCode.FINE if good else ExitCode.VERDICT_NO
