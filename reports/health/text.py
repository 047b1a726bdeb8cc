"""The one page: the worst first, each line with a mark and a word, then the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.findings import Finding
from reports.health.checks import Check, State
from reports.health.health import Area, Health

MARKS = {
    State.ERROR: "✗",
    State.WARNING: "!",
    State.UNSEEN: "?",
    State.NOTE: "·",
    State.UNJUDGED: "~",
    State.FINE: "✓",
}
_ORDER = tuple(State)
_MOST_FINDINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the page, with how it stands; `None` where nothing is judged."""

    text: str
    state: State | None = None


def health_text(health: Health) -> str:
    """Return the page as plain text."""
    return "\n".join(line.text for line in health_lines(health)) + "\n"


def health_lines(health: Health) -> Iterator[Line]:
    """Yield the page, line by line."""
    yield Line(
        text=f"health of {health.target} as {health.role}, {health.at:%Y-%m-%d %H:%M:%S} UTC"
    )
    width = max(len(each.name) for area in health.areas for each in area.checks)
    for area in worst_first(health.areas):
        yield Line(text="")
        yield Line(text=area.name)
        for each in area.checks:
            yield from _check(each, width)
    yield Line(text="")
    yield Line(text=f"verdict: {health.verdict}", state=_worst(health.areas))


def worst_first(areas: Sequence[Area]) -> list[Area]:
    """Return areas and their checks in the order of how they stand."""
    sorted_ = [Area(name=area.name, checks=tuple(sorted(area.checks, key=_rank))) for area in areas]
    return sorted(sorted_, key=lambda area: _rank(area.checks[0]))


def _rank(check: Check) -> int:
    return _ORDER.index(check.state)


def _worst(areas: Sequence[Area]) -> State:
    return min((each.state for area in areas for each in area.checks), key=_ORDER.index)


def _check(check: Check, width: int) -> Iterator[Line]:
    mark = MARKS[check.state]
    yield Line(
        text=f"  {mark} {check.state:<8}  {check.name:<{width}}  {check.figure}", state=check.state
    )
    for found in check.findings[:_MOST_FINDINGS]:
        yield from _finding(found)
    more = len(check.findings) - _MOST_FINDINGS
    if more > 0:
        yield Line(text=f"      and {more} more: --json - lists them all")


def _finding(found: Finding) -> Iterator[Line]:
    text = f"      {found.severity}: {found.subject}: {found.message}"
    yield Line(text=text, state=State(found.severity))
    if found.mend:
        yield Line(text=f"        → {found.mend}")
