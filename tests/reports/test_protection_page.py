"""What protection adds, as the page, Markdown and text show it; figures made by hand."""

from dataclasses import replace

import pytest

from b2bench.arguments import Case
from b2bench.findings import Finding, Severity
from reports.protection_evidence import Added, CaseCost, NotMeasured, Protection, Spent
from reports.protection_page import (
    protection_lines,
    protection_markdown,
    protection_section,
    protection_verdict,
    spread_shown,
    time_shown,
)
from reports.timing import TimeVerdict, Timing

SLOWER = Timing(
    query="save",
    case=Case.TYPICAL,
    verdict=TimeVerdict.SLOWER,
    baseline_ms=1.0,
    candidate_ms=1.4,
    ratio=1.4,
    low=1.3,
    high=1.52,
    pairs=48,
)
ALIKE = replace(SLOWER, verdict=TimeVerdict.NOT_CERTAIN, ratio=1.04, candidate_ms=1.02)


def spent(blocks: int, *, rows_written: int = 0, wal_bytes: int | None = 0) -> Spent:
    return Spent(blocks=blocks, tuples=blocks, rows_written=rows_written, wal_bytes=wal_bytes)


def added(without: Spent, guarded: Spent, timing: Timing | None = ALIKE) -> Added:
    return Added(
        without=without,
        guarded=guarded,
        is_same_answer=True,
        shape_without=(),
        shape_guarded=(),
        indexes_without=(),
        indexes_guarded=(),
        timing=timing,
    )


READ = CaseCost(
    query="read",
    case=Case.TYPICAL,
    policies=added(spent(200), spent(206)),
    triggers=None,
    both=None,
    met=("orders.own",),
)
SAVE = CaseCost(
    query="save",
    case=Case.COMMON,
    policies=None,
    triggers=added(
        spent(100, rows_written=5, wal_bytes=1000),
        spent(250, rows_written=10, wal_bytes=3048),
        SLOWER,
    ),
    both=None,
    met=("orders.audit_orders",),
)
FOUND = Protection(
    tables=1,
    triggers=1,
    pattern="audit_%",
    cases=(READ, replace(SAVE, case=Case.TYPICAL, triggers=added(spent(9), spent(9))), SAVE),
    unguarded=("browse",),
    left_out=(NotMeasured(query="odd", why="permission denied"),),
    findings=(
        Finding(
            code="policy-costs-index",
            severity=Severity.WARNING,
            subject="read",
            message="`orders_state` is not used",
            mend="mend it",
        ),
    ),
)
NOTHING = Protection(tables=0, triggers=0, pattern="audit_%")


def test_a_difference_of_time_is_shown_with_its_interval_and_pairs_or_not_at_all() -> None:
    assert (time_shown(SLOWER), time_shown(ALIKE), time_shown(None)) == ("+40 %", "~", "–")
    assert spread_shown(SLOWER) == "+30 … +52 %, n=48"
    assert spread_shown(ALIKE) == "1.02 ms, n=48"
    assert time_shown(replace(SLOWER, ratio=5.2)) == "×5.20"


@pytest.mark.parametrize("shown", [TimeVerdict.UNSTABLE, TimeVerdict.UNTIMED])
def test_what_could_not_be_timed_says_no_figure_of_a_difference(shown: TimeVerdict) -> None:
    assert "%" not in time_shown(replace(SLOWER, verdict=shown))


def test_markdown_has_a_row_for_each_class_with_the_case_to_which_most_is_added() -> None:
    text = "\n".join(protection_markdown(FOUND))
    assert "| read | typical | +3 % (200 → 206) | +3 % (200 → 206) | ~ (1.02 ms, n=48) " in text
    assert "| – | – | – | – | +3 % (200 → 206) | ~ (1.02 ms, n=48) |" in text
    assert "| save | common | – | – | – | ×2.50 (100 → 250) | +2.00 KiB | +5 |" in text
    assert "| save | typical" not in text
    assert "Neither policies nor triggers: browse." in text
    assert "Left out: odd: permission denied." in text
    columns = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert columns == {12}


def test_a_dash_stands_for_what_a_class_does_not_meet_and_unknown_for_what_is_not_told() -> None:
    unknown = added(spent(1, wal_bytes=None), spent(2, wal_bytes=None))
    text = "\n".join(protection_markdown(replace(FOUND, cases=(replace(SAVE, triggers=unknown),))))
    assert "| save | common | – | – | – | ×2.00 (1 → 2) | unknown | ±0 |" in text


def test_the_verdict_names_the_class_that_pays_most() -> None:
    assert protection_verdict(FOUND) == (
        "1 table with row-level security, 1 trigger called `audit_%`. 1 query class under "
        "policies: none takes longer for certain; 1 query class under triggers: 1 takes longer, "
        "at most +40 % (+30 … +52 %, n=48; save, common)"
    )


def test_a_database_without_protection_says_so_in_one_line() -> None:
    said = (
        "No table has row-level security, and no trigger is called `audit_%`: "
        "protection adds nothing"
    )
    assert protection_markdown(NOTHING) == [f"{said}."]
    assert protection_lines(NOTHING) == [f"Protection: {said}"]
    body = str(protection_section(NOTHING).body)
    assert "<table" not in body
    assert "protection adds nothing" in body


def test_the_text_tells_every_case() -> None:
    lines = protection_lines(FOUND)
    assert "  read (typical): policies 200 → 206 blocks, time ~ (1.02 ms, n=48)" in lines
    assert (
        "  save (common): triggers 100 → 250 blocks, +5 rows written, +2.00 KiB of WAL, "
        "time +40 % (+30 … +52 %, n=48)"
    ) in lines


def test_the_page_shows_the_worst_case_first_and_all_of_them_below() -> None:
    body = str(protection_section(FOUND).body)
    assert body.index(">save<span") < body.index(">read<span")
    assert "All cases of arguments</b> <span>3</span>" in body
    assert "policy-costs-index" in body
    assert 'title="orders.audit_orders"' in body


def test_a_policy_that_hides_rows_is_said_to_make_another_answer() -> None:
    assert READ.policies is not None
    hidden = replace(READ, policies=replace(READ.policies, is_same_answer=False))
    found = replace(FOUND, cases=(hidden,))
    assert "other answer" in str(protection_section(found).body)
    assert any("hide rows from read" in line for line in protection_lines(found))
