"""The ways in which a load is run: once, beside another database, beside pgbench, for a master."""

from dataclasses import replace

import typer

from b2bench.commands._beside import perform_beside
from b2bench.commands._comparing import publish_comparison
from b2bench.commands._console import progress_shown, say
from b2bench.commands._destinations import Destinations
from b2bench.commands._load import Outcome, join, perform
from b2bench.commands._order import Order
from b2bench.commands._settings import Settings
from b2bench.commands._summary import say_run
from b2bench.commands._target import find_target
from b2bench.findings import ExitCode
from b2bench.records import schema_of, to_json
from reports.run_json import JudgedRun, run_json
from reports.run_junit import run_junit


def run_once(order: Order, destinations: Destinations) -> ExitCode:
    """Run a load, show it, and say what its verdict is worth."""
    with progress_shown() as progress:
        outcome = perform(order, find_target(order.settings, progress), progress)
    _publish(outcome, destinations)
    return outcome.exit_code


def run_with_twin(order: Order, destinations: Destinations, *, rounds: int) -> ExitCode:
    """Run a load, then the same load by both drivers in turn."""
    # loads the driver, which nobody else needs in this process
    from b2bench.commands._twin import (  # noqa: PLC0415
        perform_twin,
        require_same_plan,
        require_twin,
    )
    from b2bench.commands._twin_said import say_twin  # noqa: PLC0415

    binaries = require_twin(order.settings, rounds)
    with progress_shown() as progress:
        target = find_target(order.settings, progress)
        require_same_plan(order, target)
        outcome = perform(order, target, progress)
    _publish(outcome, destinations)
    with progress_shown() as progress:
        twin = perform_twin(
            order, outcome, target, binaries=binaries, rounds=rounds, progress=progress
        )
    if not destinations.is_printed:
        say_twin(twin, outcome.folder / "twin" / "run.sh")
    return outcome.exit_code


def run_beside(order: Order, beside: str, destinations: Destinations) -> ExitCode:
    """Run a load on two databases in turn, and compare them."""
    settings = order.settings
    with progress_shown() as progress:
        baseline = find_target(settings, progress)
        candidate = find_target(replace(settings, dsn=beside), progress)
        both = perform_beside(order, baseline, candidate, progress)
    if both.comparison is None:
        say(f"reports: {both.baseline.report}, {both.candidate.report}")
        raise KeyboardInterrupt
    publish_comparison(both.comparison, both.candidate.record.provenance, destinations)
    if not destinations.is_printed:
        say(f"report: {both.page} (baseline: {both.baseline.report})")
    return both.exit_code


def take_part(settings: Settings, master: str) -> ExitCode:
    """Make a part of the load that a master on another machine conducts."""
    with progress_shown() as progress:
        join(settings, master, progress)
    return ExitCode.FINE


def print_schema() -> ExitCode:
    """Print the JSON schema of `--json`."""
    typer.echo(to_json(schema_of(JudgedRun)), nl=False)
    return ExitCode.FINE


def _publish(outcome: Outcome, destinations: Destinations) -> None:
    """Write the files that were asked for, and show the run unless one goes to standard output.

    Raises:
        KeyboardInterrupt: the run was interrupted, which has been said.
    """
    destinations.write("--json", lambda: run_json(outcome.record, outcome.exit_code))
    destinations.write("--junit", lambda: run_junit(outcome.record))
    if not destinations.is_printed:
        say_run(outcome)
    if outcome.interrupted:
        raise KeyboardInterrupt
