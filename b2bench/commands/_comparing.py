"""Read two runs, compare them, and show what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from b2bench.commands._console import BAD, DOUBTFUL, GOOD, say, say_findings, show, table
from b2bench.commands._destinations import Destinations
from b2bench.errors import BadInput
from b2bench.figures.notation import share
from b2bench.findings import ExitCode, Severity
from b2bench.provenance import Provenance
from b2bench.records import from_json
from b2bench.runs import RECORD_FILE, RECORD_VERSION, RunRecord
from reports.compared_figures import DECISIVE, Compared, Verdict
from reports.run_comparison import RunComparison
from reports.run_comparison_markdown import comparison_markdown
from reports.run_comparison_page import render_comparison_page
from reports.run_json import comparison_json
from reports.run_junit import comparison_junit

PAGE_FILE = "comparison.html"
_STYLES: dict[Verdict, str] = {"slower": BAD, "faster": GOOD, "~": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    record_version: int = 1


def read_run(path: Path) -> RunRecord:
    """Return the run in a folder, or in its run.json.

    Raises:
        BadInput: it cannot be read, or another version of b2bench wrote it.
    """
    file = path / RECORD_FILE if path.is_dir() else path
    try:
        text = file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read: {error.strerror}: name the folder of a run that has ended"
        ) from error
    written = from_json(text, _Version, source=str(file)).record_version
    if written != RECORD_VERSION:
        age = "an older" if written < RECORD_VERSION else "a newer"
        raise BadInput(
            f"{file} is of {age} b2bench (record version {written}, this one reads "
            f"{RECORD_VERSION}): run it again"
        )
    return from_json(text, RunRecord, source=str(file))


def publish_comparison(
    comparison: RunComparison, provenance: Provenance, destinations: Destinations
) -> None:
    """Write the files that were asked for, and show the comparison unless one is printed."""
    destinations.write("--output", lambda: render_comparison_page(comparison, provenance))
    destinations.write("--markdown", lambda: comparison_markdown(comparison))
    destinations.write("--json", lambda: comparison_json(comparison))
    destinations.write("--junit", lambda: comparison_junit(comparison))
    if not destinations.is_printed:
        say_comparison(comparison)


def say_comparison(comparison: RunComparison) -> None:
    """Show the verdicts, how sure they are, and what makes them doubtful."""
    show(comparison_table(comparison))
    say("")
    show(whole_table(comparison.whole))
    say("")
    shown = (found for found in comparison.findings if found.severity is not Severity.NOTE)
    say_findings(shown)
    style = BAD if comparison.exit_code is not ExitCode.FINE else ""
    say(f"compared {comparison.order}: {comparison.headline}", style=style)


def comparison_table(comparison: RunComparison) -> Table:
    """Return one line for each query class."""
    return table(
        "query class",
        ">mean",
        ">p95",
        *(f">{name} ratio" for name in DECISIVE),
        ">seen from",
        "verdict",
        rows=(_row(each) for each in comparison.subjects),
        title=f"{comparison.candidate.run} against {comparison.baseline.run}",
    )


def _row(compared: Compared) -> list[str | Text]:
    return [
        compared.name,
        compared.figure("mean").moved,
        compared.figure("p95").moved,
        *(figure.ratio_shown for figure in compared.decisive),
        compared.smallest_shown,
        Text(compared.verdict_shown, style=_STYLES[compared.verdict]),
    ]


def whole_table(whole: Compared) -> Table:
    """Return one line for each figure of the whole run."""
    return table(whole.name, ">baseline → candidate", ">ratio", rows=_whole_rows(whole))


def _whole_rows(whole: Compared) -> Iterator[list[str | Text]]:
    for figure in whole.figures:
        yield [figure.name, figure.moved, figure.ratio_shown]
    before, after = whole.failed
    failed = f"{share(before)} → {share(after)}"
    yield ["failed", Text(failed, style=DOUBTFUL if after > before else ""), ""]
