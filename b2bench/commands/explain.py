"""`b2bench explain`: one page with every query class's plans, work and advice."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, Json, with_settings
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
Scratch = Annotated[
    bool,
    typer.Option(
        "--scratch",
        help="The database is a copy that may be changed: explain what writes, try mends.",
    ),
]
Prove = Annotated[
    bool, typer.Option("--prove/--no-prove", help="Try on a copy what could mend a finding.")
]
Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="FILE", help="Compare with the --json of an earlier report."),
]
Ablate = Annotated[
    bool,
    typer.Option("--ablate", help="Drop each index on a copy, to see which query misses it."),
]
WithProtection = Annotated[
    bool,
    typer.Option(
        "--protection",
        help="Execute everything on copies without policies and without audit triggers, too: what"
        " they add in work and time.",
    ),
]
ProtectionTriggers = Annotated[
    str | None,
    typer.Option(
        "--protection-triggers",
        metavar="PATTERN",
        help="Which triggers protect, by their name as LIKE has it, for --protection."
        " [default: audit_%]",
        show_default=False,
    ),
]
Scale = Annotated[
    str | None,
    typer.Option(
        "--scale",
        metavar="FACTORS",
        help="Explain the data set in several sizes, e.g. 0.25,0.5,1, to see what grows.",
    ),
]
Sweep = Annotated[
    bool, typer.Option("--sweep", help="Execute what reads with many arguments: the worst of them.")
]
Statistics = Annotated[
    Path | None,
    typer.Option(
        "--statistics",
        metavar="FILE",
        help="Show the plans of the server from which `pg_dump --statistics-only` wrote FILE.",
    ),
]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write Markdown there; - prints it."),
]
Text = Annotated[
    Path | None, typer.Option("--text", metavar="FILE", help="Write plain text; - prints it.")
]
JsonSchema = Annotated[
    bool, typer.Option("--json-schema", help="Print the schema of the JSON, and do nothing else.")
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
    scratch: Scratch = False,
    prove: Prove = True,
    against: Against = None,
    ablate: Ablate = False,
    protection: WithProtection = False,
    protection_triggers: ProtectionTriggers = None,
    scale: Scale = None,
    sweep: Sweep = False,
    statistics: Statistics = None,
    markdown: Markdown = None,
    json: Json = None,
    text: Text = None,
    json_schema: JsonSchema = False,
) -> ExitCode:
    """Write an EXPLAIN report: one HTML file, opens offline.

    Each query class is executed for typical, rare and common arguments and for a miss. On a
    database that b2bench made it works on copies, on which it also tries what could mend a
    finding: a mend is proven when the same answer takes less work. Any other database is only
    read, and query classes that change data are left out with a note, unless --scratch says that
    it may be changed; then everything but VACUUM is rolled back. Constants are hidden unless
    asked for.

    Examples:
        b2bench explain
        b2bench explain --class price_cart --class read_cart -o cart.html
        b2bench explain --queries my-queries --csv my-arguments --dsn postgresql://me@host/shop
    """
    from b2bench.commands._capture import Selection  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._explain import Wishes, pattern_of, take_explanation  # noqa: PLC0415
    from b2bench.commands._explain_output import print_schema, publish  # noqa: PLC0415
    from b2bench.commands._growth import factors_of  # noqa: PLC0415
    from b2bench.commands._queries import chosen_queries  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    if json_schema:
        return print_schema()
    queries = chosen_queries(settings, classes or ())
    destinations = Destinations.asked(output=output, markdown=markdown, json=json, text=text)
    selection = Selection(queries=queries, examples=examples, csv=csv)
    wishes = Wishes(
        scratch=scratch,
        prove=prove,
        against=against,
        statistics=statistics,
        ablate=ablate,
        sweep=sweep,
        protection=pattern_of(wanted=protection, triggers=protection_triggers),
        scales=factors_of(scale) if scale else (),
    )
    with progress_shown() as progress:
        target = find_target(settings, progress)
        explanation = take_explanation(settings, target, selection, wishes, progress)
    return publish(explanation, destinations, output, show_arguments=show_arguments)
