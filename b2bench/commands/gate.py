"""`b2bench gate`: compare the work of query classes with a baseline, for CI."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import WHERE, Json, Junit, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from b2bench.commands._destinations import Destinations
    from b2bench.commands._gate import Judged

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
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write a comment for a pull request there."),
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
    markdown: Markdown = None,
    json: Json = None,
    junit: Junit = None,
    show_policy: ShowPolicy = False,
) -> ExitCode:
    """Compare with a baseline, and name what made it worse.

    Work is compared and not time: plan shapes, blocks, tuples, WAL, trigger calls. So the
    verdict does not depend on how busy the machine is. Each difference between the two catalogues
    is undone on a copy, and the one that restores the work is named. Exit code 1 is a regression;
    2 says that there is no baseline, or that it stands on another ground (other data, other major
    version).

    Examples:
        b2bench gate
        b2bench gate --quick --markdown comment.md --junit gate.xml
        b2bench gate --baseline baselines/mine.json --policy gate-policy.toml
        b2bench gate --show-policy
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._gate import Wishes, perform_gate  # noqa: PLC0415
    from b2bench.commands._policy import find_policy  # noqa: PLC0415
    from reports.gate_policy import policy_toml  # noqa: PLC0415

    if show_policy:
        typer.echo(policy_toml(find_policy(settings)), nl=False)
        return ExitCode.FINE
    destinations = Destinations.asked(markdown=markdown, json=json, junit=junit)
    wishes = Wishes(quick=quick, causes=causes, scratch=scratch)
    with progress_shown() as progress:
        judged = perform_gate(settings, wishes, progress)
    _publish(judged, destinations)
    return judged.verdict.exit_code


def _publish(judged: "Judged", destinations: "Destinations") -> None:
    """Write the files that were asked for, and show the verdict unless one is printed."""
    from b2bench.commands._summary import say_verdict  # noqa: PLC0415 (--help stays fast)
    from b2bench.records import to_json  # noqa: PLC0415
    from reports.gate_markdown import gate_markdown  # noqa: PLC0415

    verdict = judged.verdict
    destinations.write("--markdown", lambda: gate_markdown(verdict))
    destinations.write("--json", lambda: to_json(verdict).decode())
    if not destinations.is_printed:
        say_verdict(verdict)
