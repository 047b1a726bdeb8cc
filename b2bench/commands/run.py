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
Twin = Annotated[
    bool,
    typer.Option(
        "--pgbench-twin", help="Run the same load with pgbench, in turn; see docs/twin.md."
    ),
]
TwinRounds = Annotated[
    int, typer.Option("--twin-rounds", help="How often both sides run, with --pgbench-twin.")
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
)
def run(
    settings: Settings,
    *,
    in_place: InPlace = False,
    master: Master = None,
    worker: Worker = None,
    pgbench_twin: Twin = False,
    twin_rounds: TwinRounds = 3,
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
        b2bench run pricing --users 10 --think 0 --pgbench-twin
        b2bench run --queries my-queries --in-place --dsn postgresql://me@host/shop
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._load import join, perform  # noqa: PLC0415
    from b2bench.commands._order import make_order  # noqa: PLC0415
    from b2bench.commands._summary import say_run  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    if worker is not None:
        with progress_shown() as progress:
            join(settings, worker, progress)
        return ExitCode.FINE
    order = make_order(settings, in_place=in_place, listen=master)
    if pgbench_twin:
        from b2bench.commands._twin import (  # noqa: PLC0415
            perform_twin,
            require_same_plan,
            require_twin,
        )
        from b2bench.commands._twin_said import say_twin  # noqa: PLC0415

        binaries = require_twin(settings, twin_rounds)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        if pgbench_twin:
            require_same_plan(order, target)
        outcome = perform(order, target, progress)
    say_run(outcome)
    if outcome.interrupted:
        raise KeyboardInterrupt
    if pgbench_twin:
        with progress_shown() as progress:
            twin = perform_twin(
                order, outcome, target, binaries=binaries, rounds=twin_rounds, progress=progress
            )
        say_twin(twin, outcome.folder / "twin" / "run.sh")
    return outcome.exit_code
