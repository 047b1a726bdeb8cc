"""The policy file: what it says holds, the rest is as without it."""

from pathlib import Path

import pytest

from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from reports.changes import THRESHOLDS, Threshold
from reports.gate_policy import Policy, Rules, TimeFloor, policy_toml, read_policy

WRITTEN = """
[floors]
blocks = { relative = 0.5 }
temp = { relative = 0, absolute = 1 }

[severities]
answer-changed = "error"

[time]
relative = 0.25

[classes.search.floors]
blocks = { absolute = 100 }

[classes.search.severities]
plan-shape-changed = "warning"
"""


def policy(text: str, folder: Path) -> Policy:
    path = folder / "gate-policy.toml"
    path.write_text(text)
    return read_policy(path)


def test_what_a_policy_says_holds_and_the_rest_is_as_without_it(tmp_path: Path) -> None:
    rules = policy(WRITTEN, tmp_path).rules("browse")
    assert rules.thresholds.shared_blocks == Threshold(relative=0.5, absolute=8)
    assert rules.thresholds.temp_blocks == Threshold(relative=0, absolute=1)
    assert rules.thresholds.tuples == THRESHOLDS.tuples
    assert rules.time == TimeFloor(relative=0.25)


def test_the_rules_of_a_class_add_to_those_for_all(tmp_path: Path) -> None:
    rules = policy(WRITTEN, tmp_path).rules("search")
    assert rules.thresholds.shared_blocks == Threshold(relative=0.5, absolute=100)
    assert dict(rules.severities) == {
        "answer-changed": Severity.ERROR,
        "plan-shape-changed": Severity.WARNING,
    }


def test_improvements_stay_notes() -> None:
    note = Finding(code="blocks-decreased", severity=Severity.NOTE, subject="q", message="m")
    assert Rules(severities={note.code: Severity.ERROR}).graded(note) == note


def test_a_policy_without_a_word_is_the_default(tmp_path: Path) -> None:
    assert policy("", tmp_path) == Policy()


def test_a_policy_written_out_is_the_same_policy(tmp_path: Path) -> None:
    read = policy(WRITTEN, tmp_path)
    assert policy(policy_toml(read), tmp_path) == read
    assert policy(policy_toml(Policy()), tmp_path) == Policy()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("floors = 1", "floors"),
        ("[floors]\nblock = { relative = 1 }", "there is no floor 'block': choose of blocks"),
        ("[floors]\nblocks = { relative = -1 }", "0 or more"),
        ("[floors]\nblocks = { absolute = 0 }", "1 or more"),
        ("[floors]\nblocks = { relative = nan }", "a number, 0 or more, and not nan"),
        ("[time]\nrelative = -1", "a number, 0 or more, and not -1"),
        ("[time]\nabsolute_ms = inf", "a number, 0 or more, and not inf"),
        ('[severities]\nblocks = "error"', "there is no finding 'blocks': choose of"),
        ('[severities]\nblocks-increased = "fatal"', "fatal"),
        ("[class.search]", "class"),
        ("[", "no policy"),
    ],
)
def test_a_mistake_is_named_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        policy(text, tmp_path)
    assert said in str(raised.value)
    assert "gate-policy.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_policy_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml cannot be read"):
        read_policy(tmp_path / "nowhere.toml")


def test_rules_for_a_class_that_is_not_there_are_a_mistake(tmp_path: Path) -> None:
    read = policy(WRITTEN, tmp_path)
    read.require_classes(["search", "browse"])
    with pytest.raises(BadInput, match="rules for search, which is no query class"):
        read.require_classes(["serach"])
