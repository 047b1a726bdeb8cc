"""The comparison of two runs as one page: what moved, how sure that is, and what else differed."""

from collections.abc import Iterator
from datetime import UTC, datetime

from markupsafe import Markup

from b2bench.figures.forest import ForestRow, Interval, forest
from b2bench.figures.notation import number, share, span
from b2bench.figures.page import Fact, Page, Section, Tone, environment, render_page
from b2bench.findings import ExitCode, Severity
from b2bench.provenance import Provenance
from reports.compared_figures import Compared, Figure, Verdict
from reports.gate import worst_first
from reports.run_comparison import ComparedRun, RunComparison

_TONES: dict[Verdict, Tone] = {"slower": "bad", "faster": "good", "~": "plain"}


def render_comparison_page(comparison: RunComparison, provenance: Provenance | None = None) -> str:
    """Return the page as one HTML file.

    Args:
        comparison: what to show.
        provenance: the candidate's, for the foot of the page.
    """
    return render_page(
        Page(
            kind="Comparison of two runs",
            title=f"{comparison.workload}: {comparison.candidate.run}",
            verdict=comparison.headline,
            tone=_tone(comparison),
            facts=list(_facts(comparison)),
            sections=list(_sections(comparison)),
            provenance=provenance,
        )
    )


def _tone(comparison: RunComparison) -> Tone:
    if comparison.exit_code is not ExitCode.FINE:
        return "bad"
    doubtful = any(found.severity is Severity.WARNING for found in comparison.findings)
    if doubtful:
        return "warn"
    is_better = any(each.verdict == "faster" for each in comparison.subjects)
    return "good" if is_better else "plain"


def _facts(comparison: RunComparison) -> Iterator[Fact]:
    yield Fact(label="Baseline", value=comparison.baseline.run)
    yield Fact(label="Candidate", value=comparison.candidate.run)
    yield Fact(label="Order", value=comparison.order)
    yield Fact(label="Tolerance", value=share(comparison.tolerance))


def _sections(comparison: RunComparison) -> Iterator[Section]:
    if comparison.findings:
        findings = worst_first(comparison.findings)
        yield _section("Findings", "findings", "comparison_findings.html", findings=findings)
    rows = [_row(each) for each in comparison.subjects]
    if any(row.moved for row in rows):
        chart = forest(rows, tolerance=comparison.tolerance)
        yield _section("How far each moved", "moved", "comparison_forest.html", chart=chart)
    yield _section(
        "Figures",
        "figures",
        "comparison_figures.html",
        subjects=comparison.subjects,
        tones=_TONES,
        comparison=comparison,
    )
    yield _section(
        "What else differed", "differed", "comparison_runs.html", runs=_runs(comparison),
        settings=comparison.settings,
    )  # fmt: skip
    yield _section("How to read this", "reading", "comparison_reading.html", comparison=comparison)


def _section(title: str, anchor: str, template: str, **values: object) -> Section:
    body = environment("reports").get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _row(compared: Compared) -> ForestRow:
    return ForestRow(
        name=compared.name,
        moved={
            figure.name: interval
            for figure in compared.decisive
            if (interval := _interval(figure)) is not None
        },
    )


def _interval(figure: Figure) -> Interval | None:
    if figure.plain_ratio is None:
        return None
    if figure.ratio is None:
        return Interval(ratio=figure.plain_ratio, low=None, high=None)
    return Interval(ratio=figure.plain_ratio, low=figure.ratio.low, high=figure.ratio.high)


def _runs(comparison: RunComparison) -> list[tuple[str, str, str]]:
    """Return rows of label, baseline and candidate."""
    sides = (comparison.baseline, comparison.candidate)
    return [
        ("began", _at(sides[0]), _at(sides[1])),
        ("measured", span(sides[0].measured_s), span(sides[1].measured_s)),
        ("completed", number(sides[0].requests), number(sides[1].requests)),
        ("target", sides[0].target, sides[1].target),
    ]


def _at(run: ComparedRun) -> str:
    return f"{datetime.fromtimestamp(run.started_unix_s, UTC):%Y-%m-%d %H:%M:%S %Z}"
