"""`b2bench run`: put the database under load and judge what it answered."""

from typing import Annotated

import typer

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

InPlace = Annotated[
    bool,
    typer.Option("--in-place", help="Load the database itself and not a copy of it; recorded."),
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
    "queries",
    "runs",
)
def run(
    settings: Settings,
    *,
    in_place: InPlace = False,
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
        b2bench run spike --workers 2
        b2bench run --queries my-queries --in-place --dsn postgresql://me@host/shop
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._load import join, make_order, perform  # noqa: PLC0415
    from b2bench.commands._summary import say_run  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    if worker is not None:
        with progress_shown() as progress:
            join(settings, worker, progress)
        return ExitCode.FINE
    order = make_order(settings, in_place=in_place, listen=master)
    with progress_shown() as progress:
        outcome = perform(order, find_target(settings, progress), progress)
    say_run(outcome)
    if outcome.interrupted:
        raise KeyboardInterrupt
    return outcome.exit_code
