"""`b2bench run`: put the database under load and judge what it answered."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands._options import WHERE, Json, Junit, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from b2bench.commands._destinations import Destinations
    from b2bench.commands._load import Outcome

InPlace = Annotated[
    bool,
    typer.Option("--in-place", help="Load the database itself and not a copy of it; recorded."),
]
Beside = Annotated[
    str | None,
    typer.Option(
        "--beside",
        metavar="DSN",
        help="Load this database, too, in turn with the target, and compare: the target is the"
        " baseline, this one the candidate. Each round has a warm-up of its own.",
    ),
]
JsonSchema = Annotated[
    bool, typer.Option("--json-schema", help="Print the JSON schema of --json and exit.")
]

Master = Annotated[
    str | None,
    typer.Option(
        "--master",
        metavar="HOST:PORT",
        help="Wait here for --workers processes of other machines, and conduct them.",
    ),
]
Worker = Annotated[
    str | None,
    typer.Option(
        "--worker",
        metavar="HOST:PORT",
        help="Be one of the processes that the master there conducts; it has the plan.",
    ),
]


@with_settings(
    *WHERE,
    "workload",
    "users",
    "rate",
    "think_s",
    "duration_s",
    "warmup_s",
    "arrivals",
    "max_lag_s",
    "workers",
    "replica",
    "seed",
    "via",
    "pgbouncer",
    "pool_size",
    "queries",
    "runs",
    "fail_on",
    "rounds",
    "tolerance",
)
def run(
    settings: Settings,
    *,
    in_place: InPlace = False,
    beside: Beside = None,
    json: Json = None,
    junit: Junit = None,
    json_schema: JsonSchema = False,
    master: Master = None,
    worker: Worker = None,
) -> ExitCode:
    """Run a workload and judge it against its targets.

    The load is put on a copy of the database, which is dropped afterwards. Latency counts from
    the moment at which a request was meant to start. The run's folder keeps run.json,
    histograms.hlog and report.html; exit code 1 says that a target was missed, a request
    failed, or the run is not valid.

    Examples:
        b2bench run
        b2bench run search --users 20 --duration 2m
        b2bench run --rate 200 --users 50
        b2bench run --via pgbouncer --pool-size 10
        b2bench run spike --workers 2
        b2bench run --fail-on 'target,errors>0.1%,skipped' --junit run.xml
        b2bench run --beside postgresql://me@host/candidate --rounds 10
        b2bench run --queries my-queries --in-place --dsn postgresql://me@host/shop
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._load import join, perform  # noqa: PLC0415
    from b2bench.commands._order import make_order  # noqa: PLC0415
    from b2bench.commands._summary import say_run  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    if json_schema:
        return _print_schema()
    destinations = Destinations.asked(json=json, junit=junit)
    if worker is not None:
        with progress_shown() as progress:
            join(settings, worker, progress)
        return ExitCode.FINE
    if beside is not None:
        return _run_beside(settings, beside, destinations, in_place=in_place)
    order = make_order(settings, in_place=in_place, listen=master)
    with progress_shown() as progress:
        outcome = perform(order, find_target(settings, progress), progress)
    _publish(outcome, destinations)
    if not destinations.is_printed:
        say_run(outcome)
    if outcome.interrupted:
        raise KeyboardInterrupt
    return outcome.exit_code


def _publish(outcome: "Outcome", destinations: "Destinations") -> None:
    from reports.run_json import run_json  # noqa: PLC0415 (--help stays fast)
    from reports.run_junit import run_junit  # noqa: PLC0415

    destinations.write("--json", lambda: run_json(outcome.record, outcome.exit_code))
    destinations.write("--junit", lambda: run_junit(outcome.record))


def _print_schema() -> ExitCode:
    from b2bench.records import schema_of, to_json  # noqa: PLC0415 (--help stays fast)
    from reports.run_json import JudgedRun  # noqa: PLC0415

    typer.echo(to_json(schema_of(JudgedRun)), nl=False)
    return ExitCode.FINE


def _run_beside(
    settings: Settings, beside: str, destinations: "Destinations", *, in_place: bool
) -> ExitCode:
    from b2bench.commands._beside import perform_beside  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._comparing import publish_comparison  # noqa: PLC0415
    from b2bench.commands._console import progress_shown, say  # noqa: PLC0415
    from b2bench.commands._order import make_order  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    order = make_order(settings, in_place=in_place)
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
