"""From our definitions to prometheus_client's metric families."""

from collections.abc import Iterable, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family

from exporters.metric import Metric

Sample = tuple[Sequence[str], float]


def family(metric: Metric, samples: Iterable[Sample]) -> Family:
    """Return a counter, gauge or info metric with its samples (label values, value)."""
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    name = metric.name.removesuffix("_total") if metric.kind == "counter" else metric.name
    made: CounterMetricFamily | GaugeMetricFamily = kind(name, metric.help, labels=metric.labels)
    for labels, value in samples:
        made.add_metric(labels, value)
    return made


def histogram(
    metric: Metric, samples: Iterable[tuple[Sequence[str], Sequence[tuple[str, float]], float]]
) -> Family:
    """Return a histogram with its samples (label values, cumulative buckets, sum in base unit)."""
    made = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, buckets, total in samples:
        made.add_metric(labels, buckets, total)
    return made
