"""The gate's verdict as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from b2bench import __version__
from b2bench.arguments import Case
from b2bench.catalogue import Difference
from b2bench.findings import Finding, Severity
from b2bench.records import schema_of, to_json
from reports.cause import Cause
from reports.comparison import Comparison, StepComparison
from reports.gate import Verdict
from reports.ground import Ground
from reports.timing import Timing
from reports.work import WorkVector

GATE_JSON_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a statement did, counted; null says that the server did not tell."""

    plan_shape: tuple[str, ...]
    rows_returned: int
    shared_blocks: int
    tuples: int
    temp_blocks: int
    wal_records: int
    wal_bytes: int
    wal_full_pages: int
    trigger_calls: int
    heap_fetches: int
    executed_blocks: int | None
    function_calls: int | None
    jit_functions: int
    statements: int | None
    bytes_returned: int | None
    estimate_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedStep:
    """One statement with one case of arguments.

    Args:
        findings: without the causes, which stand beside them.
        causes: `proven` ones were found by undoing them on a copy.
    """

    subject: str
    case: Case
    step: str
    severity: Severity | None
    baseline: Work
    candidate: Work
    findings: tuple[Finding, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClass:
    """One query class; it was judged if it has statements.

    Args:
        severity: the worst of its findings'; null without any.
        change: of its file.
        notices: what is to be said of it as a whole.
    """

    query: str
    severity: Severity | None
    change: Cause | None
    notices: tuple[Finding, ...]
    steps: tuple[JudgedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGate:
    """Everything that the gate says.

    Args:
        headline: the verdict in one sentence.
        compared: classes that were compared with the baseline.
        findings: all of them, the worst first, with their causes in words.
        notices: what is to be said of the comparison itself.
        differences: between the two catalogues, constants hidden.
        timings: null where nothing was timed.
    """

    exit_code: int
    headline: str
    ground: Ground
    compared: int
    findings: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    classes: tuple[JudgedClass, ...]
    differences: tuple[Difference, ...]
    b2bench: str
    timings: tuple[Timing, ...] | None = None
    gate_version: int = GATE_JSON_VERSION


def gate_json(verdict: Verdict, timings: Sequence[Timing] | None = None) -> str:
    """Return the verdict, all that it stands on, and what was timed, if anything was."""
    compared = verdict.comparisons
    return to_json(
        JudgedGate(
            exit_code=int(verdict.exit_code),
            headline=verdict.headline,
            ground=verdict.ground,
            compared=verdict.compared,
            findings=verdict.findings,
            notices=compared.notices,
            classes=tuple(map(_class, compared.classes)),
            differences=compared.differences,
            b2bench=__version__,
            timings=None if timings is None else tuple(timings),
        )
    ).decode()


def gate_schema() -> dict[str, Any]:
    """Return the JSON schema that `gate_json` follows."""
    return schema_of(JudgedGate)


def _class(compared: Comparison) -> JudgedClass:
    return JudgedClass(
        query=compared.query,
        severity=_worst(compared.findings),
        change=compared.change,
        notices=compared.notices,
        steps=tuple(map(_step, compared.steps)),
    )


def _step(step: StepComparison) -> JudgedStep:
    return JudgedStep(
        subject=step.subject,
        case=step.case,
        step=step.step,
        severity=_worst(step.findings),
        baseline=_work(step.baseline),
        candidate=_work(step.candidate),
        findings=step.findings,
        causes=step.causes,
    )


def _worst(findings: Sequence[Finding]) -> Severity | None:
    order = list(Severity)
    return min((found.severity for found in findings), key=order.index, default=None)


def _work(work: WorkVector) -> Work:
    return Work(**{each.name: getattr(work, each.name) for each in fields(Work)})
