"""`b2bench health`: one page that says whether a server and a database are well."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, Json, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="How far back the slow log is read.")
]
Thresholds = Annotated[
    Path | None,
    typer.Option("--thresholds", metavar="FILE", help="TOML with limits that are to differ."),
]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write Markdown there; - prints it."),
]
Text = Annotated[
    Path | None, typer.Option("--text", metavar="FILE", help="Write plain text; - prints it.")
]


@with_settings(*WHERE, "queries")
def health(
    settings: Settings,
    *,
    since: Since = "15m",
    thresholds: Thresholds = None,
    json: Json = None,
    markdown: Markdown = None,
    text: Text = None,
) -> ExitCode:
    """Check a server and one of its databases on one page: what is wrong, and what to do.

    Sessions, locks, dead rows, bloat, indexes, sequences, replication, settings, and the slow
    log by statement. It only reads, with one session, on any PostgreSQL 15 or newer; pg_monitor
    is enough, and what the role may not see is said, with what permits it. Exit code 1 says that
    something is wrong; warnings are said and are no reason for it.

    Examples:
        b2bench health
        b2bench health --since 2h --json -
        b2bench health --dsn postgresql://monitor@host/shop --markdown ticket.md
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._health import look, publish_health  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.commands._values import duration_s, option  # noqa: PLC0415
    from reports.health import thresholds as limits  # noqa: PLC0415

    since_s = option("--since", since, duration_s)
    chosen = limits.read_thresholds(thresholds) if thresholds else limits.Thresholds()
    destinations = Destinations.asked(json=json, markdown=markdown, text=text)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        progress("looking at the server")
        seen = look(settings, target, chosen, since_s)
    return publish_health(seen, destinations)
