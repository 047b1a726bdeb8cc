"""The configuration of a Prometheus of our own: what it scrapes, and which rules it keeps."""

import json
from collections.abc import Sequence
from pathlib import Path

RULES = Path(__file__).with_name("rules")
SCRAPE_INTERVAL_S = 5


def configuration(
    exporter: str | None = None,
    rules: Sequence[Path] = (),
    *,
    interval_s: int = SCRAPE_INTERVAL_S,
) -> str:
    """Return the text of a configuration file.

    Args:
        exporter: `host:port` of the exporter; without it nothing is scraped.
        rules: files of rules.
        interval_s: how often the exporter is scraped, and rules are looked at.
    """
    lines = [
        "global:",
        f"  scrape_interval: {interval_s}s",
        f"  evaluation_interval: {interval_s}s",
    ]
    if rules:
        # a text of JSON is one of YAML, whatever is in it
        lines += ["rule_files:", *(f"  - {json.dumps(str(file))}" for file in rules)]
    if exporter:
        lines += [
            "scrape_configs:",
            "  - job_name: b2bench",
            "    static_configs:",
            f"      - targets: [{json.dumps(exporter)}]",
        ]
    return "".join(f"{line}\n" for line in lines)


def rule_files(folder: Path = RULES) -> tuple[Path, ...]:
    """Return the files of rules in a folder, none where there is no folder."""
    return tuple(sorted(file for file in folder.glob("*.y*ml") if file.is_file()))
