"""`b2bench explain`: one page with every query class's plans, work and advice."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page.")]
Classes = Annotated[
    list[str] | None,
    typer.Option("--class", metavar="NAME", help="Only this query class; may be repeated."),
]
ShowArguments = Annotated[
    bool,
    typer.Option(
        "--show-arguments", help="Show constants and arguments, which may be personal data."
    ),
]
Examples = Annotated[
    bool,
    typer.Option(
        "--examples",
        help="Arguments from the files' `-- example:` headers; so it is for --queries.",
    ),
]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="DIR", help="Arguments from DIR/<query class>.csv."),
]


@with_settings(*WHERE, "queries", "seed")
def explain(
    settings: Settings,
    *,
    output: Output = Path("explain.html"),
    classes: Classes = None,
    show_arguments: ShowArguments = False,
    examples: Examples = False,
    csv: Csv = None,
) -> ExitCode:
    """Write an EXPLAIN report: one HTML file, opens offline.

    Each query class is executed for typical, rare and common arguments and for a miss. On a
    database that b2bench made it works on a copy; on any other it only reads, and query classes
    that change data are left out with a note. Constants are hidden unless asked for.

    Examples:
        b2bench explain
        b2bench explain --class price_cart --class read_cart -o cart.html
        b2bench explain --queries my-queries --csv my-arguments --dsn postgresql://me@host/shop
    """
    from b2bench.commands._capture import Selection, take_capture  # noqa: PLC0415 (fast --help)
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._output import require_file_place  # noqa: PLC0415
    from b2bench.commands._queries import chosen_queries  # noqa: PLC0415
    from b2bench.commands._summary import say_explained  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    queries = chosen_queries(settings, classes or ())
    require_file_place(output)
    selection = Selection(queries=queries, examples=examples, csv=csv)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        capture = take_capture(settings, target, selection, progress)
    return say_explained(capture, output, show_arguments=show_arguments)
