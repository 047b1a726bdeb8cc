"""What policies and triggers were found to add to query classes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from b2bench.arguments import Case
from b2bench.findings import Finding
from reports.timing import Timing

USUAL_TRIGGERS = "audit_%"
_NUMBERED = re.compile(r"SubPlan \d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one execution of a class took, all its steps together.

    Args:
        blocks: touched in tables and indexes, each touch counted, also by functions, triggers and
            foreign-key checks.
        tuples: rows that table scans read and entries that index scans gave.
        rows_written: inserted, updated and deleted, also by triggers.
        wal_bytes: of the write-ahead log; `None` where the server does not tell.
    """

    blocks: int
    tuples: int
    rows_written: int
    wal_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A class with one case of arguments, without some protection and with it.

    Args:
        without: what it took.
        guarded: what it took with the protection.
        is_same_answer: whether both gave the same rows; a policy that hides rows spares work.
        shape_without: the plans of all steps without numbers; so is `shape_guarded`.
        indexes_without: that were scanned, by name; so is `indexes_guarded`.
        timing: without protection as the baseline, in turn with it; `None` where it was not timed.
    """

    without: Spent
    guarded: Spent
    is_same_answer: bool
    shape_without: tuple[str, ...]
    shape_guarded: tuple[str, ...]
    indexes_without: tuple[str, ...]
    indexes_guarded: tuple[str, ...]
    timing: Timing | None = None

    @property
    def has_same_plan(self) -> bool:
        """Whether both sides took the same plans; conditions, and what is read once, aside."""
        return _main(self.shape_without) == _main(self.shape_guarded)

    @property
    def blocks(self) -> int:
        """How many more were touched."""
        return self.guarded.blocks - self.without.blocks

    @property
    def rows_written(self) -> int:
        """How many more were written."""
        return self.guarded.rows_written - self.without.rows_written

    @property
    def wal_bytes(self) -> int | None:
        """How much more was logged; `None` where the server does not tell."""
        if self.guarded.wal_bytes is None or self.without.wal_bytes is None:
            return None
        return self.guarded.wal_bytes - self.without.wal_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCost:
    """What protection adds to a class with one case of arguments.

    Args:
        policies: without row-level security and with it; `None` where no policy holds.
        triggers: without the triggers and with them; `None` where none fires.
        both: without either and with both; `None` where it meets only one of them.
        met: the policies and triggers, as `table.name`.
    """

    query: str
    case: Case
    policies: Added | None
    triggers: Added | None
    both: Added | None
    met: tuple[str, ...]

    @property
    def total(self) -> Added | None:
        """All protection together."""
        return self.both or self.policies or self.triggers


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """A class that was left out, and why."""

    query: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What protection adds to each class.

    Args:
        tables: with row-level security, in the database.
        triggers: whose name is like the pattern, in the database.
        pattern: of LIKE.
        cases: that meet a policy or a trigger, by class.
        unguarded: names of classes that meet neither.
        left_out: classes that could not be measured.
    """

    tables: int
    triggers: int
    pattern: str
    cases: tuple[CaseCost, ...] = ()
    unguarded: tuple[str, ...] = ()
    left_out: tuple[NotMeasured, ...] = ()
    findings: tuple[Finding, ...] = ()


def _main(shape: Sequence[str]) -> list[str]:
    """Return the nodes of a plan that scan, join, sort and the like.

    What is executed once (an InitPlan) is left out, and so is what only passes rows on (a Result).

    >>> _main(("Limit", "  InitPlan 2: Result", "  Result", "    Seq Scan on t"))
    ['Limit', 'Seq Scan on t']
    """
    kept, inside = list[str](), None
    for line in shape:
        title = line.lstrip()
        depth = len(line) - len(title)
        if inside is not None and depth > inside:
            continue
        inside = depth if title.startswith("InitPlan") else None
        if inside is None and title != "Result":
            kept.append(_NUMBERED.sub("SubPlan", title))
    return kept
