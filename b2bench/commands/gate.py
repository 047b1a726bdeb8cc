"""`b2bench gate`: compare the work of query classes with a baseline, for CI."""

from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._options import WHERE, Json, Junit, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

Quick = Annotated[
    bool, typer.Option("--quick", help="One case of each query class; for every commit.")
]
Causes = Annotated[
    bool,
    typer.Option(
        "--causes/--no-causes", help="Look for the cause of a regression by experiments on copies."
    ),
]
Scratch = Annotated[
    bool,
    typer.Option(
        "--scratch",
        help="The database is one to experiment with, though b2bench did not make it: copies of it"
        " are made, so that classes that change data are judged, too.",
    ),
]
Time = Annotated[
    bool,
    typer.Option(
        "--time",
        help="Time every class, too, in turn with the baseline's side: a copy in which what changed"
        " is undone, or --against.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="DSN", help="The baseline's database on the same server, for --time."
    ),
]
BaselineQueries = Annotated[
    Path | None,
    typer.Option(
        "--baseline-queries",
        metavar="DIR",
        help="The baseline's .sql files, for --time; without it, a changed class is not timed.",
    ),
]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write a comment for a pull request there."),
]
Sarif = Annotated[
    Path | None,
    typer.Option("--sarif", metavar="FILE", help="Write SARIF for code scanning there; - prints."),
]
History = Annotated[
    Path | None,
    typer.Option("--history", metavar="FILE", help="Add a line there, for `b2bench history`."),
]
JsonSchema = Annotated[
    bool, typer.Option("--json-schema", help="Print the JSON schema of --json and exit.")
]
ShowPolicy = Annotated[
    bool, typer.Option("--show-policy", help="Print the policy with all that it leaves open.")
]


@with_settings(*WHERE, "baseline", "policy", "queries")
def gate(
    settings: Settings,
    *,
    quick: Quick = False,
    causes: Causes = True,
    scratch: Scratch = False,
    time: Time = False,
    against: Against = None,
    baseline_queries: BaselineQueries = None,
    markdown: Markdown = None,
    json: Json = None,
    junit: Junit = None,
    sarif: Sarif = None,
    history: History = None,
    json_schema: JsonSchema = False,
    show_policy: ShowPolicy = False,
) -> ExitCode:
    """Compare with a baseline, and name what made it worse.

    Work is compared and not time: plan shapes, blocks, tuples, WAL, trigger calls. So the
    verdict does not depend on how busy the machine is; --time adds a second opinion, which fails
    only what is slower in three passes of pairs. Each difference between the two catalogues is
    undone on a copy, and the one that restores the work is named. Exit code 1 is a regression;
    2 says that there is no baseline, or that it stands on another ground (other data, other major
    version).

    Examples:
        b2bench gate
        b2bench gate --quick --markdown comment.md --junit gate.xml
        b2bench gate --baseline baselines/mine.json --policy gate-policy.toml
        b2bench gate --time
        b2bench gate --show-policy
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._gate import Wishes, perform_gate, publish, show_schema  # noqa: PLC0415
    from b2bench.commands._gate_time import time_wishes  # noqa: PLC0415
    from b2bench.commands._output import require_file_place  # noqa: PLC0415
    from b2bench.commands._policy import show_policy as print_policy  # noqa: PLC0415

    if json_schema:
        return show_schema()
    if show_policy:
        return print_policy(settings)
    destinations = Destinations.asked(markdown=markdown, json=json, junit=junit, sarif=sarif)
    if history is not None:
        require_file_place(history)
    wishes = Wishes(
        quick=quick,
        causes=causes,
        scratch=scratch,
        time=time_wishes(time=time, against=against, queries=baseline_queries, quick=quick),
    )
    with progress_shown() as progress:
        judged = perform_gate(settings, wishes, progress)
    publish(judged, destinations, history)
    return judged.verdict.exit_code
