"""The exporter beside a run, in the command's own process, where somebody asked for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from b2bench.commands._order import Order
from b2bench.runs import METRICS_FILE, MetricsRecording
from b2bench.target import Target


@contextmanager
def recording(
    order: Order, subject: Target, folder: Path
) -> Iterator[Callable[[], MetricsRecording | None]]:
    """Record the metrics of the database under load as long as the block lasts.

    Gives what tells, after the block, what came of it; `None` where nobody asked for metrics.

    Raises:
        ExtensionMissing: pg_stat_statements is not there.
    """
    if not order.records_metrics:
        yield lambda: None
        return
    from b2bench.commands._export import make_exporter  # noqa: PLC0415 (loads the exporter)
    from exporters.recorder import recording as recording_of  # noqa: PLC0415

    exporter = make_exporter(order.settings, subject, order.queries)
    every_s = order.settings.metrics_every_s
    with recording_of(exporter, folder / METRICS_FILE, every_s=every_s) as recorder:
        yield recorder.account
