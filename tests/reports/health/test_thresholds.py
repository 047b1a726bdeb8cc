"""Limits: defaults, a file that differs, and what such a file may not say."""

from dataclasses import fields
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from reports.health.thresholds import Limit, Thresholds, read_thresholds

DOCUMENT = Path(__file__).parents[3] / "docs" / "health.md"


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "health.toml"
    path.write_text("blocked_s = { warning = 1, error = 2 }\nbloat_bytes_least = 5\n")
    assert read_thresholds(path) == Thresholds(
        blocked_s=Limit(warning=1, error=2), bloat_bytes_least=5
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("blocked = 5", "there is no threshold 'blocked': choose of connections_share, "),
        ("blocked_s = 5", "health.toml holds no thresholds: "),
        ("blocked_s = { error = 5 }", "health.toml holds no thresholds: "),
        ("blocked_s = { warning = 5, worse = 6 }", "blocked_s has no 'worse'"),
        ("bloat_bytes_least = -1", "bloat_bytes_least is a number, 0 or more, and not -1"),
        ("blocked_s = { warning = nan }", "blocked_s is a number"),
        ("blocked_s = ", "health.toml holds no thresholds: "),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "health.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_thresholds(path)
    assert said in str(refused.value)


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"health\.toml cannot be read"):
        read_thresholds(tmp_path / "health.toml")


def test_the_documentation_lists_every_limit_as_it_is() -> None:
    text = DOCUMENT.read_text()
    for each in fields(Thresholds):
        value = getattr(Thresholds(), each.name)
        if isinstance(value, Limit):
            error = "–" if value.error is None else f"{value.error:,.10g}"
            row = f"| `{each.name}` | {value.warning:,.10g} | {error} |"
        else:
            row = f"| `{each.name}` | {value:,.10g} | |"
        assert row in text
