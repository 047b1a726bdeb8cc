"""`b2bench dashboards`: the dashboards without Grafana."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

app = typer.Typer(help="Look at the dashboards without Grafana.", no_args_is_help=True)
Address = Annotated[
    str,
    typer.Option(
        "--prometheus", metavar="URL", help="The Prometheus that knows what is to be drawn."
    ),
]
Run = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        help="Draw a run's recorded metrics: the run's folder, or that of all runs for the newest.",
    ),
]
Last = Annotated[
    str | None,
    typer.Option(
        "--last", metavar="TIME", help="How long a time is drawn; 15m, or the whole of a run."
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--var", metavar="NAME=VALUE", help="Choose a variable's value; again for further ones."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="The page; dashboards.html, or in the run."),
]


@app.command()
@with_settings()
def preview(
    settings: Settings,  # noqa: ARG001 (every command has them)
    *,
    prometheus: Address = "http://127.0.0.1:9090",
    run: Run = None,
    last: Last = None,
    var: Given = None,
    output: Output = None,
) -> ExitCode:
    """Draw every dashboard into one page that opens offline.

    Exit code 1 says that a panel is empty without a declared reason, or that Prometheus refused
    an expression; the page and the command name it.

    Examples:
        b2bench dashboards preview
        b2bench dashboards preview --prometheus http://127.0.0.1:9090 --last 1h
        b2bench dashboards preview --run runs/20260101T120000.000Z-mixed
        b2bench dashboards preview --run runs --var request=search --output page.html
    """
    from b2bench.commands._dashboards import Drawing, draw  # noqa: PLC0415 (--help stays fast)
    from dashboards.boards import BOARDS  # noqa: PLC0415

    asked = Drawing.asked(address=prometheus, run=run, last=last, given=var or (), output=output)
    return draw(BOARDS, asked)
