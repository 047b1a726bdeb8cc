"""What `b2bench explain` writes and says, and reads again."""

from dataclasses import dataclass
from pathlib import Path

import typer

from b2bench.commands._destinations import Destinations
from b2bench.commands._summary import say_explained
from b2bench.errors import BadInput
from b2bench.findings import ExitCode, exit_code
from b2bench.records import read_record, schema_of, to_json
from reports.explain_markdown import explain_markdown
from reports.explain_page import render_explain_page
from reports.explain_text import explain_text
from reports.explanation import EXPLANATION_VERSION, Explanation, redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    explanation_version: int = 0


def read_explanation(path: Path) -> Explanation:
    """Return the report that --json wrote.

    Raises:
        BadInput: it cannot be read, or another version of b2bench wrote it.
    """
    version = read_record(path, _Version).explanation_version
    if version != EXPLANATION_VERSION:
        raise BadInput(
            f"{path} has version {version}, this b2bench reads {EXPLANATION_VERSION}: "
            "write it again with `b2bench explain --json`"
        )
    return read_record(path, Explanation)


def publish(
    explanation: Explanation, destinations: Destinations, page: Path, *, show_arguments: bool
) -> ExitCode:
    """Write what was asked for, and say what came of it unless a file is printed."""
    shown = explanation if show_arguments else redacted(explanation)
    destinations.write(
        "--output", lambda: render_explain_page(explanation, show_arguments=show_arguments)
    )
    destinations.write(
        "--markdown", lambda: explain_markdown(explanation, show_arguments=show_arguments)
    )
    destinations.write("--json", lambda: to_json(shown).decode())
    destinations.write("--text", lambda: explain_text(explanation, show_arguments=show_arguments))
    if not destinations.is_printed:
        say_explained(shown, page)
    return exit_code(explanation.capture.findings)


def print_schema() -> ExitCode:
    """Print the schema that --json follows."""
    typer.echo(to_json(schema_of(Explanation)).decode(), nl=False)
    return ExitCode.FINE
