from collections.abc import Iterable

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from exporters.exposition import expose
from exporters.families import family, histogram
from exporters.metric import Metric

NUMBERS = (0.0, 1.0, 0.1, 1e-7, 1_234_567.0, 123_456_789.5, 1e21, -2.5, float("inf"), float("nan"))


def a_metric(name: str, kind: str, *labels: str) -> Metric:
    return Metric(name=name, kind=kind, help='A "help"\nwith \\', labels=labels)  # type: ignore[arg-type]


def families() -> Iterable[Family]:
    for name, kind in (("a_total", "counter"), ("b_bytes", "gauge"), ("c_info", "info")):
        labels = [((f"{number}", 'a "quoted"\\\ntext'), number) for number in NUMBERS]
        yield family(a_metric(name, kind, "z", "a"), labels)
    yield family(a_metric("nothing", "gauge"), [])
    yield family(a_metric("one", "gauge"), [((), 1.0)])
    buckets = [("0.1", 3.0), ("+Inf", 4.0)]
    yield histogram(a_metric("took_seconds", "histogram", "request"), [(("r",), buckets, 1.5)])


class _Families(Collector):
    def collect(self) -> Iterable[Family]:
        return families()


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5",
        "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6",
    ],
)
def test_the_text_is_the_librarys_byte_for_byte(accept: str | None) -> None:
    registry = CollectorRegistry()
    registry.register(_Families())
    encoder, content_type = choose_encoder(accept or "")
    assert expose(families(), accept) == (encoder(registry), content_type)
