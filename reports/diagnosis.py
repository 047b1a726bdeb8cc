"""Findings of a capture, each with what was tried against it on a copy of the database."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from b2bench.arguments import Case, Drawn
from b2bench.errors import BadInput, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.progress import Progress
from b2bench.queries import QueryClass, by_name
from b2bench.target import Target
from reports.advice import Advice, advise
from reports.capture import Capture, ClassCapture, pinned_session
from reports.facts import Facts
from reports.fixes import fixes
from reports.markdown import one_line
from reports.observing import Observer, observing
from reports.trials import Measured, Subject, Trial, known_arguments, try_fixes

_UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding, the step as it is, and what was tried; trials are best first.

    Args:
        query: the class that it is in.
        advice: the finding, named and graded by what helped.
        cases: in which it was found.
        before: what the step does in the case that was tried; `None` where nothing was.
    """

    query: str
    advice: Advice
    cases: tuple[Case, ...]
    before: Measured | None = None
    trials: tuple[Trial, ...] = ()

    @property
    def proven(self) -> Trial | None:
        """The best fix that was shown to help."""
        best = self.trials[0] if self.trials else None
        return best if best and best.is_proven else None

    @property
    def finding(self) -> Finding:
        """The finding with its mend, and whether that is proven."""
        finding = self.advice.finding
        if (proven := self.proven) is not None:
            return replace(finding, mend=f"{one_line(proven.fix.shown)} (proven: {proven.why})")
        if self.trials:
            return replace(finding, mend=f"{finding.mend} ({_UNPROVEN})")
        return finding


def diagnose(capture: Capture, facts: Facts) -> tuple[Diagnosis, ...]:
    """Return the findings of a capture; nothing is tried."""
    return tuple(each for captured in capture.classes for each in _diagnose(captured, facts))


def _diagnose(captured: ClassCapture, facts: Facts) -> tuple[Diagnosis, ...]:
    """Return the findings of a class, those of one kind on one subject together."""
    grouped = dict[tuple[str, str, str], list[Advice]]()
    for advice in advise(captured, facts):
        key = (advice.step, advice.finding.code, advice.finding.subject)
        grouped.setdefault(key, []).append(advice)
    return tuple(
        Diagnosis(
            query=captured.query,
            advice=_representative(captured, group),
            cases=tuple(dict.fromkeys(each.case for each in group)),
        )
        for group in grouped.values()
    )


def _representative(captured: ClassCapture, group: Sequence[Advice]) -> Advice:
    """Return the advice from the case that does most work, on the node that does most of it."""
    blocks = {
        case.case: sum(step.work.shared_blocks + step.work.temp_blocks for step in case.steps)
        for case in captured.cases
    }
    return max(group, key=lambda advice: blocks[advice.case])


def prove(
    target: Target,
    capture: Capture,
    queries: Sequence[QueryClass],
    drawn: Drawn,
    *,
    facts: Facts,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
) -> tuple[Diagnosis, ...]:
    """Try what could mend each finding, and name the finding by what did.

    Args:
        target: a copy that may be changed, where nobody else works; all is rolled back, but for
            VACUUM.
        capture: of the same data.
        queries: the classes.
        drawn: arguments by class and case, those of the capture.
        facts: about the database.
        roles: database role by the role that a query file names.
        progress: told of each finding.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    found = sorted(diagnose(capture, facts), key=_needs_maintenance)
    classes, by_query = by_name(queries), {each.query: each for each in capture.classes}
    proven = list[Diagnosis]()
    with ExitStack() as stack:
        observer = stack.enter_context(observing(target, is_alone=True))
        for done, diagnosis in enumerate(found):
            progress(f"prove {diagnosis.query}", done=done, total=len(found))
            query = classes[diagnosis.query]
            role = (roles or {}).get(query.role, target.role)
            subject = _subject(diagnosis, by_query[diagnosis.query], query, drawn, role)
            proven.append(_tried(target, diagnosis, subject, observer, facts))
    progress("prove", done=len(found), total=len(found))
    return tuple(sorted(proven, key=lambda each: each.query))


def _needs_maintenance(diagnosis: Diagnosis) -> bool:
    # VACUUM cannot be taken back, so it comes last
    return diagnosis.advice.finding.code == "heap-fetches"


def _subject(
    diagnosis: Diagnosis,
    captured: ClassCapture,
    query: QueryClass,
    drawn: Drawn,
    role: str | None,
) -> Subject | None:
    advice = diagnosis.advice
    case = next(case for case in captured.cases if case.case == advice.case)
    step = next((step for step in case.steps if step.step == advice.step), None)
    arguments = drawn.get(query.name, {}).get(advice.case)
    if step is None or arguments is None:
        return None
    return Subject(query=query, step=step, arguments=arguments, role=role)


def _tried(
    target: Target,
    diagnosis: Diagnosis,
    subject: Subject | None,
    observer: Observer | None,
    facts: Facts,
) -> Diagnosis:
    advice = diagnosis.advice
    if subject is not None and advice.finding.code == "generic-plan-worse":
        before, trial = known_arguments(subject.step)
        return _named(replace(diagnosis, before=before, trials=(trial,)))
    is_excused = advice.finding.severity is Severity.NOTE and not advice.finding.mend
    if subject is None or is_excused:
        return diagnosis
    if not (candidates := fixes(advice, subject.step, subject.query, facts)):
        return diagnosis
    try:
        with pinned_session(replace(target, role=None), may_write=True) as connection:
            before, trials = try_fixes(connection, observer, subject, advice, candidates)
    except (BadInput, StatementFailed):
        return diagnosis
    return _named(replace(diagnosis, before=before, trials=trials))


def _named(diagnosis: Diagnosis) -> Diagnosis:
    """Return the finding as what it turned out to be: a note that can be mended is a warning."""
    if (proven := diagnosis.proven) is None:
        return diagnosis
    finding = diagnosis.advice.finding
    finding = replace(finding, code=proven.fix.code or finding.code, severity=Severity.WARNING)
    return replace(diagnosis, advice=replace(diagnosis.advice, finding=finding))
