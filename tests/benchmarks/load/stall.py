"""A known stall in the percentiles, and the lag without one: what `selftest load` checks."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from b2bench.selftest.load.checks import Check, judge
from b2bench.selftest.load.rounds import play
from b2bench.selftest.load.setup import Setup
from b2bench.target import Target
from tests.benchmarks.laboratory import Laboratory, Line

_SETUP = Setup(rounds=5)


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield p95 and p99 of a load with a lock, beside its simulation and pgbench."""
    yield from map(_line, _checks(laboratory)[:-1])


def lag_figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield the median lag without a lock beside pgbench's, from the same rounds."""
    yield from map(_line, _checks(laboratory)[-1:])


def _checks(laboratory: Laboratory) -> tuple[Check, ...]:
    return _played(laboratory.server, laboratory.binaries.program("pgbench"))


@cache
def _played(server: Target, pgbench: Path) -> tuple[Check, ...]:
    return judge(play(server, pgbench, _SETUP), _SETUP)


def _line(check: Check) -> Line:
    return Line(
        what=check.what,
        measured=f"{check.measured}{f'; {check.why}' if check.why else ''}",
        wanted=check.wanted,
        met=check.verdict == "met",
    )
