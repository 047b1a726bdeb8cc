"""A run, or a comparison of two, with its verdict, as JSON for programs."""

from dataclasses import dataclass, fields

from b2bench.findings import Finding
from b2bench.records import to_json
from b2bench.runs import RunRecord
from reports.compared_figures import Compared, Figure
from reports.run_comparison import ComparedRun, RunComparison
from reports.run_likeness import Difference
from reports.run_verdict import verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun(RunRecord):
    """All of run.json, and what a command made of it.

    Args:
        verdict: in one sentence.
    """

    exit_code: int
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClass:
    """A query class, or the whole run, in a comparison; figures as they were compared."""

    name: str
    verdict: str
    says: str
    requests: tuple[int, int]
    failed: tuple[float, float]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedComparison:
    """A comparison of two runs, and what a command made of it."""

    exit_code: int
    verdict: str
    workload: str
    baseline: ComparedRun
    candidate: ComparedRun
    is_interleaved: bool
    rounds: int
    memory: float
    tolerance: float
    whole: JudgedClass
    classes: tuple[JudgedClass, ...]
    settings: tuple[Difference, ...]
    findings: tuple[Finding, ...]


def run_json(record: RunRecord, exit_code: int) -> str:
    """Return run.json with the exit code and the verdict."""
    kept = {each.name: getattr(record, each.name) for each in fields(RunRecord)}
    return to_json(JudgedRun(**kept, exit_code=int(exit_code), verdict=verdict(record))).decode()


def comparison_json(comparison: RunComparison) -> str:
    """Return a comparison with its verdicts."""
    return to_json(
        JudgedComparison(
            exit_code=int(comparison.exit_code),
            verdict=comparison.headline,
            workload=comparison.workload,
            baseline=comparison.baseline,
            candidate=comparison.candidate,
            is_interleaved=comparison.is_interleaved,
            rounds=comparison.rounds,
            memory=comparison.memory,
            tolerance=comparison.tolerance,
            whole=_judged(comparison.whole),
            classes=tuple(map(_judged, comparison.classes)),
            settings=comparison.settings,
            findings=comparison.findings,
        )
    ).decode()


def _judged(compared: Compared) -> JudgedClass:
    return JudgedClass(
        name=compared.name,
        verdict=compared.verdict,
        says=compared.verdict_shown,
        requests=compared.requests,
        failed=compared.failed,
        figures=compared.figures,
    )
