"""The configuration that is made is one that Prometheus takes."""

import subprocess
from pathlib import Path

from dashboards.prometheus_config import configuration, rule_files
from tests.components import require

_RULES = """
groups:
  - name: a
    rules:
      - alert: Down
        expr: pg_up == 0
"""


def test_promtool_finds_nothing_to_say(tmp_path: Path) -> None:
    rules = tmp_path / "it's a: folder" / "rules.yml"
    rules.parent.mkdir()
    rules.write_text(_RULES)
    found = rule_files(rules.parent)
    assert found == (rules,)
    made = tmp_path / "prometheus.yml"
    made.write_text(configuration("127.0.0.1:9187", found))
    checked = subprocess.run(
        [require("promtool"), "check", "config", made], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "1 rules found" in checked.stdout


def test_without_rules_and_exporter_it_is_still_a_configuration(tmp_path: Path) -> None:
    made = tmp_path / "prometheus.yml"
    made.write_text(configuration())
    subprocess.run([require("promtool"), "check", "config", made], check=True, capture_output=True)


def test_no_folder_has_no_rules(tmp_path: Path) -> None:
    assert rule_files(tmp_path / "nowhere") == ()
