"""Record the work of query classes, and take a change of it over."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from b2bench.commands._capture import baseline_path, everything, take_capture
from b2bench.commands._console import progress_shown, say, say_findings
from b2bench.commands._output import require_file_place
from b2bench.commands._policy import find_policy
from b2bench.commands._settings import Settings
from b2bench.commands._target import find_target
from b2bench.errors import BadInput
from b2bench.figures.notation import counted
from b2bench.findings import ExitCode, exit_code
from reports.acceptance import accept
from reports.baseline import (
    Acceptance,
    read_baseline,
    record,
    without_constants,
    write_baseline,
)


def record_baseline(
    settings: Settings, *, output: Path | None, scratch: bool, with_constants: bool
) -> ExitCode:
    """Explain every query class, write the file, and say what is not in it.

    Raises:
        BadInput: the file cannot be written, or the query files cannot be used.
        NotOurDatabase: the shop's queries need the shop's data.
    """
    as_of = datetime.now(UTC)
    selection = replace(everything(settings), scratch=scratch, as_of=as_of)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        path = output or baseline_path(settings, target)
        require_file_place(path)
        capture = take_capture(settings, target, selection, progress)
    # a data set has its own fixed instant
    baseline = record(capture, as_of=None if capture.ground.data_set else as_of)
    write_baseline(path, baseline if with_constants else without_constants(baseline))
    say_findings(capture.findings)
    say(f"{counted(len(baseline.classes), 'query class')} recorded: {path}")
    return exit_code(capture.findings)


def accept_class(settings: Settings, query: str, why: str, *, scratch: bool) -> ExitCode:
    """Take over the work of a class, and say so.

    Raises:
        BaselineUnusable: there is no baseline, or it stands on another ground.
        BadInput: no such class, or no reason.
    """
    if not why.strip():
        raise BadInput("--why is empty: say why more work is right")
    policy = find_policy(settings)
    selection = everything(settings)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        path = baseline_path(settings, target)
        baseline = read_baseline(path)
        selection = replace(selection, seed=baseline.seed, as_of=baseline.as_of, scratch=scratch)
        capture = take_capture(settings, target, selection, progress)
    acceptance = Acceptance(why=" ".join(why.split()), at=datetime.now(UTC))
    changed = accept(baseline, capture, query, acceptance, policy=policy)
    write_baseline(path, changed)
    catalogue = "" if changed.catalogue != baseline.catalogue else ", the catalogue as it was"
    say(f"{query} accepted{catalogue}: {path}")
    return ExitCode.FINE
