"""`b2bench history`: what changed over the runs of the gate."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import Json, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

app = typer.Typer(help="Show what changed over the runs of the gate.", no_args_is_help=True)
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="What `b2bench gate --history FILE` has written.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a page there.")
]


@app.command()
@with_settings()
def show(_settings: Settings, *, file: File, output: Output = None, json: Json = None) -> ExitCode:
    """Show when the work of a query class changed, with which commit, and whether it is still so.

    Only runs on the same ground are compared: the same data set, block size and major version. A
    line of the file that is damaged is said and left out.

    Examples:
        b2bench history show history.jsonl
        b2bench history show history.jsonl --output history.html
        b2bench history show history.jsonl --json -
    """
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.records import to_json  # noqa: PLC0415
    from reports.gate_history import read_history  # noqa: PLC0415
    from reports.history_changes import history_changes  # noqa: PLC0415
    from reports.history_page import render_history_page  # noqa: PLC0415
    from reports.history_text import history_text  # noqa: PLC0415

    destinations = Destinations.asked(output=output, json=json)
    history = read_history(file)
    destinations.write("--output", lambda: render_history_page(history, file.name))
    destinations.write("--json", lambda: to_json(history_changes(history)).decode())
    if not destinations.is_printed:
        say(*history_text(history_changes(history)).splitlines())
    return ExitCode.FINE
