"""The file that each run of the gate adds a line to, and what it shows."""

import json
import multiprocessing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from reports.gate import Verdict, pronounce
from reports.gate_history import append_history, read_history
from reports.history_changes import history_changes
from reports.history_page import render_history_page
from reports.history_text import history_text
from tests.figures.html import assert_offline_and_sound
from tests.reports.gate_samples import GROUND, compared, step, verdict
from tests.reports.sample_history import BEGAN, commit_of, write_history

CALM = verdict(compared("find_sku", step("find_sku")))
STEPPED = [4] * 10 + [812] * 10


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "history.jsonl"


def test_a_run_is_one_line_with_the_work_of_every_statement(
    file: Path, regression: Verdict
) -> None:
    append_history(file, regression, "abc", BEGAN, {"find_sku (typical)": 1.25})
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["history_version"] == 1
    (run,) = read_history(file).runs
    assert (run.at, run.commit, run.exit_code) == (BEGAN, "abc", 1)
    assert run.ground == regression.ground
    assert run.subjects["find_sku (typical)"].blocks == 246
    assert run.subjects["find_sku (typical)"].tuples == 20_000
    assert run.subjects["find_sku (typical)"].execution_ms == 1.25
    assert run.subjects["scan_family (typical)"].execution_ms is None
    assert run.subjects["place_order · create (typical)"].query == "place_order"


def test_pages_logged_whole_are_no_work(file: Path) -> None:
    written = step("place_order")
    whole = replace(written.candidate, wal_bytes=8_300, wal_full_pages=1)
    logged = replace(written, candidate=whole)
    append_history(file, verdict(compared("place_order", logged)), "", BEGAN)
    assert read_history(file).runs[0].subjects["place_order (typical)"].wal_bytes is None


def _append_many(file: Path) -> None:
    for _ in range(40):
        append_history(file, CALM, "abc", BEGAN)


def test_gates_at_once_do_not_mix_their_lines(file: Path) -> None:
    processes = [multiprocessing.Process(target=_append_many, args=(file,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    history = read_history(file)
    assert (len(history.runs), history.findings) == (160, ())


def test_a_line_that_was_cut_off_is_said_and_left_out(file: Path) -> None:
    write_history(file, find_sku=[4, 4])
    with file.open("ab") as opened:
        opened.write(b'{"at": "2026-06-')
    history = read_history(file)
    assert len(history.runs) == 2
    (found,) = history.findings
    assert found.line == ("warning: history.jsonl, line 3: is damaged, so this run is left out")


def test_a_run_after_a_cut_line_stands_on_a_line_of_its_own(file: Path) -> None:
    write_history(file, find_sku=[4])
    file.write_bytes(file.read_bytes() + b'{"at": "2026-06-')
    append_history(file, CALM, "abc", BEGAN)
    history = read_history(file)
    assert len(history.runs) == 2
    assert len(history.findings) == 1


def test_a_line_of_another_version_is_said_and_left_out(file: Path) -> None:
    write_history(file, find_sku=[4, 4])
    file.write_text(file.read_text().replace('"history_version":1', '"history_version":2', 1))
    history = read_history(file)
    assert len(history.runs) == 1
    assert "is of version 2, this b2bench reads 1" in history.findings[0].message


@pytest.mark.parametrize("text", [None, "", "nonsense\n", "\xff\n"])
def test_a_file_without_a_run_is_bad_input(file: Path, text: str | None) -> None:
    file.parent.mkdir()
    if text is not None:
        file.write_text(text, encoding="latin-1")
    with pytest.raises(BadInput, match="b2bench gate --history"):
        read_history(file)


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        append_history(tmp_path, CALM, "", BEGAN)


def test_a_change_has_its_commit_and_is_still_so(file: Path) -> None:
    write_history(file, find_sku=STEPPED, calm=[7] * 20)
    (ground,) = history_changes(read_history(file)).grounds
    (change,) = ground.changes
    assert (change.query, change.metric, change.before, change.after) == (
        *("find_sku", "blocks", 4, 812),
    )
    assert change.at == BEGAN + timedelta(days=10)
    assert (change.after_commit, change.commit) == (commit_of(9), commit_of(10))
    assert change.until is None


def test_a_change_that_was_undone_says_until_when(file: Path) -> None:
    write_history(file, find_sku=[*STEPPED, *[4] * 5])
    (ground,) = history_changes(read_history(file)).grounds
    back, there = ground.changes
    assert (there.until, there.until_commit) == (BEGAN + timedelta(days=20), commit_of(20))
    assert (back.after, back.until) == (4, None)


def test_runs_on_another_ground_are_another_series(file: Path) -> None:
    older = replace(GROUND, server_major=17)
    for day in range(20):
        at = BEGAN + timedelta(days=day)
        append_history(file, CALM, "abc", at)
        slower = verdict(compared("find_sku", step("find_sku", 812, 812)))
        append_history(file, pronounce(slower.comparisons, older), "abc", at)
    found = history_changes(read_history(file))
    assert [ground.ground.server_major for ground in found.grounds] == [17, 18]
    assert [ground.changes for ground in found.grounds] == [(), ()]


def test_a_statement_that_was_not_always_there_has_a_shorter_series(file: Path) -> None:
    write_history(file, find_sku=[4] * 5)
    write_history(file, find_sku=[4] * 9, later=[5, 5, 5, 5, 5, 300, 300, 300, 300])
    (ground,) = history_changes(read_history(file)).grounds
    (change,) = ground.changes
    assert (change.subject, change.before, change.after) == ("later (typical)", 5, 300)


def test_the_text_tells_what_is_still_so(file: Path) -> None:
    write_history(file, find_sku=[*STEPPED, *[4] * 5], search=[300] * 20 + [200] * 5)
    assert history_text(history_changes(read_history(file))).splitlines() == [
        "PostgreSQL 18, data of its own: 25 runs of 2 statements, 3 changes in 2 query classes: "
        "now 1 less, 1 as much",
        "  2026-06-21 08:00 (0020002000)",
        "    find_sku (typical): blocks 812 → 4",
        "    search (typical): blocks 300 → 200",
        "  2026-06-11 08:00 (0010001000)",
        "    find_sku (typical): blocks 4 → 812 until 2026-06-21 08:00 (0020002000)",
    ]


def test_the_page_has_every_change_and_opens_offline(file: Path) -> None:
    write_history(file, find_sku=STEPPED, calm=[7, 8] * 10)
    page = render_history_page(read_history(file), "history.jsonl")
    outline = assert_offline_and_sound(page)
    for said in ("find_sku (typical)", "blocks 4 → 812", "still so", commit_of(10)[:10], "7–8"):
        assert said in outline.text
    assert page.count("<svg") == 1


def test_a_page_without_changes_says_so(file: Path) -> None:
    write_history(file, find_sku=[4] * 3)
    page = render_history_page(read_history(file), "<history> & more")
    outline = assert_offline_and_sound(page)
    assert "nothing changed" in outline.text
    assert "<history> & more" in outline.text
    assert "<svg" not in page


def test_the_page_says_what_was_left_out(file: Path) -> None:
    write_history(file, find_sku=[4] * 3)
    file.write_text(f"nonsense\n{file.read_text()}")
    page = render_history_page(read_history(file), "history.jsonl")
    assert "history.jsonl, line 1" in assert_offline_and_sound(page).text


def test_statements_of_the_same_letters_have_drawings_of_their_own(file: Path) -> None:
    write_history(file, **{"a_b": STEPPED, "a-b": STEPPED})
    assert_offline_and_sound(render_history_page(read_history(file), "history.jsonl"))
