"""`b2bench export`: serve metrics for Prometheus."""

import signal

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode


@with_settings(*WHERE, "queries", "runs", "export_host", "export_port", "export_web_config")
def export(settings: Settings) -> ExitCode:
    """Serve metrics for Prometheus until Ctrl-C.

    Statements are joined to query classes by the server's own numbers; a run that is under way
    is shown while it lasts. It listens on loopback unless told otherwise, without a password:
    before choosing another --host, ask for one with --web-config.

    Examples:
        b2bench export
        b2bench export --port 0
        b2bench export --dsn postgresql://monitor@host/shop
        b2bench export --host 0.0.0.0 --web-config web.yml
    """
    from b2bench.commands._console import progress_shown, say, warn  # noqa: PLC0415 (fast --help)
    from b2bench.commands._export import make_exporter  # noqa: PLC0415
    from b2bench.commands._queries import chosen_queries  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from exporters.web import serving  # noqa: PLC0415
    from exporters.web_reload import LiveConfig  # noqa: PLC0415

    # what cannot be used is told before a server is started
    LiveConfig(settings.export_web_config, warn)
    queries = chosen_queries(settings)
    with progress_shown() as progress:
        target = find_target(settings, progress)
        exporter = make_exporter(settings, target, queries)
    address = (settings.export_host, settings.export_port, settings.export_web_config)
    try:
        with exporter, serving(exporter.render, *address, warn=warn) as url:
            say(f"metrics of {target}: {url}", "Ctrl-C ends it")
            signal.pause()
    except KeyboardInterrupt:
        pass  # the way to end it, and no interruption
    return ExitCode.FINE
