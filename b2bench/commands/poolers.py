"""`b2bench poolers`: what a pooler does to a workload, with few users and with many."""

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.commands.run import InPlace
from b2bench.findings import ExitCode


@with_settings(
    *WHERE,
    "workload",
    "users_list",
    "think_s",
    "duration_s",
    "warmup_s",
    "rounds",
    "seed",
    "pgbouncer",
    "pool_size",
    "queries",
    "runs",
)
def poolers(settings: Settings, *, in_place: InPlace = False) -> ExitCode:
    """Compare direct connections with PgBouncer, for several numbers of users.

    Each number of users is run direct and through a PgBouncer of its own in transaction mode,
    with statements prepared and not prepared, in turn and some rounds, on one copy of the
    database. Throughput, latency, the cost of connecting, backends and memory stand in
    poolers.json and poolers.html. Exit code 1 says that requests failed or a run is not valid.

    Examples:
        b2bench poolers
        b2bench poolers search --users-list 10,50 --rounds 1 --duration 10
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._poolers import make_matrix, perform_matrix  # noqa: PLC0415
    from b2bench.commands._poolers_shown import say_matrix  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    matrix = make_matrix(settings, in_place=in_place)
    with progress_shown() as progress:
        outcome = perform_matrix(matrix, find_target(settings, progress), progress)
    return say_matrix(outcome)
