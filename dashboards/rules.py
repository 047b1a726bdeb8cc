"""Write the alert rules as Prometheus reads them: `python -m dashboards.rules`."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dashboards.alerts import ALERTS, Alert

FILE = Path(__file__).with_name("rules") / "b2bench.rules.yml"
_HEAD = """\
# Alerts on what `b2bench export` serves, made from dashboards/alerts.py. See docs/alerts.md.
"""
_DURATION = re.compile(r"\b(\d+)(s|m|h)\b")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def build(alerts: Sequence[Alert] = ALERTS, *, faster: float = 1.0) -> bytes:
    """Return the rule file.

    Args:
        alerts: the rules, all of them if nothing is said.
        faster: divides windows, offsets, ages and waiting times, for trying alerts out: with 60 a
            minute is a second. Nothing becomes shorter than 5 s, or 1 s for waiting times.
    """
    lines = [_HEAD, "groups:\n", "  - name: b2bench\n", "    rules:\n"]
    return "".join([*lines, *(line for alert in alerts for line in _rule(alert, faster))]).encode()


def _rule(alert: Alert, faster: float) -> Iterator[str]:
    yield f"      - alert: {alert.name}\n"
    expr = alert.expr.replace("SECONDS", f"{alert.seconds / faster:g}")
    yield f"        expr: {_quoted(_windows(expr, faster))}\n"
    yield f"        for: {_shorter(alert.for_, faster, least_s=0)}\n"
    yield f"        labels: {{severity: {alert.severity}}}\n"
    yield "        annotations:\n"
    yield f"          summary: {_quoted(alert.summary)}\n"
    yield f"          description: {_quoted(alert.description)}\n"
    yield f"          runbook: docs/runbooks/{alert.page}.md\n"


def _windows(expr: str, faster: float) -> str:
    """Make the windows in brackets, and offsets, shorter."""
    if faster == 1:
        return expr
    shorter = re.sub(r"\[(\w+)\]", lambda found: f"[{_shorter(found[1], faster, least_s=5)}]", expr)
    return re.sub(
        r"offset (\w+)", lambda found: f"offset {_shorter(found[1], faster, least_s=5)}", shorter
    )


def _shorter(duration: str, faster: float, *, least_s: int) -> str:
    if faster == 1:
        return duration
    found = _DURATION.fullmatch(duration)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    return f"{max(least_s, round(seconds / faster))}s"


def _quoted(text: str) -> str:
    # JSON's strings are YAML's
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(build())
