"""`b2bench monitor`: the exporter and, when it is installed, a Prometheus that scrapes it."""

from contextlib import suppress

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode


@with_settings(*WHERE, "queries", "runs", "export_port", "prometheus_port")
def monitor(settings: Settings) -> ExitCode:
    """Start the exporter and a Prometheus that scrapes it, until Ctrl-C.

    Both listen on loopback only; where a usual port is taken, on a free one. Prometheus keeps its
    samples in the state folder, for 15 days. Without an installed Prometheus the exporter
    runs alone.

    Examples:
        b2bench monitor
        b2bench monitor --port 0 --prometheus-port 0
        b2bench monitor --dsn postgresql://monitor@host/shop
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._export import make_exporter  # noqa: PLC0415
    from b2bench.commands._monitor import watch  # noqa: PLC0415
    from b2bench.commands._queries import chosen_queries  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415

    queries = chosen_queries(settings)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        exporter = make_exporter(settings, target, queries)
    # Ctrl-C is the way to end it, and no interruption
    with suppress(KeyboardInterrupt):
        watch(settings, exporter, target)
    return ExitCode.FINE
