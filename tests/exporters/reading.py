"""Values of metric families, by name and labels."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric as Family


def value(families: Iterable[Family], name: str, /, **labels: str) -> float | None:
    """Return the first sample's value of that name with these labels among its own, or nothing."""
    found = (
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
    return next(found, None)
