"""`b2bench server`: the embedded PostgreSQL server's life cycle."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import EMBEDDED, WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from b2bench.cluster.embedded import ServerStatus

app = typer.Typer(
    help="Start, stop and look at the embedded PostgreSQL server.", no_args_is_help=True
)
PsqlArguments = Annotated[
    list[str] | None, typer.Argument(metavar="[-- PSQL-ARGUMENT...]", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write servers.json and pg_service.conf into that folder."),
]
Pgpass = Annotated[
    bool, typer.Option("--pgpass", help="Print a line for ~/.pgpass, password included.")
]


@app.command()
@with_settings(*EMBEDDED)
def start(settings: Settings) -> ExitCode:
    """Start the embedded server; it keeps running when the command has ended.

    It listens on 127.0.0.1 only, on a port of its own, and keeps its data in the state folder.
    Other commands start it when they need it.

    Example:
        b2bench server start
    """
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415 (fast --help)
    from b2bench.commands._target import embedded_server  # noqa: PLC0415

    server = embedded_server(settings)
    with progress_shown() as progress:
        server.start(progress)
    say(*_lines(server.status()))
    return ExitCode.FINE


@app.command()
@with_settings(*EMBEDDED)
def stop(settings: Settings) -> ExitCode:
    """Stop the embedded server and keep its data; its sessions end.

    Example:
        b2bench server stop
    """
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import embedded_server  # noqa: PLC0415

    stopped = embedded_server(settings).stop()
    say("PostgreSQL has stopped" if stopped else "PostgreSQL was not running")
    return ExitCode.FINE


@app.command()
@with_settings(*EMBEDDED)
def status(settings: Settings) -> ExitCode:
    """Say whether the embedded server runs: exit code 0 if it does, 1 if not.

    Example:
        b2bench server status
    """
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import embedded_server  # noqa: PLC0415

    found = embedded_server(settings).status()
    say(*_lines(found))
    return ExitCode.FINE if found.running else ExitCode.VERDICT_NO


def _lines(found: "ServerStatus") -> list[str]:
    if not found.running:
        return [f"PostgreSQL {found.version} is not running", f"data: {found.data_directory}"]
    return [
        f"PostgreSQL {found.version} is running on 127.0.0.1:{found.port} (pid {found.pid})",
        f"data: {found.data_directory}",
        f"log:  {found.log_file}",
    ]


@app.command()
@with_settings(*EMBEDDED, "database")
def psql(settings: Settings, arguments: PsqlArguments = None) -> ExitCode:
    """Open psql on the embedded server; what follows `--` goes to psql.

    Examples:
        b2bench server psql
        b2bench server psql -- -c "SELECT count(*) FROM products"
    """
    from b2bench.commands._target import embedded_server  # noqa: PLC0415 (--help stays fast)

    command, environment = embedded_server(settings).psql_command(settings.database)
    # psql takes this process's place, so that Ctrl-C and the exit code are its own
    os.execvpe(command[0], [*command, *(arguments or ())], environment)  # noqa: S606


@app.command()
@with_settings(*EMBEDDED, "database")
def dsn(settings: Settings) -> ExitCode:
    """Print the connection string of the running server, password included, for other programs.

    Examples:
        b2bench server dsn
        B2BENCH_DSN="$(b2bench server dsn)" locust -f scenarios/locustfile.py
    """
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import embedded_server  # noqa: PLC0415

    say(embedded_server(settings).target(settings.database).conninfo)
    return ExitCode.FINE


@app.command("connect-info")
@with_settings(*WHERE)
def connect_info(settings: Settings, *, output: Output = None, pgpass: Pgpass = False) -> ExitCode:
    """Say how other tools connect: pgAdmin, psql, whatever speaks libpq.

    With --output it writes servers.json, which pgAdmin imports, and pg_service.conf with the
    services b2bench and b2bench-maintenance. No password is in any of it; --pgpass prints the
    line that belongs into ~/.pgpass, and nothing else.

    Examples:
        b2bench server connect-info
        b2bench server connect-info --output connect
        PGSERVICEFILE=connect/pg_service.conf psql service=b2bench
        b2bench server connect-info --pgpass >> ~/.pgpass
    """
    from b2bench.commands import _connect_info as info  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import say  # noqa: PLC0415
    from b2bench.commands._output import require_folder_place  # noqa: PLC0415

    if output is not None:
        require_folder_place(output)
    found = info.connect_info(settings)
    if pgpass:
        say(info.pgpass_line(found))
        return ExitCode.FINE
    say(*info.lines(found))
    if output is not None:
        say(*(f"written: {path}" for path in info.write_files(output, found)))
    return ExitCode.FINE


@app.command()
@with_settings(*EMBEDDED)
def destroy(settings: Settings) -> ExitCode:
    """Stop the embedded server and remove it with all its data.

    Example:
        b2bench server destroy
    """
    from b2bench.commands._console import say  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import embedded_server  # noqa: PLC0415

    destroyed = embedded_server(settings).destroy()
    say("the embedded server is gone" if destroyed else "there was no embedded server")
    return ExitCode.FINE
