"""What the server did during a run: its statements by their time, and what sessions waited for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from b2bench.figures.bars import Bar, Part, bars
from b2bench.figures.notation import milliseconds, share
from b2bench.runs import Observation, RunRecord, StatementAccount, WaitCount
from reports.run_time_split import TimeSplit, in_total

_BARS_MOST = 12
_MOST = 0.95
_LAG = Part(name="schedule lag", color="warn")
_REST = Part(name="network, driver, planning", color="series-5")
_SERVICE = Part(name="from sending to the answer", color="series-5")
_SERVER = Part(name="server", color="accent")
# the colour of each type of wait; the rest is muted
_WAITS = {
    kind: Part(name=kind, color=color)
    for kind, color in (
        ("CPU", "good"),
        ("IO", "series-2"),
        ("Lock", "bad"),
        ("LWLock", "series-4"),
        ("Client", "series-5"),
    )
}
_OTHER_WAITS = Part(name="other", color="muted")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One statement as the table shows it; its query class and step, shortened where shared."""

    account: StatementAccount
    shown: str
    share: float


def statement_rows(record: RunRecord) -> list[StatementRow]:
    """Return the statements that the server executed, that with most time first."""
    executed = [each for each in record.statements if each.server_calls > 0]
    whole_ms = sum(each.server_time_ms for each in executed)
    return [
        StatementRow(
            account=each,
            shown=shown_statement(each),
            share=each.server_time_ms / whole_ms if whole_ms else 0.0,
        )
        for each in sorted(executed, key=lambda each: -each.server_time_ms)
    ]


def shown_statement(account: StatementAccount) -> str:
    """Return a statement's query class and step.

    >>> account = StatementAccount(query="a, b, c", step="commit", queryid=1, client_calls=0,
    ...     server_calls=0, server_time_ms=0.0, shared_blocks=0, rows=0)
    >>> shown_statement(account)
    'a and 2 more/commit'
    """
    first, *more = account.query.split(", ")
    return f"{first}{f' and {len(more)} more' if more else ''}/{account.step}"


def split_chart(splits: tuple[TimeSplit, ...]) -> Markup:
    """Return the split of all requests, and below it of the classes that took most of it."""
    rows = [in_total(splits), *drawn_splits(splits)]
    served = any(split.server_ms is not None for split in rows)
    return bars(
        [
            Bar(
                label=split.name,
                sizes=(split.lag_ms, split.rest_ms, split.server_ms or 0.0),
                note=_split_note(split),
            )
            for split in rows
        ],
        (_LAG, _REST if served else _SERVICE, _SERVER),
        axis="mean per request, ms",
        name="split",
    )


def _split_note(split: TimeSplit) -> str:
    return f"{milliseconds(split.response_ms)}, {share(split.share)} of all time"


def drawn_splits(splits: Sequence[TimeSplit]) -> list[TimeSplit]:
    """Return the classes that the chart shows: those that took 95 % of the time, twelve at most.

    A class that is slow and rare would make all others look like nothing.
    """
    before = accumulate((split.share for split in splits), initial=0.0)
    drawn = [split for split, sum_before in zip(splits, before, strict=False) if sum_before < _MOST]
    return drawn[:_BARS_MOST]


def waits_chart(observation: Observation) -> Markup:
    """Return how often sessions were seen at work or waiting, as shares of all that was seen."""
    key = (*_WAITS.values(), _OTHER_WAITS)
    return bars(
        list(_wait_bars(observation, key)),
        key,
        axis="share of what busy sessions were seen doing, %",
        name="waits",
        legend=False,
    )


def _wait_bars(observation: Observation, key: Sequence[Part]) -> Iterator[Bar]:
    seen = sum(wait.samples for wait in observation.waits)
    frequent = sorted(observation.waits, key=lambda wait: -wait.samples)[:_BARS_MOST]
    for wait in frequent:
        part = _WAITS.get(wait.kind, _OTHER_WAITS)
        of_all = wait.samples / seen
        yield Bar(
            label=shown_wait(wait),
            sizes=tuple(100 * of_all if each is part else 0.0 for each in key),
            note=f"{share(of_all)} (n={wait.samples:,})",
        )


def shown_wait(wait: WaitCount) -> str:
    """Return a wait as a person looks it up.

    >>> shown_wait(WaitCount(kind="Lock", event="relation", samples=1))
    'Lock: relation'
    """
    return f"{wait.kind}: {wait.event}" if wait.event else wait.kind
