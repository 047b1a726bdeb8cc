"""Compare a database with a baseline, look for causes, and publish the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from b2bench.commands._capture import (
    Subject,
    baseline_path,
    capture_subject,
    everything,
    find_subject,
)
from b2bench.commands._commit import find_commit
from b2bench.commands._destinations import Destinations
from b2bench.commands._gate_time import TimeWishes, require_something_beside, take_times
from b2bench.commands._policy import find_policy
from b2bench.commands._settings import Settings
from b2bench.commands._summary import say_verdict
from b2bench.commands._target import find_target
from b2bench.errors import B2benchError
from b2bench.findings import ExitCode, Finding, Severity
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.records import to_json
from reports.attribution import Candidate, name_causes
from reports.baseline import Baseline, first_cases, read_baseline
from reports.capture import Capture
from reports.gate import Verdict, judge, with_findings
from reports.gate_codes import CAUSES_NOT_SOUGHT
from reports.gate_history import append_history
from reports.gate_json import gate_json, gate_schema
from reports.gate_junit import gate_junit
from reports.gate_markdown import gate_markdown
from reports.gate_policy import Policy
from reports.gate_sarif import gate_sarif
from reports.timing import Timing
from reports.timing_findings import time_findings
from reports.uncounted import uncounted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How thoroughly the gate looks.

    Args:
        quick: one case of each class.
        causes: whether experiments look for the cause of a regression.
        scratch: the named database is one to experiment with, so copies of it may be made.
        time: what the candidate is timed beside; `None` where work is enough.
    """

    quick: bool = False
    causes: bool = True
    scratch: bool = False
    time: TimeWishes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, and what it was pronounced on; `timings` is `None` where nothing was timed."""

    verdict: Verdict
    capture: Capture
    queries: Sequence[QueryClass]
    timings: tuple[Timing, ...] | None = None


def perform_gate(settings: Settings, wishes: Wishes, progress: Progress) -> Judged:
    """Explain everything as the baseline was explained, compare, and look for causes.

    Raises:
        BaselineUnusable: there is none, or it stands on another ground.
        BadInput: the policy, a query file or their arguments cannot be used.
        NotOurDatabase: the shop's queries need the shop's data.
    """
    policy = find_policy(settings)
    selection = everything(settings)
    target = find_target(settings, progress)
    baseline = read_baseline(baseline_path(settings, target))
    recorded = {each.query for each in baseline.classes}
    policy.require_classes(recorded | {query.name for query in selection.queries})
    if wishes.quick:
        baseline = first_cases(baseline)
    selection = replace(
        selection,
        # other arguments would be other work
        seed=baseline.seed,
        as_of=baseline.as_of,
        scratch=wishes.scratch,
        typical_only=wishes.quick,
    )
    subject = find_subject(settings, target, selection)
    if wishes.time is not None:
        require_something_beside(subject, wishes.time)
    captured = capture_subject(subject, progress)
    verdict = judge(baseline, captured, policy)
    noted = (*captured.notices, *uncounted(verdict.comparisons))
    verdict = with_findings(verdict, _by_query(noted), policy)
    if wishes.causes and subject.may_copy:
        verdict = with_causes(verdict, baseline, _candidate(subject, captured, policy), progress)
    judged = Judged(verdict=verdict, capture=captured, queries=selection.queries)
    if wishes.time is None:
        return judged
    timings, notices = take_times(
        subject, wishes.time, progress, baseline=baseline, captured=captured, policy=policy
    )
    found = (*time_findings(timings, policy), *notices)
    timed = with_findings(verdict, _by_query(found), policy)
    return replace(judged, verdict=timed, timings=timings)


def with_causes(
    verdict: Verdict, baseline: Baseline, candidate: Candidate, progress: Progress
) -> Verdict:
    """Return the verdict with its causes; what keeps us from finding them does not unsay it."""
    try:
        return name_causes(verdict, baseline, candidate, progress)
    except B2benchError as error:
        finding = Finding(
            code=CAUSES_NOT_SOUGHT,
            severity=Severity.WARNING,
            subject="causes",
            message=f"could not be looked for to the end: {error}",
        )
        return with_findings(verdict, {finding.subject: [finding]}, candidate.policy)


def _by_query(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return findings by the query class that their subject begins with."""
    found = dict[str, list[Finding]]()
    for finding in findings:
        found.setdefault(finding.subject.partition(" (")[0], []).append(finding)
    return found


def _candidate(subject: Subject, captured: Capture, policy: Policy) -> Candidate:
    return Candidate(
        captured=captured,
        queries=subject.selection.queries,
        source=subject.source,
        seed=subject.selection.seed,
        copies=subject.copies("cause"),
        policy=policy,
        roles=subject.roles.taken,
    )


def publish(judged: Judged, destinations: Destinations, history: Path | None) -> None:
    """Write the files that were asked for, and show the verdict unless one is printed.

    Raises:
        BadInput: a file cannot be written.
    """
    verdict, at = judged.verdict, judged.capture.provenance.at
    destinations.write("--markdown", lambda: gate_markdown(verdict))
    destinations.write("--json", lambda: gate_json(verdict, judged.timings))
    destinations.write("--junit", lambda: gate_junit(verdict, at))
    destinations.write("--sarif", lambda: gate_sarif(verdict, judged.queries, Path.cwd()))
    if history is not None:
        times = {each.subject: each.candidate_ms for each in judged.timings or ()}
        append_history(history, verdict, find_commit(), at, times)
    if not destinations.is_printed:
        say_verdict(verdict)


def show_schema() -> ExitCode:
    """Print the JSON schema of `--json`."""
    typer.echo(to_json(gate_schema()).decode(), nl=False)
    return ExitCode.FINE
