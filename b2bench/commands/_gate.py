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
from b2bench.commands._policy import find_policy
from b2bench.commands._settings import Settings
from b2bench.commands._summary import say_verdict
from b2bench.commands._target import find_target
from b2bench.findings import ExitCode
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.records import to_json
from reports.attribution import Candidate, name_causes
from reports.baseline import first_cases, read_baseline
from reports.capture import Capture
from reports.gate import Verdict, judge
from reports.gate_history import append_history
from reports.gate_json import gate_json, gate_schema
from reports.gate_junit import gate_junit
from reports.gate_markdown import gate_markdown
from reports.gate_policy import Policy
from reports.gate_sarif import gate_sarif


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How thoroughly the gate looks.

    Args:
        quick: one case of each class.
        causes: whether experiments look for the cause of a regression.
        scratch: the named database is one to experiment with, so copies of it may be made.
    """

    quick: bool = False
    causes: bool = True
    scratch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, and what it was pronounced on."""

    verdict: Verdict
    capture: Capture
    queries: Sequence[QueryClass]


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
    captured = capture_subject(subject, progress)
    verdict = judge(baseline, captured, policy)
    if wishes.causes and subject.may_copy:
        verdict = name_causes(verdict, baseline, _candidate(subject, captured, policy), progress)
    return Judged(verdict=verdict, capture=captured, queries=selection.queries)


def _candidate(subject: Subject, captured: Capture, policy: Policy) -> Candidate:
    return Candidate(
        captured=captured,
        queries=subject.selection.queries,
        source=subject.source,
        seed=subject.selection.seed,
        copies=subject.copies("cause"),
        policy=policy,
    )


def publish(judged: Judged, destinations: Destinations, history: Path | None) -> None:
    """Write the files that were asked for, and show the verdict unless one is printed.

    Raises:
        BadInput: a file cannot be written.
    """
    verdict, at = judged.verdict, judged.capture.provenance.at
    destinations.write("--markdown", lambda: gate_markdown(verdict))
    destinations.write("--json", lambda: gate_json(verdict))
    destinations.write("--junit", lambda: gate_junit(verdict, at))
    destinations.write("--sarif", lambda: gate_sarif(verdict, judged.queries, Path.cwd()))
    if history is not None:
        append_history(history, verdict, find_commit(), at)
    if not destinations.is_printed:
        say_verdict(verdict)


def show_schema() -> ExitCode:
    """Print the JSON schema of `--json`."""
    typer.echo(to_json(gate_schema()).decode(), nl=False)
    return ExitCode.FINE
