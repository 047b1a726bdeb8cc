"""`b2bench run`: put the database under load and judge what it answered."""

from typing import Annotated

import typer

from b2bench.commands._options import WHERE, Json, Junit, with_settings
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput
from b2bench.findings import ExitCode

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
Twin = Annotated[
    bool,
    typer.Option(
        "--pgbench-twin", help="Run the same load with pgbench, in turn; see docs/twin.md."
    ),
]
TwinRounds = Annotated[
    int, typer.Option("--twin-rounds", help="How often both sides run, with --pgbench-twin.")
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
RecordMetrics = Annotated[
    bool,
    typer.Option(
        "--record-metrics",
        help="Record the exporter's metrics beside the run, for `b2bench dashboards preview`.",
    ),
]
JsonSchema = Annotated[
    bool, typer.Option("--json-schema", help="Print the JSON schema of --json and exit.")
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
    "metrics_every_s",
)
def run(
    settings: Settings,
    *,
    in_place: InPlace = False,
    beside: Beside = None,
    pgbench_twin: Twin = False,
    twin_rounds: TwinRounds = 3,
    master: Master = None,
    worker: Worker = None,
    record_metrics: RecordMetrics = False,
    json: Json = None,
    junit: Junit = None,
    json_schema: JsonSchema = False,
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
        b2bench run --record-metrics
        b2bench run --fail-on 'target,errors>0.1%,skipped' --junit run.xml
        b2bench run --beside postgresql://me@host/candidate --rounds 10
        b2bench run --queries my-queries --in-place --dsn postgresql://me@host/shop
    """
    from b2bench.commands import _running  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._destinations import Destinations  # noqa: PLC0415
    from b2bench.commands._order import make_order  # noqa: PLC0415

    if json_schema:
        return _running.print_schema()
    _require_one_of(beside=beside, pgbench_twin=pgbench_twin, master=master, worker=worker)
    _require_one_of(beside=beside, worker=worker, record_metrics=record_metrics)
    if worker is not None:
        return _running.take_part(settings, worker)
    destinations = Destinations.asked(json=json, junit=junit)
    order = make_order(settings, in_place=in_place, listen=master, records_metrics=record_metrics)
    if beside is not None:
        return _running.run_beside(order, beside, destinations)
    if pgbench_twin:
        return _running.run_with_twin(order, destinations, rounds=twin_rounds)
    return _running.run_once(order, destinations)


def _require_one_of(**ways: object) -> None:
    """Check that a run is to be done in one special way at most.

    Raises:
        BadInput: in several.
    """
    asked = [f"--{name.replace('_', '-')}" for name, value in ways.items() if value]
    if len(asked) > 1:
        raise BadInput(f"{' and '.join(asked)} do not go together: choose one")
