"""Databases generated afresh, each judged by the baselines of the ones before it."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from b2bench.clones import clone
from b2bench.database import connect
from b2bench.findings import Finding, Severity
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.baseline import Baseline, read_baseline, record, write_baseline
from reports.capture import Capture, capture
from reports.gate import judge
from scenarios.samplers import shop_source
from tests.benchmarks.laboratory import Laboratory, Line, generated
from tests.shop import QUERIES

PAIRS = 20
_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A freshly generated database: what the gate saw in it, and the baseline that this gives."""

    capture: Capture
    baseline: Baseline


def figures(
    laboratory: Laboratory, *, profile: str = "standard", rounds: int = PAIRS
) -> Iterator[Line]:
    """Yield what the gate finds between databases that hold the same data.

    Each is made with another number of jobs than the one before, and has new statistics.
    """
    made = list[_Recorded]()
    for number in range(rounds + 1):
        made.append(_recorded(laboratory, profile, number))
        if number:
            for finding in _found(made[-2], made[-1]):
                yield Line(what=f"  pair {number}", measured=finding.line)
    yield _line(f"{rounds} pairs, each database beside the one before", _each_pair(made))
    if rounds > 1:
        others = list(combinations(made, 2))
        found = [_found(before, after) for before, after in others]
        yield _line(f"{len(others)} pairs, each database beside all before it", found)


def _recorded(laboratory: Laboratory, profile: str, number: int) -> _Recorded:
    with laboratory.empty_shop() as target:
        generated(target, "--profile", profile, "--jobs", str(_jobs(number)))
        if number % 2:
            with connect(target) as connection:
                connection.execute("ANALYZE")
        captured = _captured(target)
    path = laboratory.folder / f"baseline-{number}.json"
    write_baseline(path, record(captured))
    return _Recorded(captured, read_baseline(path))


def _jobs(number: int) -> int:
    """Return a number of jobs that is another one than that before.

    >>> [_jobs(number) for number in range(5)]
    [1, 2, 3, 4, 1]
    """
    return 1 + number % (2 * max(2, os.cpu_count() or 2))


def _captured(target: Target) -> Capture:
    """Capture as `b2bench gate` does."""
    source = shop_source(target)
    with clone(target, "explain") as copy:
        return capture(copy, load_queries(QUERIES), source, seed=1, progress=silent, clone=True)


def _each_pair(made: Sequence[_Recorded]) -> list[tuple[Finding, ...]]:
    return [_found(*pair) for pair in pairwise(made)]


def _found(before: _Recorded, after: _Recorded) -> tuple[Finding, ...]:
    return judge(before.baseline, after.capture).findings


def _line(what: str, pairs: Sequence[Iterable[Finding]]) -> Line:
    errors = [finding for found in pairs for finding in found if finding.severity is Severity.ERROR]
    codes = Counter(f"{finding.code} of {finding.subject}" for finding in errors)
    named = ", ".join(f"{code} ({count})" for code, count in codes.most_common(_MOST_SHOWN))
    return Line(
        what=what,
        measured=f"{len(errors)} work findings{f': {named}' if named else ''}",
        wanted="none",
        met=not errors,
    )
