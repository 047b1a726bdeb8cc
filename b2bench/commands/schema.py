"""`b2bench schema`: bring the database's schema up, down, check it, and write it for Prisma."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands import audit, personal
from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode, exit_code

app = typer.Typer(
    help="Install the shop's schema, check it, write it for Prisma.",
    no_args_is_help=True,
)
app.add_typer(audit.app, name="audit")
app.add_typer(personal.app, name="personal")
Up = Annotated[str, typer.Argument(metavar="[REVISION]", help="A number like 0004, or head.")]
ExpandOnly = Annotated[bool, typer.Option(help="Stop before the first that contracts.")]
Pages = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the pages.")]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh", help="Of a new schema and the data set standard, on a throw-away server."
    ),
]
Down = Annotated[str, typer.Argument(metavar="REVISION", help="A number like 0004, -1, or base.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
]


@app.command()
@with_settings(*WHERE)
def install(settings: Settings) -> ExitCode:
    """Make the database if it is not there, and bring it to the newest schema.

    A database that holds tables and that b2bench did not make is refused, nothing is touched.

    Examples:
        b2bench schema install
        b2bench schema install --dsn postgresql://me@host/new_database
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415

    with progress_shown() as progress:
        done = migrate.install(find_target(settings, progress), progress)
    return _say_done("applied", done)


@app.command()
@with_settings(*WHERE)
def upgrade(settings: Settings, revision: Up = "head", expand_only: ExpandOnly = False) -> ExitCode:
    """Run the migrations that the database has not, up to a revision.

    With --expand-only stop before the first that takes away what an older release uses.

    Examples:
        b2bench schema upgrade
        b2bench schema upgrade 0004
        b2bench schema upgrade --expand-only
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        last = migrate.before_contract(target) if expand_only else revision
        done = migrate.upgrade(target, last, progress) if last else ()
    return _say_done("applied", done)


@app.command(context_settings={"ignore_unknown_options": True})
@with_settings(*WHERE)
def downgrade(settings: Settings, revision: Down) -> ExitCode:
    """Take migrations back, the newest first, down to a revision.

    Examples:
        b2bench schema downgrade 0004
        b2bench schema downgrade -1
        b2bench schema downgrade base
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415

    with progress_shown() as progress:
        done = migrate.downgrade(find_target(settings, progress), revision, progress)
    return _say_done("taken back", done)


@app.command()
@with_settings(*WHERE)
def status(settings: Settings) -> ExitCode:
    """Show which migrations the database has; exit code 1 if some are missing.

    Example:
        b2bench schema status
    """
    from b2bench.commands._console import progress_shown, show, table  # noqa: PLC0415 (fast --help)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415
    from schema.stepwise import read_migration  # noqa: PLC0415

    with progress_shown() as progress:
        found = migrate.status(find_target(settings, progress))
    states = dict.fromkeys(found.applied, "applied") | dict.fromkeys(found.pending, "pending")
    if found.interrupted:
        states[found.interrupted] += ", interrupted"
    rows = [(name, read_migration(name).phase, state) for name, state in states.items()]
    show(table("migration", "phase", "state", rows=rows))
    return ExitCode.VERDICT_NO if found.pending else ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def verify(settings: Settings) -> ExitCode:
    """Check migrations and integrity; exit code 1 if something is wrong.

    Looks for rows whose parent is not there, constraints that were never validated, triggers that
    are off, indexes that are invalid, duplicate or unused, foreign keys without an index, sequences
    near their end, and foreign keys that go in a circle. Works on any PostgreSQL; what migrations
    made is looked for where b2bench made the database.

    Examples:
        b2bench schema verify
        b2bench schema verify --dsn postgresql://me@host/their_database
    """
    from b2bench.commands._console import progress_shown, say, say_findings  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415
    from schema.integrity import check_integrity  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        ours = migrate.is_ours(target)
        findings = (*(migrate.verify(target) if ours else ()), *check_integrity(target, progress))
    say_findings(findings)
    if not findings:
        say("every migration is in effect" if ours else "b2bench did not make this database")
        say("no orphans, no rule that is off, no index in vain")
    return exit_code(findings)


@app.command()
@with_settings(*WHERE)
def diff(settings: Settings) -> ExitCode:
    """Compare the database with what its migrations make; exit code 1 if they differ.

    The migrations are run into a scratch database on the same server, which is dropped afterwards.

    Example:
        b2bench schema diff
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import drift  # noqa: PLC0415

    with progress_shown() as progress:
        found = drift.differences_from_migrations(find_target(settings, progress), progress)
    for difference in found:
        say(difference.shown)
        say(*drift.definitions(difference))
    if not found:
        say("the database is what its migrations make")
    return ExitCode.VERDICT_NO if found else ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def reset(settings: Settings) -> ExitCode:
    """Drop the database with all its data and install the schema afresh.

    Only a database that b2bench made is dropped; any other is refused, nothing is touched.

    Example:
        b2bench schema reset
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema import migrate  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        migrate.reset(target, progress)
    say(f"{target.database} was dropped and installed afresh, without data")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def prisma(settings: Settings, *, output: Output = None) -> ExitCode:
    """Write a schema.prisma for Prisma 7, from the live catalogue.

    It has every table of the schema public, whoever made it. What Prisma cannot hold (checks,
    triggers, partial indexes and the like) stays in the database only; comments say so.

    Examples:
        b2bench schema prisma
        b2bench schema prisma --output prisma/schema.prisma
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._output import require_file_place, write_text  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema.prisma import prisma_schema  # noqa: PLC0415

    if output is not None:
        require_file_place(output)
    with progress_shown() as progress:
        written = prisma_schema(find_target(settings, progress))
    if output is None:
        typer.echo(written, nl=False)
    else:
        write_text(output, written)
        say(f"written: {output}")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE, "queries", "seed")
def documents(
    settings: Settings, *, output: Pages = Path("docs/schema"), fresh: Fresh = False
) -> ExitCode:
    """Write the schema's documents: diagrams, dictionary, business rules, indexes.

    They are made from the catalogue of a database that b2bench made. Where it holds data, the page
    of indexes tells which query classes each one serves, as plans on a copy of the data say.

    Examples:
        b2bench schema documents
        b2bench schema documents --fresh --output pages
    """
    from b2bench.commands._console import progress_shown, say, say_findings  # noqa: PLC0415
    from b2bench.commands._documents import make_documents, source  # noqa: PLC0415 (fast --help)
    from b2bench.commands._output import require_folder_place, write_text  # noqa: PLC0415

    require_folder_place(output)
    with progress_shown() as progress, source(settings, progress, fresh=fresh) as target:
        made = make_documents(settings, target, progress)
    for name, text in made.texts.items():
        write_text(output / name, text)
    say_findings(made.findings)
    say(f"{len(made.texts)} documents: {output / 'README.md'}")
    return exit_code(made.findings)


def _say_done(did: str, names: tuple[str, ...]) -> ExitCode:
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)

    say(*(f"{did} {name}" for name in names))
    if not names:
        say("nothing to do")
    return ExitCode.FINE
