"""Quick gates of a database that did not change, while other processes take the processor."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from b2bench.arguments import ArgumentSource, FirstCaseSource, RememberingSource
from b2bench.clones import clone
from b2bench.findings import Finding, Severity
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.baseline import Baseline, first_cases, record
from reports.capture import Capture, capture
from reports.gate import judge
from reports.paired_timing import QUICK, time_pairs
from reports.timing import Timing
from reports.timing_findings import time_findings
from scenarios.samplers import shop_source
from tests.benchmarks.laboratory import Laboratory, Line, spread
from tests.shop import QUERIES

RUNS = 100
BUSY_LOOPS = 2
_MOST_TIMING_FINDINGS = 1
_SEED = 1


def figures(
    laboratory: Laboratory, *, profile: str = "standard", rounds: int = RUNS
) -> Iterator[Line]:
    """Yield the findings of clean runs, by work and by time, and how long one takes."""
    target, _ = laboratory.filled(profile)
    bench = _Bench(target)
    runs = list[_Run]()
    with busy_loops(BUSY_LOOPS):
        for number in range(rounds):
            runs.append(bench.run(number))
            for line in runs[-1].found:
                yield Line(what=f"  run {number + 1}", measured=line)
    work = sum(len(run.work) for run in runs)
    timing = sum(len(run.timing) for run in runs)
    cases = sum(len(run.timings) for run in runs)
    suspected = sum(timed.suspected != "~" for run in runs for timed in run.timings)
    beside = f"{rounds} clean runs beside {BUSY_LOOPS} busy loops"
    yield Line(what=f"work findings in {beside}", measured=str(work), wanted="none", met=not work)
    yield Line(
        what=f"timing findings in {beside}",
        measured=f"{timing} of {cases} timed, {suspected} of them suspected by the first pass",
        wanted=f"at most {_MOST_TIMING_FINDINGS}",
        met=timing <= _MOST_TIMING_FINDINGS,
    )
    yield Line(what="  work of one run", measured=spread([run.work_s for run in runs]))
    yield Line(what="  time of one run", measured=spread([run.timing_s for run in runs]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of a quick gate with timing."""

    work: tuple[Finding, ...]
    timing: tuple[Finding, ...]
    timings: tuple[Timing, ...]
    work_s: float
    timing_s: float

    @property
    def found(self) -> Iterator[str]:
        """What was found, and what looked like it."""
        yield from (finding.line for finding in (*self.work, *self.timing))
        for timed in self.timings:
            if timed.suspected != "~":
                yield (
                    f"{timed.subject} {timed.suspected} at first, then {timed.ratio:.2f}"
                    f" ({timed.low:.2f} to {timed.high:.2f}, n={timed.pairs})"
                )


class _Bench:
    """A database with its baseline, judged again and again."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._queries = load_queries(QUERIES)
        self._source = typical_source(target)
        with clone(target, "explain") as copy:
            self._baseline: Baseline = first_cases(record(self._captured(copy)))

    def _captured(self, copy: Target) -> Capture:
        return capture(copy, self._queries, self._source, seed=_SEED, progress=silent, clone=True)

    def run(self, number: int) -> _Run:
        """Judge work and time on fresh copies; the older copy is now one side, now the other."""
        begin_s = time.perf_counter()
        with clone(self._target, "explain") as copy:
            work = judge(self._baseline, self._captured(copy)).findings
        work_s = time.perf_counter() - begin_s
        with clone(self._target, "older") as older, clone(self._target, "newer") as newer:
            sides = (older, newer) if number % 2 else (newer, older)
            begin_s = time.perf_counter()
            timings = time_pairs(
                *sides,
                self._queries,
                self._source,
                seed=number,
                progress=silent,
                effort=QUICK,
                clone=True,
            )
            timing_s = time.perf_counter() - begin_s
        return _Run(
            work=tuple(_errors(work)),
            timing=tuple(_errors(time_findings(timings))),
            timings=timings,
            work_s=work_s,
            timing_s=timing_s,
        )


def _errors(findings: Sequence[Finding]) -> Iterator[Finding]:
    return (finding for finding in findings if finding.severity is Severity.ERROR)


def typical_source(target: Target) -> ArgumentSource:
    """Return the shop's arguments of one case for each class, as `gate --quick` has them."""
    return RememberingSource(FirstCaseSource(shop_source(target)))


@contextmanager
def busy_loops(number: int) -> Iterator[None]:
    """Keep so many processes busy beside what is measured."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
