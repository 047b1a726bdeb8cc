"""What a check comes to: a line with its figure, what is wrong, or why it was not seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from b2bench.findings import Finding, Severity
from reports.health.thresholds import Limit

_S_PER_DAY = 86_400
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


class State(StrEnum):
    """How a check stands; the worst first."""

    ERROR = "error"
    WARNING = "warning"
    UNSEEN = "not seen"
    NOTE = "note"
    UNJUDGED = "unjudged"
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the page.

    Args:
        name: what was looked at.
        figure: what was measured, also where it is fine; where it was not seen, why, with the mend.
        state: the worst of what was found.
        findings: what a person should know, the worst first.
    """

    name: str
    figure: str
    state: State
    findings: tuple[Finding, ...] = ()


def check(name: str, figure: str, findings: Iterable[Finding | None] = ()) -> Check:
    """Return a line with its findings in order; `None` stands for nothing found."""
    found = sorted(filter(None, findings), key=lambda each: _ORDER.index(each.severity))
    state = State(found[0].severity) if found else State.FINE
    return Check(name=name, figure=figure, state=state, findings=tuple(found))


def unseen(name: str, why: str) -> Check:
    """Return a line for what could not be looked at, or only in part."""
    return Check(name=name, figure=why, state=State.UNSEEN)


def unjudged(name: str, figure: str) -> Check:
    """Return a line whose figure says too little for a verdict."""
    return Check(name=name, figure=figure, state=State.UNJUDGED)


def beyond(
    limit: Limit, figure: float, *, code: str, subject: str, message: str, mend: str
) -> Finding | None:
    """Return a finding where a figure is beyond its limit."""
    severity = limit.severity(figure)
    if severity is None:
        return None
    return Finding(code=code, severity=severity, subject=subject, message=message, mend=mend)


def per_day(count: float, counted_s: float) -> float:
    """Return a rate; what was counted for less than a day counts as a day's.

    >>> per_day(1, 60), per_day(10, 10 * 86_400)
    (1.0, 1.0)
    """
    return count * _S_PER_DAY / max(counted_s, _S_PER_DAY)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return some names, and how many more there are.

    >>> listed("abcde")
    'a, b, c and 2 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
