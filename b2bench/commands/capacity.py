"""`b2bench capacity`: raise the load until a target breaks, and say where it did."""

from typing import Annotated, TypeVar

import typer

from b2bench.commands import _values
from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.commands.run import InPlace
from b2bench.findings import ExitCode

T = TypeVar("T")
_MS_PER_S = 1_000

Slo = Annotated[
    str | None,
    typer.Option(
        "--slo",
        metavar="TIME",
        help="Target of every query class's 95th percentile, instead of its own: 100ms.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="N",
        help="First rate, requests per second; without it a quarter of what the sessions got"
        " through.",
    ),
]
Step = Annotated[str, typer.Option("--step", metavar="TIME", help="How long to measure each step.")]
WarmUp = Annotated[
    str, typer.Option("--warm-up", metavar="TIME", help="Load before each step, not counted.")
]


@with_settings(
    *WHERE,
    "workload",
    "users",
    "workers",
    "via",
    "pgbouncer",
    "pool_size",
    "seed",
    "queries",
    "runs",
)
def capacity(
    settings: Settings,
    *,
    slo: Slo = None,
    first: From = None,
    step: Step = "10s",
    warm_up: WarmUp = "2s",
    in_place: InPlace = False,
) -> ExitCode:
    """Find how many requests a second the database carries within its targets.

    First 1, 2, 4, … sessions work without a pause, up to --users: to them the Universal
    Scalability Law is fitted, the last number held out and predicted. Then the rate that is
    offered rises until a query class misses its target, requests fail, or the server does not
    keep up, twice in a row; the gap between the last rate that held and the first that did not is
    halved three times. All steps share one copy of the database, dropped afterwards. Exit code 1
    says that already the first rate broke, or that the client was the limit.

    Examples:
        b2bench capacity search --slo 100ms
        b2bench capacity pricing --users 32 --step 30s
        b2bench capacity --users 200 --workers 2 --via pgbouncer
        b2bench capacity --from 200
    """
    from b2bench.commands._capacity import (  # noqa: PLC0415 (--help stays fast)
        Search,
        find_capacity,
        require_targets,
    )
    from b2bench.commands._capacity_summary import say_capacity  # noqa: PLC0415
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._order import make_order  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    slo_s = None if slo is None else _values.option("slo", slo, _values.duration_s)
    search = Search(
        slo_ms=None if slo_s is None else slo_s * _MS_PER_S,
        first_rate=None if first is None else _values.option("from", first, _values.rate),
        step_s=_values.option("step", step, _values.duration_s),
        warmup_s=_values.option("warm-up", warm_up, _values.pause_s),
    )
    order = make_order(settings, in_place=in_place)
    require_targets(order, search)
    with progress_shown() as progress:
        found = find_capacity(order, search, find_target(settings, progress), progress)
    say_capacity(found)
    if found.capacity.interrupted:
        raise KeyboardInterrupt
    return found.exit_code
