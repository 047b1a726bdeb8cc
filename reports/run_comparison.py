"""Compare two runs, one query class at a time: what became slower, and how sure that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from b2bench.errors import BaselineUnusable
from b2bench.figures.notation import counted, number, share
from b2bench.findings import ExitCode, Finding, Severity, exit_code
from b2bench.runs import LoadResult, QueryResult, RunRecord, Span
from reports.compared_figures import DECISIVE, LEAST_REQUESTS, Compared, Figure, Name
from reports.run_likeness import Difference, settings_that_differ, what_differs
from reports.significance import Ratio, corrected, memory_of, paired, unpaired

WHOLE = "the whole run"
TOLERANCE = 0.05
_MEND = "`b2bench explain` shows its plan, `b2bench gate` what changed"
_US_PER_MS = 1_000
_LEAST_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """One of the two runs, as far as a reader of the comparison wants to know it."""

    run: str
    target: str
    server: str
    via: str
    started_unix_s: float
    measured_s: float
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """What came of it, for every output format to show.

    Args:
        is_interleaved: the two ran in turn, so that what the machine did meanwhile cancels.
        rounds: how often each side ran.
        memory: how alike neighbouring parts of a run were; 0 where they ran in turn.
        tolerance: a slow-down up to this share is no reason to stop.
        settings: of the servers, as far as they differ; often this is what is compared.
    """

    baseline: ComparedRun
    candidate: ComparedRun
    workload: str
    whole: Compared
    classes: tuple[Compared, ...]
    is_interleaved: bool
    rounds: int
    memory: float
    tolerance: float
    settings: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where anything is slower beyond the tolerance."""
        return exit_code(self.findings)

    @property
    def subjects(self) -> tuple[Compared, ...]:
        """The whole run, and every query class."""
        return (self.whole, *self.classes)

    @property
    def order(self) -> str:
        """How the two ran."""
        if self.is_interleaved:
            return f"in turn, {counted(self.rounds, 'round')} each"
        return "at different times"

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        by_verdict = {
            verdict: [each.name for each in self.classes if each.verdict == verdict]
            for verdict in ("slower", "faster", "~")
        }
        parts = [
            f"{len(names)} {verdict}: {', '.join(names)}"
            for verdict, names in by_verdict.items()
            if names and verdict != "~"
        ]
        if not parts and self.whole.verdict != "~":
            parts = [f"{WHOLE} is {self.whole.verdict}, no query class by itself"]
        said = "; ".join(parts) if parts else "no significant difference"
        return f"{said} ({counted(len(self.classes), 'query class')} compared)"


def compare_runs(
    baseline: RunRecord,
    candidate: RunRecord,
    *,
    tolerance: float = TOLERANCE,
    anyway: bool = False,
) -> RunComparison:
    """Compare two runs of the same load.

    Args:
        baseline: what it was like.
        candidate: what it is like now.
        tolerance: a slow-down up to this share only warns.
        anyway: compare runs of unlike loads, too, and warn.

    Raises:
        BaselineUnusable: the two are not comparable; the message lists what differs.
    """
    unlike = what_differs(baseline, candidate)
    if unlike and not anyway:
        raise BaselineUnusable(
            f"not comparable: {'; '.join(each.shown for each in unlike)}: "
            "--anyway compares them all the same"
        )
    in_turn = interleave(baseline, candidate)
    names = _common(baseline, candidate)
    subjects = [_whole(baseline, candidate, in_turn=in_turn)]
    subjects += [_class(name, baseline, candidate, in_turn=in_turn) for name in names]
    memory = 0.0 if in_turn else memory_of(_means(subjects))
    compared = _compared(subjects, memory=memory, in_turn=in_turn)
    findings = (
        *_doubts(baseline, candidate, unlike, in_turn=in_turn),
        *(found for each in compared for found in _judged(each, tolerance)),
    )
    return RunComparison(
        baseline=_run(baseline),
        candidate=_run(candidate),
        workload=candidate.plan.workload,
        whole=compared[0],
        classes=compared[1:],
        is_interleaved=in_turn,
        rounds=candidate.plan.rounds if in_turn else 1,
        memory=memory,
        tolerance=tolerance,
        settings=settings_that_differ(baseline, candidate),
        findings=findings,
    )


def interleave(baseline: RunRecord, candidate: RunRecord) -> bool:
    """Return whether the two ran in turn: of each pair of rounds both end before the next begin."""
    if baseline.plan.rounds != candidate.plan.rounds or baseline.plan.rounds < _LEAST_ROUNDS:
        return False
    sides = [_rounds(record) for record in (baseline, candidate)]
    if len(sides[0]) != len(sides[1]):
        return False
    pairs = list(zip(*sides, strict=True))
    return all(
        max(end for _, end in pair) <= min(begin for begin, _ in following)
        for pair, following in pairwise(pairs)
    )


def _rounds(record: RunRecord) -> list[tuple[float, float]]:
    """Return begin and end of each round on the clock.

    Stages count from the start of the measurement; what that was, the result says.
    """
    stages, start_s = record.result.stages, record.result.started_unix_s
    each = max(1, len(stages) // record.plan.rounds)
    rounds = [stages[first : first + each] for first in range(0, len(stages), each)]
    return [
        (start_s + spans[0].begin_s, start_s + spans[-1].begin_s + spans[-1].duration_s)
        for spans in rounds
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A query class, or the whole run, in one of the two runs, with its samples."""

    result: LoadResult | QueryResult
    parts: Sequence[Span]
    measured_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is compared; `series` are the samples of both sides by figure."""

    name: str
    baseline: _Side
    candidate: _Side
    in_turn: bool

    def series(self, name: Name) -> tuple[list[float], list[float]]:
        """Return the samples of both sides; of pairs only those that both have."""
        values = [
            [_sample(part, name) for part in side.parts] for side in (self.baseline, self.candidate)
        ]
        if self.in_turn:
            pairs = [(one, other) for one, other in zip(*values, strict=True) if one and other]
            return [one for one, _ in pairs], [other for _, other in pairs]
        return [one for one in values[0] if one], [other for other in values[1] if other]


def _whole(baseline: RunRecord, candidate: RunRecord, *, in_turn: bool) -> _Subject:
    sides = [
        _Side(
            result=record.result,
            parts=record.result.stages if in_turn else _together(record.result),
            measured_s=record.result.measured_s,
        )
        for record in (baseline, candidate)
    ]
    return _Subject(name=WHOLE, baseline=sides[0], candidate=sides[1], in_turn=in_turn)


def _class(name: str, baseline: RunRecord, candidate: RunRecord, *, in_turn: bool) -> _Subject:
    sides = []
    for record in (baseline, candidate):
        query = next(each for each in record.result.queries if each.name == name)
        parts = query.stages if in_turn else query.spans
        sides.append(_Side(result=query, parts=parts, measured_s=record.result.measured_s))
    return _Subject(name=name, baseline=sides[0], candidate=sides[1], in_turn=in_turn)


def _means(subjects: Sequence[_Subject]) -> Iterator[Sequence[float]]:
    for subject in subjects:
        yield from subject.series("mean")


def _compared(
    subjects: Sequence[_Subject], *, memory: float, in_turn: bool
) -> tuple[Compared, ...]:
    """Return every subject, its decisive ratios corrected for how many of them there are."""
    keys = [(place, name) for place in range(len(subjects)) for name in LEAST_REQUESTS]
    ratios = {
        (place, name): _ratio(*subjects[place].series(name), memory=memory, in_turn=in_turn)
        for place, name in keys
    }
    decisive = [key for key in keys if key[1] in DECISIVE]
    ratios |= dict(zip(decisive, corrected([ratios[key] for key in decisive]), strict=True))
    return tuple(
        Compared(
            name=subject.name,
            requests=(subject.baseline.result.completed, subject.candidate.result.completed),
            failed=(_failed(subject.baseline.result), _failed(subject.candidate.result)),
            figures=tuple(_figure(subject, name, ratios[place, name]) for name in LEAST_REQUESTS),
        )
        for place, subject in enumerate(subjects)
    )


def _figure(subject: _Subject, name: Name, ratio: Ratio | None) -> Figure:
    return Figure(
        name=name,
        baseline=_value(subject.baseline, name),
        candidate=_value(subject.candidate, name),
        ratio=ratio,
        samples=min(map(len, subject.series(name))),
    )


def _sample(part: Span, name: Name) -> float | None:
    """Return a figure of a part, `None` where too few requests stand behind it."""
    if part.completed < LEAST_REQUESTS[name]:
        return None
    if name == "throughput":
        return part.completed / part.duration_s if part.duration_s else None
    return float(getattr(part, f"{name}_us")) or None


def _ratio(
    baseline: Sequence[float], candidate: Sequence[float], *, memory: float, in_turn: bool
) -> Ratio | None:
    if in_turn:
        return paired(baseline, candidate)
    return unpaired(baseline, candidate, memory=memory)


def _value(side: _Side, name: Name) -> float | None:
    """Return a figure of the run as a whole, `None` where nothing was answered."""
    response = side.result.response
    if not response.count or not side.measured_s:
        return None
    if name == "throughput":
        return side.result.completed / side.measured_s
    return float(getattr(response, f"{name}_us")) / _US_PER_MS


def _failed(result: LoadResult | QueryResult) -> float:
    return result.failed / max(1, result.completed + result.failed)


def _together(result: LoadResult) -> list[Span]:
    """Return the parts of all query classes together; percentiles cannot be added, so none."""
    by_begin: dict[float, list[Span]] = {}
    for query in result.queries:
        for part in query.spans:
            by_begin.setdefault(part.begin_s, []).append(part)
    return [_sum(begin_s, by_begin[begin_s]) for begin_s in sorted(by_begin)]


def _sum(begin_s: float, parts: Sequence[Span]) -> Span:
    completed = sum(part.completed for part in parts)
    sum_us = sum(part.mean_us * part.completed for part in parts)
    return Span(
        begin_s=begin_s,
        duration_s=max(part.duration_s for part in parts),
        completed=completed,
        failed=sum(part.failed for part in parts),
        mean_us=sum_us / completed if completed else 0.0,
        p50_us=0,
        p95_us=0,
        p99_us=0,
    )


def _common(baseline: RunRecord, candidate: RunRecord) -> tuple[str, ...]:
    there = {query.name for query in baseline.result.queries}
    return tuple(query.name for query in candidate.result.queries if query.name in there)


def _run(record: RunRecord) -> ComparedRun:
    return ComparedRun(
        run=record.plan.run,
        target=record.plan.target,
        server=record.provenance.server,
        via=record.plan.via,
        started_unix_s=record.result.started_unix_s,
        measured_s=record.result.measured_s,
        requests=record.result.completed,
    )


def _doubts(
    baseline: RunRecord, candidate: RunRecord, unlike: Sequence[Difference], *, in_turn: bool
) -> Iterator[Finding]:
    """Yield what makes the comparison as a whole doubtful."""
    for each in unlike:
        yield _warning("runs-differ", each.what, f"differs: {each.baseline} and {each.candidate}")
    if not in_turn:
        yield _warning(
            "drift-not-excluded",
            WHOLE,
            "the two did not run in turn, so what the machine did meanwhile is in every difference",
            "`b2bench run --beside DSN` loads both in turn",
        )
    for name in sorted(_names(baseline) ^ _names(candidate)):
        which = "baseline" if name in _names(baseline) else "candidate"
        yield _warning("class-missing", name, f"only the {which} has it, so it is not compared")


def _names(record: RunRecord) -> set[str]:
    return {query.name for query in record.result.queries}


def _judged(compared: Compared, tolerance: float) -> Iterator[Finding]:
    if compared.verdict == "slower":
        beyond = compared.is_slower_beyond(tolerance)
        yield Finding(
            code="slower",
            severity=Severity.ERROR if beyond else Severity.WARNING,
            subject=compared.name,
            message=f"{_figures(compared.slower)}, {compared.evidence}"
            f"{'' if beyond else f', within the tolerance of {share(tolerance)}'}",
            mend=_MEND if beyond and compared.name != WHOLE else "",
        )
    elif compared.verdict == "faster":
        yield Finding(
            code="faster",
            severity=Severity.NOTE,
            subject=compared.name,
            message=f"{_figures([compared.telling])}, {compared.evidence}",
        )
    before, after = compared.failed
    if after > before:
        yield _warning(
            "fails-more",
            compared.name,
            f"{share(before)} of the baseline's requests failed, {share(after)} of the "
            f"candidate's (n={number(compared.requests[1])}); failed requests have no time",
        )


def _figures(figures: Sequence[Figure]) -> str:
    return ", ".join(f"{each.name} {each.moved}, {each.ratio_shown}" for each in figures)


def _warning(code: str, subject: str, message: str, mend: str = "") -> Finding:
    return Finding(
        code=code, severity=Severity.WARNING, subject=subject, message=message, mend=mend
    )
