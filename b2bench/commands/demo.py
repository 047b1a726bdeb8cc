"""`b2bench demo`: the main job from end to end."""

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode


@with_settings(*WHERE, "profile", "scale", "seed", "users", "duration_s", "warmup_s", "runs")
def demo(settings: Settings) -> ExitCode:
    """Do the main job once, from server to gate.

    Server, schema, data, load, EXPLAIN report, baseline, gate, and a summary of it all.

    Data of the same recipe that are already there are used again, so a second demo is faster.
    Everything is kept in the state folder and in the run's folder.

    Examples:
        b2bench demo
        b2bench demo --profile tiny --users 5 --duration 3
    """
    from b2bench.commands._demo import perform_demo  # noqa: PLC0415 (--help stays fast)

    return perform_demo(settings)
