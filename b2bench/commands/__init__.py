"""The command line: one file per command, thin; only these read settings and print."""

from typing import Any

import typer

from b2bench.commands import (
    baseline,
    capacity,
    compare,
    dashboards,
    data,
    demo,
    explain,
    export,
    gate,
    health,
    history,
    monitor,
    poolers,
    run,
    schema,
    selftest,
    server,
    settings,
    top,
)

_EPILOG = (
    "Exit codes: 0 it is fine, 1 the verdict is no, 2 the command could not do its job and says"
    " why in one line. Settings: option > B2BENCH_* > b2bench.toml > default; see"
    " `b2bench settings`."
)


def make_command() -> Any:  # noqa: ANN401 (typer does not export the type)
    """Return the command line, ready to be run."""
    app = typer.Typer(
        name="b2bench",
        help="A performance laboratory for B2B commerce on PostgreSQL.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    app.command()(demo.demo)
    app.add_typer(server.app, name="server")
    app.add_typer(schema.app, name="schema")
    app.add_typer(data.app, name="data")
    app.command()(run.run)
    app.command()(capacity.capacity)
    app.command()(compare.compare)
    app.command()(poolers.poolers)
    app.command()(explain.explain)
    app.add_typer(baseline.app, name="baseline")
    app.command()(gate.gate)
    app.add_typer(history.app, name="history")
    app.command()(export.export)
    app.command()(monitor.monitor)
    app.add_typer(dashboards.app, name="dashboards")
    app.command()(top.top)
    app.command()(health.health)
    app.add_typer(selftest.app, name="selftest")
    app.command(name="settings")(settings.show_settings)
    return typer.main.get_command(app)


def _version(*, asked: bool) -> None:
    if asked:
        from b2bench import __version__  # noqa: PLC0415 (reads package metadata)

        typer.echo(f"b2bench {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False,
        "--version",
        help="Show the version and exit.",
        is_eager=True,
        callback=lambda asked: _version(asked=asked),
    ),
) -> None:
    """Hold the options that belong to no command."""
