"""Every alert fires when it should, is quiet when it should, and has a page of its own."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from dashboards.alerts import ALERTS, Alert
from dashboards.rules import FILE, build
from tests.components import require
from tests.dashboards.alert_cases import CASES, Case

_PAGES = Path(__file__).parents[2] / "docs" / "runbooks"
_TABLE = Path(__file__).parents[2] / "docs" / "alerts.md"


def test_the_committed_rules_are_what_the_code_builds() -> None:
    assert FILE.read_bytes() == build(), "run `make generate`"


def test_promtool_accepts_the_rules() -> None:
    said = _promtool("check", "rules", FILE)
    assert f"SUCCESS: {len(ALERTS)} rules found" in said


def test_every_alert_has_a_firing_and_a_quiet_case() -> None:
    assert set(CASES) == {alert.name for alert in ALERTS}


def test_every_alert_fires_and_is_quiet_as_its_cases_say(tmp_path: Path) -> None:
    (tmp_path / FILE.name).write_bytes(build())
    tests = [test for name, case in CASES.items() for test in _tests(name, case)]
    content = {"rule_files": [FILE.name], "evaluation_interval": "1m", "tests": tests}
    # JSON is YAML
    (tmp_path / "cases.yml").write_text(json.dumps(content))
    assert "SUCCESS" in _promtool("test", "rules", tmp_path / "cases.yml")


def _tests(name: str, case: Case) -> list[dict[str, object]]:
    firing = f'count(ALERTS{{alertname="{name}",alertstate="firing"}})'
    return [
        {
            "name": f"{name} {'fires' if fires else 'is quiet'}",
            "interval": "1m",
            "input_series": [
                {"series": series, "values": values}
                for series, _, values in (line.partition("} ") for line in lines)
                for series in [f"{series}}}"]
            ],
            "promql_expr_test": [
                {
                    "expr": firing,
                    "eval_time": f"{case.after_min}m",
                    "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                }
            ],
        }
        for fires, lines in ((True, case.firing), (False, case.quiet))
    ]


def test_faster_rules_are_the_same_ones_with_shorter_windows() -> None:
    fast = build(faster=60).decode()
    assert "[5s]" in fast
    assert "offset 60s" in fast
    assert fast.count("alert:") == build().decode().count("alert:")


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    pages = {path.stem for path in _PAGES.glob("*.md")} - {"README"}
    assert pages == {alert.page for alert in ALERTS}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alerts_page_says_what_it_means_how_to_look_and_what_to_do(alert: Alert) -> None:
    text = (_PAGES / f"{alert.page}.md").read_text()
    assert text.startswith(f"# {alert.name}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["What it means", "Look", "Do"]


def test_the_table_of_alerts_names_each_with_its_severity() -> None:
    text = _TABLE.read_text()
    for alert in ALERTS:
        line = f"| [{alert.name}](runbooks/{alert.page}.md) | {alert.severity} | {alert.for_} |"
        assert line in text, f"docs/alerts.md lacks: {line}"


def test_the_sql_of_the_pages_runs(server: Target) -> None:
    with connect(server) as connection:
        for page in _PAGES.glob("*.md"):
            for statement in re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL):
                with connection.transaction(force_rollback=True):
                    connection.execute(statement.encode())


def _promtool(*arguments: str | Path) -> str:
    ended = subprocess.run(
        [require("promtool"), *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
