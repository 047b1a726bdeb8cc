"""The comparison of two runs as Markdown, for the comment under a pull request."""

from collections.abc import Iterator, Sequence

from b2bench.figures.notation import share
from b2bench.findings import ExitCode, Severity
from reports.compared_figures import Compared
from reports.gate import worst_first
from reports.run_comparison import RunComparison

_MARKS = {"slower": "❌", "faster": "✅", "~": "~"}


def comparison_markdown(comparison: RunComparison) -> str:
    """Return the verdict, the warnings, and all figures of every query class."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: RunComparison) -> Iterator[str]:
    mark = "✅" if comparison.exit_code is ExitCode.FINE else "❌"
    yield f"### {mark} b2bench compare: {comparison.headline}"
    yield ""
    yield (
        f"`{comparison.candidate.run}` against `{comparison.baseline.run}`, {comparison.order}, "
        f"tolerance {share(comparison.tolerance)}."
    )
    if warnings := [
        f"- {_cell(found.line)}"
        for found in worst_first(comparison.findings)
        if found.severity is not Severity.NOTE
    ]:
        yield ""
        yield from warnings
    yield ""
    yield from _verdicts(comparison.subjects)
    yield ""
    yield from _figures(comparison.subjects)


def _verdicts(subjects: Sequence[Compared]) -> Iterator[str]:
    yield "| query class | verdict | mean | | p50 | | p95 | | seen from |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for each in subjects:
        figures = [text for figure in each.decisive for text in (figure.moved, figure.ratio_shown)]
        mark = "" if each.verdict == "~" else f"{_MARKS[each.verdict]} "
        cells = (each.name, f"{mark}{each.verdict_shown}", *figures, each.smallest_shown)
        yield f"| {' | '.join(map(_cell, cells))} |"


def _figures(subjects: Sequence[Compared]) -> Iterator[str]:
    yield "<details><summary>99th percentiles, throughput and failures</summary>"
    yield ""
    yield "| query class | p99 | throughput | failed |"
    yield "|---|--:|--:|--:|"
    for each in subjects:
        moved = (each.figure(name).moved for name in ("p99", "throughput"))
        failed = f"{share(each.failed[0])} → {share(each.failed[1])}"
        yield f"| {' | '.join(map(_cell, (each.name, *moved, failed)))} |"
    yield ""
    yield "</details>"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
