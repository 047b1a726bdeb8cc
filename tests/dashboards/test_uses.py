"""Every metric is drawn, judged or written about: none is exported for nobody."""

import re
from pathlib import Path

from dashboards.alerts import ALERTS
from dashboards.boards import BOARDS
from exporters.metrics import METRICS

_DOCS = Path(__file__).parents[2] / "docs"
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_METRIC = re.compile(r"\b(?:pg|bench|b2bench|process)_\w+")
_WORD = re.compile(r"\w+")


def test_every_metric_is_used_by_a_panel_a_rule_or_a_document() -> None:
    asked = [query.expr for board in BOARDS for panel in board.panels for query in panel.queries]
    asked += [annotation.expr for board in BOARDS for annotation in board.annotations]
    asked += [alert.expr for alert in ALERTS]
    # the list of all metrics uses none
    asked += [page.read_text() for page in _DOCS.rglob("*.md") if page.name != "metrics.md"]
    used = {word for text in asked for word in _WORD.findall(text)}
    shown = {metric.name: {metric.name, f"{metric.name}_bucket"} for metric in METRICS}
    assert [name for name, names in shown.items() if not names & used] == []


def test_no_panel_or_rule_names_a_metric_that_nobody_exports() -> None:
    known = {metric.name for metric in METRICS} | {"up", "scrape_duration_seconds"}
    known |= {f"{name}{part}" for name in known for part in ("_bucket", "_sum", "_count")}
    asked = [query.expr for board in BOARDS for panel in board.panels for query in panel.queries]
    asked += [alert.expr for alert in ALERTS]
    # what stands in quotation marks is a setting, a collector and the like
    bare = [_QUOTED.sub("", text) for text in asked]
    named = {word for text in bare for word in _METRIC.findall(text)}
    assert named <= known
