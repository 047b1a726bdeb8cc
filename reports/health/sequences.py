"""Sequences that come near their end, or near that of the column which they fill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import number, share
from b2bench.findings import Finding
from reports.health.checks import Check, beyond, check, unseen
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A sequence that does not begin anew; `last_value` is `None` before its first use.

    Args:
        filled: the column that it belongs to, empty if there is none.
        end_value: the last one that both sequence and column hold.
    """

    name: str
    filled: str
    last_value: int | None
    begin_value: int
    end_value: int
    is_readable: bool

    @property
    def used_share(self) -> float:
        """How much of it is used up."""
        if self.last_value is None:
            return 0
        whole = max(abs(self.end_value - self.begin_value), 1)
        return abs(self.last_value - self.begin_value) / whole


def sequences(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at every sequence that may be read."""
    found = sight.rows("sequences", Counter)
    seen = [each for each in found if each.is_readable]
    if seen or not found:
        yield judge_sequences(seen, thresholds)
    if hidden := len(found) - len(seen):
        grant = sight.grant("pg_read_all_data")
        yield unseen(
            "sequences",
            f"{number(hidden)} are not shown to this role: {grant}, which lets it read everything",
        )


def judge_sequences(found: Sequence[Counter], thresholds: Thresholds) -> Check:
    """Judge sequences by how much of them is used up."""
    if not found:
        return check("sequences", "none")
    first = max(found, key=lambda each: each.used_share)
    figure = f"{number(len(found))}, {first.name} is used most: {share(first.used_share)}"
    return check("sequences", figure, (_near_end(each, thresholds) for each in found))


def _near_end(seen: Counter, thresholds: Thresholds) -> Finding | None:
    of = f" of {seen.filled}" if seen.filled else ""
    return beyond(
        thresholds.sequence_share,
        seen.used_share,
        code="sequence-near-end",
        subject=f"sequence {seen.name}",
        message=f"is at {number(seen.last_value)} of {number(seen.end_value)}{of}, "
        f"{share(seen.used_share)}",
        mend="make the column a bigint before it ends: that rewrites the table, so plan it",
    )
