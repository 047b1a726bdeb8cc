"""The history of the gate on one page: what changed when, and the figures over all runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from b2bench.figures.levels import Break, Level, levels
from b2bench.figures.notation import counted
from b2bench.figures.page import Fact, Page, Section, environment, render_page
from reports.gate_history import GateRun, History
from reports.history_changes import (
    Change,
    GroundChanges,
    HistoryChanges,
    Series,
    all_series,
    by_ground,
    history_changes,
)
from reports.history_text import commit_shown, ground_verdict, level, moved

# more drawings than these make a page slow; the table above has all changes
_DRAWN_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """All changes of one statement that came with one run."""

    first: Change
    changes: tuple[Change, ...]

    @property
    def is_worse(self) -> bool:
        return any(change.after > change.before for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A chart and what stands above it."""

    series: Series
    says: str
    chart: Markup


def render_history_page(history: History, title: str) -> str:
    """Return the page as one HTML file that needs no other.

    Args:
        history: at least one run.
        title: e.g. the name of the file.
    """
    found = history_changes(history)
    open_ = any(change.until is None and change.after > change.before for change in _all(found))
    return render_page(
        Page(
            kind="Gate history",
            title=title,
            verdict=ground_verdict(found.grounds[0]),
            tone="warn" if open_ or found.findings else "good",
            facts=list(_facts(history, found)),
            sections=list(_sections(history, found)),
            style=(files("reports") / "templates" / "history.css").read_text(),
        )
    )


def _all(found: HistoryChanges) -> Iterator[Change]:
    for ground in found.grounds:
        yield from ground.changes


def _facts(history: History, found: HistoryChanges) -> Iterator[Fact]:
    first, last = history.runs[0], history.runs[-1]
    yield Fact(label="Runs", value=f"{found.grounds[0].runs:,}")
    yield Fact(label="First", value=f"{first.at:%Y-%m-%d}")
    yield Fact(label="Last", value=f"{last.at:%Y-%m-%d}, {commit_shown(last.commit)}")
    yield Fact(label="Ground", value=found.grounds[0].ground.shown)
    if len(found.grounds) > 1:
        others = counted(len(found.grounds) - 1, "other")
        yield Fact(label="Grounds", value=f"this and {others}, below")


def _sections(history: History, found: HistoryChanges) -> Iterator[Section]:
    if found.findings:
        body = environment("reports").get_template("history_findings.html")
        yield _section("Left out", "left-out", body.render(findings=found.findings))
    for place, (ground, runs) in enumerate(zip(found.grounds, by_ground(history), strict=True)):
        where = "" if place == 0 else f": {ground.ground.shown}"
        # the page's verdict is that of the first
        verdict = "" if place == 0 else ground_verdict(ground)
        yield _changes(ground, verdict, f"Changes{where}", f"changes-{place}")
        yield _charts(runs, f"Over the runs{where}", f"runs-{place}")


def _section(title: str, anchor: str, body: str) -> Section:
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _changes(ground: GroundChanges, verdict: str, title: str, anchor: str) -> Section:
    templates = environment("reports")
    templates.filters["moved"] = moved
    templates.filters["commit"] = commit_shown
    body = templates.get_template("history_changes.html").render(
        ground=ground, verdict=verdict, moments=list(_moments(ground.changes))
    )
    return _section(title, anchor, body)


def _moments(changes: Sequence[Change]) -> Iterator[_Moment]:
    together = dict[tuple[object, ...], list[Change]]()
    for change in changes:
        # what ended at different times is told in different rows
        key = (change.at, change.commit, change.subject, change.until)
        together.setdefault(key, []).append(change)
    for found in together.values():
        yield _Moment(first=found[0], changes=tuple(found))


def _charts(runs: Sequence[GateRun], title: str, anchor: str) -> Section:
    series = list(all_series(runs))
    changed = sorted((each for each in series if each.points), key=_newest_first)
    calm = [each for each in series if each.values and not each.points]
    still = {each.subject for each in calm} - {each.subject for each in changed}
    body = (
        environment("reports")
        .get_template("history_runs.html")
        .render(
            drawn=[
                _drawn(each, len(runs) - 1, f"{anchor}-{place}")
                for place, each in enumerate(changed[:_DRAWN_MOST])
            ],
            left=max(0, len(changed) - _DRAWN_MOST),
            still=[
                each for each in calm if each.subject in still and each.metric.field == "blocks"
            ],
        )
    )
    return _section(title, anchor, body)


def _newest_first(series: Series) -> tuple[int, str]:
    return -series.places[series.points[-1].at], series.subject


def _drawn(series: Series, last: int, name: str) -> _Drawn:
    ends = [*(point.at for point in series.points), len(series.values)]
    values = [series.points[0].before, *(point.after for point in series.points)]
    kept = [
        Level(begin=series.places[begin], end=series.places[end - 1], value=value)
        for begin, end, value in zip([0, *ends], ends, values, strict=False)
    ]
    breaks = [
        Break(place=series.places[point.at], is_worse=point.after > point.before)
        for point in series.points
    ]
    return _Drawn(
        series=series,
        says=f"{series.metric.unit} {' → '.join(map(level, values))}",
        chart=levels(
            series.places,
            series.values,
            kept,
            breaks,
            last=last,
            name=name,
        ),
    )
