"""`b2bench compare`: what became slower between two runs, and how sure that is."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import Json, Junit, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

Baseline = Annotated[
    Path, typer.Argument(metavar="BASELINE", help="A run's folder, or its run.json.")
]
Candidate = Annotated[Path, typer.Argument(metavar="CANDIDATE", help="The run to judge.")]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Compare runs of unlike loads, too, with a warning.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a page there.")
]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write a comment for a pull request there."),
]


@with_settings("tolerance")
def compare(
    settings: Settings,
    *,
    baseline: Baseline,
    candidate: Candidate,
    anyway: Anyway = False,
    output: Output = None,
    markdown: Markdown = None,
    json: Json = None,
    junit: Junit = None,
) -> ExitCode:
    """Compare two runs, one query class at a time.

    A class is slower or faster where chance does not explain it, and ~ where it may, or where
    nothing is known. Runs that were loaded in turn (`b2bench run --beside`) tell most: with
    others, what the machine did meanwhile is in every difference. Exit code 1 says that a class
    is slower, for certain and beyond the tolerance; 2 that the two are not comparable (another
    workload, seed, data set, load or major version).

    Examples:
        b2bench compare runs/before runs/after
        b2bench compare runs/before runs/after --output comparison.html
        b2bench compare before.json after.json --tolerance 10% --markdown -
    """
    from b2bench.commands._comparing import (  # noqa: PLC0415 (--help stays fast)
        publish_comparison,
        read_run,
    )
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from reports.run_comparison import compare_runs  # noqa: PLC0415

    destinations = Destinations.asked(output=output, markdown=markdown, json=json, junit=junit)
    before, after = read_run(baseline), read_run(candidate)
    comparison = compare_runs(before, after, tolerance=settings.tolerance, anyway=anyway)
    publish_comparison(comparison, after.provenance, destinations)
    return comparison.exit_code
