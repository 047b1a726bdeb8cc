"""`b2bench history` as a shell calls it."""

import json
from pathlib import Path

from tests.commands.calling import call, refusal
from tests.figures.html import assert_offline_and_sound
from tests.reports.sample_history import write_history


def test_it_tells_what_changed_and_writes_a_page(tmp_path: Path) -> None:
    write_history(tmp_path / "history.jsonl", find_sku=[4] * 10 + [812] * 10)
    done = call("history", "show", "history.jsonl", "--output", "history.html", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "find_sku (typical): blocks 4 → 812\n" in done.stdout
    assert_offline_and_sound((tmp_path / "history.html").read_text())


def test_it_prints_json_and_nothing_else(tmp_path: Path) -> None:
    write_history(tmp_path / "history.jsonl", find_sku=[4] * 10 + [812] * 10)
    done = call("history", "show", "history.jsonl", "--json", "-", folder=tmp_path)
    assert done.returncode == 0
    (ground,) = json.loads(done.stdout)["grounds"]
    assert [change["after"] for change in ground["changes"]] == [812]


def test_no_file_is_told_in_one_line(tmp_path: Path) -> None:
    line = refusal(call("history", "show", "history.jsonl", folder=tmp_path))
    assert "history.jsonl cannot be read" in line


def test_a_damaged_line_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    write_history(tmp_path / "history.jsonl", find_sku=[4] * 3)
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write('{"at": ')
    done = call("history", "show", "history.jsonl", folder=tmp_path)
    assert done.returncode == 0
    assert "warning: history.jsonl, line 4: is damaged" in done.stdout
    assert "3 runs of 1 statement, nothing changed" in done.stdout
