"""What protection adds to each query class: a part of the EXPLAIN report, in every format."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from b2bench.figures.notation import counted, milliseconds, number, significant, size
from b2bench.figures.page import Section, environment
from reports.markdown import cell
from reports.protection import LEAST_RATIO
from reports.protection_evidence import Added, CaseCost, Protection
from reports.timing import TimeVerdict, Timing

_SHOWN = (TimeVerdict.SLOWER, TimeVerdict.FASTER)
_TWICE = 2.0
_PER_CENT = " %"
_HEADS = (
    "query class",
    "case",
    "policies: blocks",
    "rows read",
    "time",
    "triggers: blocks",
    "log",
    "rows written",
    "time",
    "all: blocks",
    "time",
)
_NAMES = 2


def protection_section(protection: Protection) -> Section:
    """Return the part of the page that shows what policies and triggers add."""
    templates = environment("reports")
    templates.filters |= {
        "work": work_shown,
        "time": time_shown,
        "spread": spread_shown,
        "wal": _wal,
        "more": _more,
    }
    worst = _worst_of_each(protection)
    body = templates.get_template("explain_protection.html").render(
        protection=protection,
        verdict=protection_verdict(protection).replace(_PER_CENT, "\N{NO-BREAK SPACE}%"),
        worst=sorted(worst, key=_rank, reverse=True),
        more=len(protection.cases) > len(worst),
        least=f"{LEAST_RATIO * 100:.0f} %",
    )
    return Section(title="Protection", anchor="protection", body=Markup(body))  # noqa: S704 (escaped)


def protection_lines(protection: Protection) -> list[str]:
    """Return the same for a terminal or a ticket."""
    return list(_lines(protection))


def protection_markdown(protection: Protection) -> list[str]:
    """Return the same as a table that can be put into a document."""
    if not protection.cases:
        return [f"{protection_verdict(protection)}."]
    rows = (f"| {' | '.join(map(cell, row))} |" for row in map(_cells, _worst_of_each(protection)))
    return [
        f"{protection_verdict(protection)}.",
        "",
        f"| {' | '.join(_HEADS)} |",
        f"|{'---|' * _NAMES}{'--:|' * (len(_HEADS) - _NAMES)}",
        *rows,
        *_rest(protection),
    ]


def protection_verdict(protection: Protection) -> str:
    """Return in a sentence what protection costs."""
    if not protection.tables and not protection.triggers:
        return (
            f"No table has row-level security, and no trigger is called `{protection.pattern}`: "
            "protection adds nothing"
        )
    there = (
        f"{counted(protection.tables, 'table')} with row-level security, "
        f"{counted(protection.triggers, 'trigger')} called `{protection.pattern}`"
    )
    if not protection.cases:
        return f"{there}: no query class meets any of them"
    costs = protection.cases
    policies = [(cost, cost.policies) for cost in costs if cost.policies]
    triggers = [(cost, cost.triggers) for cost in costs if cost.triggers]
    said = [*_said("policies", policies), *_said("triggers", triggers)]
    return f"{there}. {'; '.join(said)}"


def work_shown(before: int, after: int) -> str:
    """Return how a count changed: in per cent, in times from twice on, else as it is.

    >>> work_shown(200, 206), work_shown(10, 61), work_shown(0, 5), work_shown(8, 8)
    ('+3 %', '×6.10', '+5', '±0')
    """
    if before == after:
        return "±0"
    if not before:
        return f"+{number(after)}"
    return _ratio_shown(after / before)


def time_shown(timing: Timing | None) -> str:
    """Return how the time changed; `~` where chance explains the difference."""
    if timing is None:
        return "–"
    if timing.verdict in _SHOWN:
        return _ratio_shown(timing.ratio)
    words = {TimeVerdict.UNTIMED: "not timed", TimeVerdict.UNSTABLE: "unstable"}
    return words.get(timing.verdict, "~")


def spread_shown(timing: Timing | None) -> str:
    """Return the interval and the number of pairs; of what is not certain, what was looked at."""
    if timing is None or timing.verdict is TimeVerdict.UNTIMED:
        return ""
    if timing.verdict in _SHOWN:
        low, high = map(_ratio_shown, (timing.low, timing.high))
        low = low.removesuffix(_PER_CENT) if high.endswith(_PER_CENT) else low
        return f"{low} … {high}, n={timing.pairs}"
    return f"{milliseconds(timing.candidate_ms)}, n={timing.pairs}"


def _ratio_shown(ratio: float) -> str:
    if ratio >= _TWICE:
        return f"×{significant(ratio)}"
    per_cent = (ratio - 1) * 100
    digits = 1 if abs(per_cent) < 1 else 0
    return f"{'−' if per_cent < 0 else '+'}{abs(per_cent):.{digits}f}{_PER_CENT}"


def _said(what: str, found: Sequence[tuple[CaseCost, Added]]) -> Iterator[str]:
    if not found:
        return
    classes = {cost.query for cost, _ in found}
    slower = [
        (added.timing, cost)
        for cost, added in found
        if added.timing and added.timing.verdict is TimeVerdict.SLOWER
    ]
    met = f"{counted(len(classes), 'query class')} under {what}"
    if not slower:
        yield f"{met}: none takes longer for certain"
        return
    worst, cost = max(slower, key=lambda each: each[0].ratio)
    many = len({cost.query for _, cost in slower})
    yield (
        f"{met}: {many} take{'s' if many == 1 else ''} longer, at most {time_shown(worst)} "
        f"({spread_shown(worst)}; {cost.query}, {cost.case})"
    )


def _worst_of_each(protection: Protection) -> list[CaseCost]:
    """Return the case of each class to which protection adds most."""
    worst = dict[str, CaseCost]()
    for cost in protection.cases:
        known = worst.setdefault(cost.query, cost)
        if _rank(cost) > _rank(known):
            worst[cost.query] = cost
    return list(worst.values())


def _rank(cost: CaseCost) -> tuple[float, float]:
    total = cost.total
    if total is None:
        return 0.0, 0.0
    timing = total.timing
    slower = timing.ratio if timing and timing.verdict is TimeVerdict.SLOWER else 1.0
    return slower, total.guarded.blocks / max(total.without.blocks, 1)


def _lines(protection: Protection) -> Iterator[str]:
    yield f"Protection: {protection_verdict(protection)}"
    yield from (f"  {finding.line}" for finding in protection.findings)
    for cost in protection.cases:
        parts = [
            f"{what} {_added_line(added)}"
            for what, added in (
                ("policies", cost.policies),
                ("triggers", cost.triggers),
                ("both", cost.both),
            )
            if added
        ]
        yield f"  {cost.query} ({cost.case}): {'; '.join(parts)}"
    yield from (f"  {line}" for line in _rest(protection) if line)


def _added_line(added: Added) -> str:
    before, after = added.without, added.guarded
    said = [f"{number(before.blocks)} → {number(after.blocks)} blocks"]
    if added.rows_written:
        said.append(f"{added.rows_written:+,} rows written")
    if added.wal_bytes:
        said.append(f"{_wal(added)} of WAL")
    spread = spread_shown(added.timing)
    said.append(f"time {time_shown(added.timing)}{f' ({spread})' if spread else ''}")
    return ", ".join(said)


def _rest(protection: Protection) -> Iterator[str]:
    hidden = sorted({cost.query for cost in protection.cases if _hides(cost)})
    if hidden:
        yield ""
        yield (
            f"Policies hide rows from {', '.join(hidden)}: without them the answer is another one, "
            "and so is the work."
        )
    if protection.unguarded and protection.cases:
        yield ""
        yield f"Neither policies nor triggers: {', '.join(protection.unguarded)}."
    for each in protection.left_out:
        yield ""
        yield f"Left out: {each.query}: {each.why}."


def _hides(cost: CaseCost) -> bool:
    return cost.policies is not None and not cost.policies.is_same_answer


def _cells(cost: CaseCost) -> tuple[str, ...]:
    policies, triggers, total = cost.policies, cost.triggers, cost.total
    return (
        cost.query,
        cost.case.value,
        _moved(policies, "blocks"),
        _moved(policies, "tuples"),
        _timed(policies),
        _moved(triggers, "blocks"),
        _wal(triggers) if triggers else "–",
        _more(triggers.rows_written) if triggers else "–",
        _timed(triggers),
        _moved(total, "blocks"),
        _timed(total),
    )


def _moved(added: Added | None, counter: str) -> str:
    if added is None:
        return "–"
    before, after = getattr(added.without, counter), getattr(added.guarded, counter)
    if before == after:
        return f"±0 ({number(before)})"
    return f"{work_shown(before, after)} ({number(before)} → {number(after)})"


def _timed(added: Added | None) -> str:
    if added is None:
        return "–"
    spread = spread_shown(added.timing)
    return f"{time_shown(added.timing)}{f' ({spread})' if spread else ''}"


def _wal(added: Added) -> str:
    """Return how much more was logged.

    What the server does not tell is `unknown`.
    """
    more = added.wal_bytes
    if more is None:
        return "unknown"
    return f"{'−' if more < 0 else '+'}{size(abs(more))}" if more else "±0"


def _more(count: int) -> str:
    return f"{count:+,}" if count else "±0"
