"""What changed over the runs of the gate, for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from b2bench.figures.notation import counted, number, significant
from reports.history_changes import Change, GroundChanges, HistoryChanges

_COMMIT_DIGITS = 10
MORE, LESS, AS_MUCH = "more than at first", "less", "as much"


def history_text(changes: HistoryChanges) -> str:
    """Return every change, the newest first, and whether it is still so."""
    return "\n".join(_lines(changes)) + "\n"


def _lines(changes: HistoryChanges) -> Iterator[str]:
    yield from (found.line for found in changes.findings)
    for ground in changes.grounds:
        yield f"{ground.ground.shown}: {ground_verdict(ground)}"
        for (at, commit), together in groupby(ground.changes, key=_moment):
            yield f"  {moment_shown(at, commit)}"
            yield from (f"    {line}" for line in _of_moment(together))


def ground_verdict(ground: GroundChanges) -> str:
    """Return in a sentence how much changed on a ground."""
    over = f"{counted(ground.runs, 'run')} of {counted(ground.subjects, 'statement')}"
    if not ground.changes:
        return f"{over}, nothing changed"
    now = Counter(_now(changes) for changes in by_class(ground.changes).values())
    told = ", ".join(f"{now[word]} {word}" for word in (MORE, LESS, AS_MUCH) if now[word])
    changes = counted(len(ground.changes), "change")
    return f"{over}, {changes} in {counted(now.total(), 'query class')}: now {told}"


def by_class(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Return changes by query class."""
    found = dict[str, list[Change]]()
    for change in changes:
        found.setdefault(change.query, []).append(change)
    return found


def _now(changes: Sequence[Change]) -> str:
    """Return what a class does after its changes, the newest of which is the first here."""
    ends = dict[tuple[str, str], tuple[float, float]]()
    for change in changes:
        key = change.subject, change.metric
        _, last = ends.get(key, (change.before, change.after))
        ends[key] = change.before, last
    if any(last > first for first, last in ends.values()):
        return MORE
    return LESS if any(last < first for first, last in ends.values()) else AS_MUCH


def _moment(change: Change) -> tuple[datetime, str]:
    return change.at, change.commit


def _of_moment(changes: Iterable[Change]) -> Iterator[str]:
    for subject, together in groupby(changes, key=lambda change: change.subject):
        shown = [f"{moved(change)}{_ended(change)}" for change in together]
        yield f"{subject}: {'; '.join(shown)}"


def _ended(change: Change) -> str:
    if change.until is None:
        return ""
    return f" until {moment_shown(change.until, change.until_commit)}"


def moment_shown(at: datetime, commit: str) -> str:
    """Return when a run was, and of which commit.

    >>> moment_shown(datetime(2026, 6, 1, 12, 30), "0123456789abcdef")
    '2026-06-01 12:30 (0123456789)'
    """
    named = f" ({commit_shown(commit)})" if commit else ""
    return f"{at:%Y-%m-%d %H:%M}{named}"


def commit_shown(commit: str) -> str:
    """Return a commit as short as people write it.

    >>> commit_shown("0123456789abcdef"), commit_shown("")
    ('0123456789', '–')
    """
    return commit[:_COMMIT_DIGITS] or "–"


def moved(change: Change) -> str:
    """Return from what to what a figure went, e.g. `blocks 4 → 812`."""
    figures = f"{level(change.before)} → {level(change.after)}"
    return f"{change.unit} {figures}"


def level(value: float) -> str:
    """Return a level: a count as such, anything else with three digits.

    >>> level(8275.0), level(1.2345)
    ('8,275', '1.23')
    """
    return number(value) if value == int(value) else significant(value)
