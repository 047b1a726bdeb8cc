"""The same page as Markdown, for a ticket."""

from collections.abc import Iterator

from reports.health.checks import Check, State
from reports.health.health import Health
from reports.health.text import MARKS, worst_first
from reports.markdown import plain


def health_markdown(health: Health) -> str:
    """Return a table of all checks, and below it what to do."""
    return "\n".join(_lines(health)) + "\n"


def _lines(health: Health) -> Iterator[str]:
    yield f"### b2bench health: {plain(health.verdict)}"
    yield ""
    yield f"{plain(health.target)} as {plain(health.role)}, {health.at:%Y-%m-%d %H:%M:%S} UTC."
    areas = worst_first(health.areas)
    for area in areas:
        yield from ("", f"| {area.name} | | |", "|---|---|---|")
        for each in area.checks:
            yield f"| {each.name} | {MARKS[each.state]} {each.state} | {plain(each.figure)} |"
    mends = [line for area in areas for each in area.checks for line in _findings(each)]
    if mends:
        yield from ("", "**What to do**", "", *mends)


def _findings(check: Check) -> Iterator[str]:
    for found in check.findings:
        mend = f": {plain(found.mend)}" if found.mend else ""
        mark = MARKS[State(found.severity)]
        yield f"- {mark} {found.severity}: {plain(found.subject)}: {plain(found.message)}{mend}"
