"""How a series is called: the labels that a legend names, else all of them."""

import re
from collections.abc import Mapping

_LABEL = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_NAME = "__name__"


def named(template: str, labels: Mapping[str, str]) -> str:
    """Return a legend with labels put in, as Grafana does.

    >>> named("{{request}} p95", {"request": "search"}), named("", {"__name__": "up", "job": "a"})
    ('search p95', 'up{job="a"}')
    """
    if not template:
        inside = ", ".join(
            f'{name}="{value}"' for name, value in sorted(labels.items()) if name != _NAME
        )
        return f"{labels.get(_NAME, '')}{{{inside}}}"
    return _LABEL.sub(lambda label: labels.get(label[1], ""), template).strip() or "value"
