"""The gate's verdict as Markdown, for the comment under a pull request."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import counted, number
from b2bench.findings import Severity
from reports.comparison import Comparisons, StepComparison
from reports.gate import Verdict, worst_first
from reports.gate_groups import Group, Notice, groups, messages, notices
from reports.markdown import MARKS, clipped, code, plain

# GitHub takes 65,536 characters, and whoever posts it may add a line of their own
CHARACTERS_MOST = 60_000
_FOUND_MOST = 40_000
_DIFFERENCES_MOST = 20
_TEXT_MOST = 600
_STATEMENT = re.compile(
    r"(?P<prose>.*?: )(?P<sql>(?:CREATE|ALTER|DROP|ANALYZE|VACUUM|REINDEX|SET) .*)", re.DOTALL
)


def gate_markdown(verdict: Verdict) -> str:
    """Return the verdict, what was found, cause by cause, and the work that was done.

    What does not fit into a comment on GitHub is left out, and it is said how much that is.
    """
    above = "\n".join(_above(verdict)) + "\n"
    return above + _work(verdict.comparisons, room=CHARACTERS_MOST - len(above))


def _above(verdict: Verdict) -> Iterator[str]:
    yield f"### {'✅' if verdict.passed else '❌'} b2bench gate: {verdict.headline}"
    yield ""
    yield f"{plain(verdict.ground.shown)}. Work is counted, not timed."
    yield from _found(verdict.comparisons)
    yield from _differences(verdict.comparisons)


def _found(comparisons: Comparisons) -> Iterator[str]:
    room, left = _FOUND_MOST, 0
    for part in _parts(comparisons):
        heading, rows = part.heading, part.rows
        fitting = _fitting(rows, room - sum(map(len, heading)))
        left += len(rows) - fitting
        if fitting:
            yield ""
            yield from heading
            yield from rows[:fitting]
        room -= sum(map(len, (*heading, *rows[:fitting])))
    if left:
        yield ""
        yield f"{counted(left, 'further finding')} had no room here; `--json` has all of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows that can be cut off, and what stands above them."""

    heading: tuple[str, ...]
    rows: tuple[str, ...]


def _fitting(rows: Sequence[str], room: int) -> int:
    """Return how many rows fit."""
    for count, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return count
    return len(rows)


def _parts(comparisons: Comparisons) -> Iterator[_Part]:
    """Yield what was found, the worst first."""
    of_classes = (found for compared in comparisons.classes for found in compared.notices)
    said = notices([*comparisons.notices, *of_classes])
    grouped = groups(comparisons.classes)
    for severity in Severity:
        if rows := tuple(_notice(notice) for notice in said if notice.severity is severity):
            yield _Part(heading=(), rows=rows)
        yield from (_group(group) for group in grouped if group.severity is severity)


def _notice(notice: Notice) -> str:
    mend = f" → {_mend(notice.mend)}" if notice.mend else ""
    subjects = _text(", ".join(notice.subjects))
    return f"- {MARKS[notice.severity]} **{subjects}**: {_text(notice.message)}{mend}"


def _group(group: Group) -> _Part:
    return _Part(
        heading=(*_explanation(group), "", "| | query class | found |", "|---|---|---|"),
        rows=tuple(map(_row, group.steps)),
    )


def _explanation(group: Group) -> Iterator[str]:
    if group.cause:
        yield f"**{MARKS[group.severity]} cause: {_text(group.cause)}**"
        yield ""
        yield from (f"- mend: {_mend(mend)}" for mend in group.mends)
        return
    word = "better" if group.is_better else "changed"
    mends = "; ".join(map(_mend, group.mends))
    yield f"**{'✅' if group.is_better else MARKS[group.severity]} {word}**{mends and f': {mends}'}"


def _row(step: StepComparison) -> str:
    mark = MARKS[worst_first(step.findings)[0].severity]
    return f"| {mark} | {plain(step.subject)} | {'<br>'.join(map(_text, messages(step)))} |"


def _mend(mend: str) -> str:
    """Return what to do, with a statement as code."""
    match = _STATEMENT.fullmatch(mend)
    if match is None:
        return _text(mend)
    return f"{plain(match['prose'])} {code(clipped(match['sql'], _TEXT_MOST))}"


def _text(text: str) -> str:
    return plain(clipped(text, _TEXT_MOST))


def _differences(comparisons: Comparisons) -> Iterator[str]:
    differences = comparisons.differences
    if not differences:
        return
    yield ""
    yield f"<details><summary>Changed in the catalogue: {len(differences)}</summary>"
    yield ""
    for difference in differences[:_DIFFERENCES_MOST]:
        yield f"- {_text(difference.shown)}"
    if (left := len(differences) - _DIFFERENCES_MOST) > 0:
        yield f"- and {left} more"
    yield ""
    yield "</details>"


def _work(comparisons: Comparisons, *, room: int) -> str:
    """Return the work of every statement; where there is no room, what changed comes first."""
    rows = [
        (step.baseline != step.candidate or bool(step.findings), _work_row(compared.query, step))
        for compared in comparisons.classes
        for step in compared.steps
    ]
    if not rows:
        return ""
    frame = "\n".join(_work_frame([], left=len(rows)))
    texts = [row for _, row in rows]
    fitting = _fitting(texts, room - len(frame))
    if fitting < len(rows):
        texts = [row for changed, row in sorted(rows, key=lambda each: not each[0])]
        fitting = _fitting(texts, room - len(frame))
    return "\n".join(_work_frame(texts[:fitting], left=len(rows) - fitting)) + "\n"


def _work_frame(rows: Sequence[str], *, left: int) -> Iterator[str]:
    yield ""
    yield "<details><summary>Work of every query class</summary>"
    yield ""
    yield "| query class | case | step | blocks | tuples | rows |"
    yield "|---|---|---|--:|--:|--:|"
    yield from rows
    if left:
        yield ""
        yield f"{counted(left, 'further statement')} had no room here; `--json` has all of them."
    yield ""
    yield "</details>"


def _work_row(query: str, step: StepComparison) -> str:
    before, after = step.baseline, step.candidate
    cells = (
        plain(query),
        step.case,
        plain(step.step),
        _moved(before.shared_blocks, after.shared_blocks),
        _moved(before.tuples, after.tuples),
        _moved(before.rows_returned, after.rows_returned),
    )
    return f"| {' | '.join(cells)} |"


def _moved(before: int, after: int) -> str:
    return number(after) if before == after else f"{number(before)} → {number(after)}"
