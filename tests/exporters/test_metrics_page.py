"""docs/metrics.md is what the definitions say."""

from exporters.metrics import METRICS
from exporters.metrics_page import PAGE, render


def test_the_committed_page_is_what_the_definitions_say() -> None:
    assert PAGE.read_text() == render(), "run `make generate`"


def test_no_metric_is_defined_twice_or_without_its_source() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.source and metric.help for metric in METRICS)
