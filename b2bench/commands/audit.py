"""`b2bench schema audit`: what happened to the shop's rows, and whether the log is as it was."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from schema.audit.rebuild import Rebuilt

_MOST_MONTHS = 240
_DOUBTS_SHOWN = 5
app = typer.Typer(
    help="Show what happened to the shop's rows, and whether the log is as it was.",
    no_args_is_help=True,
)
TableName = Annotated[str, typer.Argument(metavar="TABLE", help="A table of the shop.")]
Key = Annotated[
    str, typer.Argument(metavar="KEY", help="Key of the record; several columns joined by /.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
At = Annotated[
    str,
    typer.Option(
        "--at", metavar="TIME", help="A time (ISO), or what pg_current_snapshot() returned."
    ),
]
Form = Annotated[str, typer.Option("--format", metavar="csv|json", help="CSV, or JSON lines.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
]
Verify = Annotated[bool, typer.Option("--verify", help="Verify the seals; change nothing.")]
Months = Annotated[
    int, typer.Option(metavar="N", min=1, max=_MOST_MONTHS, help="How many months ahead.")
]


@app.command()
@with_settings(*WHERE)
def show(settings: Settings, table: TableName, key: Key, *, json: Json = False) -> ExitCode:
    """Show what happened to one record, the newest first: who, when, and what changed.

    Examples:
        b2bench schema audit show rfq_requests 1
        b2bench schema audit show inventory_locations 5/1 --json
    """
    from b2bench.commands import _audit_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415
    from b2bench.commands._console import show as show_table  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema.audit.history import history  # noqa: PLC0415

    with progress_shown() as progress:
        events = history(find_target(settings, progress), table, key)
    if json:
        typer.echo(_audit_shown.as_json(events))
    elif events:
        show_table(_audit_shown.events_table(events))
    else:
        say(f"nothing is on record of {table} {key}")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def rebuild(
    settings: Settings,
    table: TableName,
    *,
    at: At,
    as_: Form = "csv",
    output: Output = None,
) -> ExitCode:
    """Write a table as it was at a time: what is in it now, with all that came later undone.

    A snapshot is exact. A time is as good as the server's clock where track_commit_timestamp is
    on; else statements count, not commits. Columns that the audit leaves out are NULL.

    Examples:
        b2bench schema audit rebuild rfq_requests --at 2026-06-01T12:00Z --format json
        b2bench schema audit rebuild cart_items --at 812:815:813 --output cart_items.csv
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.errors import BadInput  # noqa: PLC0415
    from schema.audit.rebuild import RowForm  # noqa: PLC0415
    from schema.audit.rebuild import rebuild as rebuild_table  # noqa: PLC0415

    if as_ not in list(RowForm):
        raise BadInput(f"--format {as_!r}: write {' or '.join(RowForm)}")
    with progress_shown() as progress:
        target = find_target(settings, progress)
        with _destination(output) as file:
            found = rebuild_table(target, table, at, RowForm(as_), file.write)
    _say_rebuilt(table, found)
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def seal(settings: Settings, *, verify: Verify = False) -> ExitCode:
    """Seal the events of all transactions that have ended; exit code 1 if a seal is broken.

    Each month has a chain of digests, computed on the server. All earlier seals are verified
    first. Keep what is printed somewhere else: who can rewrite the log can rewrite the seals.

    Examples:
        b2bench schema audit seal
        b2bench schema audit seal --verify
    """
    from b2bench.commands._audit_shown import chains_table  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import BAD, progress_shown, say, show  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema.audit.seal import seal as seal_events  # noqa: PLC0415
    from schema.audit.seal import verify_seals  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        found = verify_seals(target, progress) if verify else seal_events(target, progress)
    if found.broken:
        say(*(broken.line for broken in found.broken), style=BAD)
        return ExitCode.VERDICT_NO
    chains = [chain for chain in found.chains if chain.seals]
    show(chains_table(chains))
    say("", f"{sum(chain.seals for chain in chains):,} seals are whole")
    if not verify:
        say(f"{found.events:,} events were sealed")
    return ExitCode.FINE


@app.command()
@with_settings(*WHERE)
def extend(settings: Settings, *, months: Months = 12) -> ExitCode:
    """Make the months of the log that are not there yet, up to so many ahead.

    Example:
        b2bench schema audit extend --months 24
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from schema.audit.months import extend as extend_months  # noqa: PLC0415

    with progress_shown() as progress:
        done = extend_months(find_target(settings, progress), months)
    say(f"{done.made} months were made; the last one is {done.last:%Y-%m}")
    return ExitCode.FINE


@contextmanager
def _destination(output: Path | None) -> Iterator[BinaryIO]:
    """Yield a file that appears when it is whole, or standard output."""
    from b2bench.commands._output import require_file_place  # noqa: PLC0415 (--help stays fast)

    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    require_file_place(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _say_rebuilt(table: str, found: "Rebuilt") -> None:
    """Say on standard error what was done: rows may go to standard output."""
    lines = [f"{found.rows:,} rows of {table}, by {found.clock}"]
    if found.left_out:
        lines.append(f"NULL, since the audit leaves them out: {', '.join(found.left_out)}")
    if found.doubtful:
        some = ", ".join(map(str, found.doubtful[:_DOUBTS_SHOWN]))
        lines.append(
            f"in doubt: {len(found.doubtful)} transactions that wrote in the minute before, and"
            f" may have ended after: {some}{' …' if len(found.doubtful) > _DOUBTS_SHOWN else ''}"
        )
    for line in lines:
        typer.echo(line, err=True)
