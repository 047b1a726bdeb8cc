"""The page of a data set: its skew as declared and as it stands in the database, with a picture."""

from collections.abc import Sequence

from markupsafe import Markup

from b2bench.figures.charts import Panel, PanelKey, panels
from b2bench.figures.notation import counted
from b2bench.figures.page import Fact, Page, Section, environment, render_page
from b2bench.marker import DataSet
from b2bench.provenance import Provenance
from loadgen.data.skew import STREAM_DRAWS, Demand
from loadgen.data.skew.measures import Skew

_TEMPLATES = "loadgen.data.skew"
_KEY = PanelKey(
    expected="declared before a row was made",
    tolerance="tolerance around it",
    found="achieved, counted in the database",
    other="demand of the query stream",
)


def render_skew_page(
    data_set: DataSet,
    skews: Sequence[Skew],
    demands: Sequence[Demand],
    provenance: Provenance | None = None,
) -> str:
    """Return the page as one HTML file.

    Args:
        data_set: what was loaded.
        skews: as measured in its database.
        demands: what the query stream meets in it.
        provenance: of the measurement.
    """
    astray = [skew for skew in skews if not skew.within]
    return render_page(
        Page(
            kind="Data set",
            title=f"The skew of {data_set.shown}",
            verdict=skew_verdict(skews),
            tone="bad" if astray else "good",
            facts=_facts(data_set),
            sections=[_picture(skews), _table(skews), _demand(demands)],
            provenance=provenance,
        )
    )


def skew_verdict(skews: Sequence[Skew]) -> str:
    """Return in one sentence whether the data are as skewed as the generator says."""
    astray = [skew.name for skew in skews if not skew.within]
    if not astray:
        return f"All {counted(len(skews), 'skew')} are as declared."
    verb = "is" if len(astray) == 1 else "are"
    return f"{len(astray)} of {counted(len(skews), 'skew')} {verb} not as declared: " + (
        ", ".join(astray) + "."
    )


def _facts(data_set: DataSet) -> list[Fact]:
    facts = [
        Fact(label="Profile", value=data_set.profile),
        Fact(label="Scale", value=f"×{data_set.scale.normalize():f}"),
        Fact(label="Seed", value=str(data_set.seed)),
        Fact(label="Rows", value=f"{sum(data_set.rows.values()):,}"),
        Fact(label="Generator", value=f"version {data_set.generator_version}"),
        Fact(label="SHA-256", value=data_set.sha256),
    ]
    if data_set.last_run:
        facts.append(Fact(label="Written to by", value=data_set.last_run))
    return facts


def _picture(skews: Sequence[Skew]) -> Section:
    return _section(
        "Declared and achieved", "picture", drawn=panels([_panel(skew) for skew in skews], _KEY)
    )


def _panel(skew: Skew) -> Panel:
    word = "within" if skew.within else "outside"
    return Panel(
        title=skew.name,
        note=f"{word}: {figure(skew.distance)} apart, {figure(skew.tolerance)} allowed",
        good=skew.within,
        horizontal=skew.horizontal,
        vertical=skew.vertical,
        expected=skew.declared,
        found=skew.achieved,
        other=skew.demand,
        tolerance=skew.tolerance,
        names=[name.replace("_", " ").lower() for name in skew.names],
        cumulative=skew.shape != "shares",
        stepped=skew.shape == "counts",
    )


def figure(share: float) -> str:
    """Return a small difference of shares as per cent, with two significant digits.

    >>> [figure(share) for share in (0, 0.00000123, 0.0123, 0.5)]
    ['0 %', '0.00012 %', '1.2 %', '50 %']
    """
    text = f"{float(f'{100 * share:.2g}'):.10f}".rstrip("0").rstrip(".")
    return f"{text} %"


def _table(skews: Sequence[Skew]) -> Section:
    return _section("In figures", "table", skews=skews, figure=figure)


def _demand(demands: Sequence[Demand]) -> Section:
    return _section("What the query stream meets", "demand", demands=demands, draws=STREAM_DRAWS)


def _section(title: str, anchor: str, **values: object) -> Section:
    template = environment(_TEMPLATES).get_template(f"{anchor}.html")
    return Section(title=title, anchor=anchor, body=Markup(template.render(values)))  # noqa: S704 (escaped)
