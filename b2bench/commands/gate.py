"""`b2bench gate`: compare the work of query classes with a baseline, for CI."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from reports.gate import Verdict


class Format(StrEnum):
    """How the verdict is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


As = Annotated[Format, typer.Option("--format", help="How the verdict is written.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the verdict there, too."),
]


@with_settings(*WHERE, "baseline", "queries", "seed")
def gate(settings: Settings, *, as_: As = Format.TEXT, output: Output = None) -> ExitCode:
    """Compare with a baseline, and name what made it worse.

    Work is compared and not time: plan shapes, blocks, tuples, WAL, trigger calls. So the
    verdict does not depend on how busy the machine is. Exit code 1 is a regression; 2 says that
    there is no baseline, or that it stands on another ground (other data, other major version).

    Examples:
        b2bench gate
        b2bench gate --format markdown --output comment.md
        b2bench gate --baseline baselines/mine.json
    """
    from b2bench.commands._capture import (  # noqa: PLC0415 (--help stays fast)
        baseline_path,
        everything,
        take_capture,
    )
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._output import require_file_place  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from reports.baseline import read_baseline  # noqa: PLC0415
    from reports.gate import judge  # noqa: PLC0415

    selection = everything(settings)
    if output is not None:
        require_file_place(output)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        baseline = read_baseline(baseline_path(settings, target))
        capture = take_capture(settings, target, selection, progress)
    verdict = judge(baseline, capture)
    _publish(verdict, as_, output)
    return verdict.exit_code


def _publish(verdict: "Verdict", as_: Format, output: Path | None) -> None:
    from b2bench.commands._output import write_text  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._summary import say_verdict  # noqa: PLC0415

    written = _written(verdict, as_)
    if output is not None:
        write_text(output, written)
    if output is not None or as_ is Format.TEXT:
        say_verdict(verdict)
    else:
        typer.echo(written, nl=False)


def _written(verdict: "Verdict", as_: Format) -> str:
    from b2bench.records import to_json  # noqa: PLC0415 (--help stays fast)
    from reports.gate_markdown import gate_markdown  # noqa: PLC0415
    from reports.gate_text import gate_text  # noqa: PLC0415

    match as_:
        case Format.MARKDOWN:
            return gate_markdown(verdict)
        case Format.JSON:
            return to_json(verdict).decode()
        case Format.TEXT:
            return gate_text(verdict)
