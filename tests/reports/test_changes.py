"""Two work vectors of one statement."""

from dataclasses import replace
from typing import Any

import pytest

from b2bench.findings import Severity
from reports.changes import Threshold, changes
from reports.work import WorkVector

WORK = WorkVector(
    plan_shape=("Limit", "  Index Scan using i on t"),
    rows_returned=20,
    shared_blocks=100,
    tuples=1000,
    temp_blocks=0,
    wal_records=10,
    wal_bytes=1000,
    wal_full_pages=0,
    trigger_calls=2,
    heap_fetches=0,
    executed_blocks=100,
    function_calls=50,
    statements=4,
)


def with_one(field: str, value: int) -> WorkVector:
    changed: dict[str, Any] = {field: value}
    return replace(WORK, **changed)


def codes(candidate: WorkVector) -> list[tuple[str, Severity]]:
    return [(each.code, each.severity) for each in changes("q", WORK, candidate)]


def test_the_same_work_is_no_change() -> None:
    assert codes(WORK) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("shared_blocks", 110, "blocks-increased"),
        ("tuples", 1100, "tuples-increased"),
        ("temp_blocks", 8, "temp-increased"),
        ("wal_records", 14, "wal-records-increased"),
        ("wal_bytes", 20_000, "wal-bytes-increased"),
        ("trigger_calls", 3, "trigger-calls-increased"),
        ("rows_returned", 19, "rows-changed"),
        ("executed_blocks", 132, "executed-blocks-increased"),
        ("function_calls", 105, "function-calls-increased"),
        ("statements", 5, "statements-increased"),
        ("jit_functions", 1, "jit-increased"),
    ],
)
def test_each_counter_is_watched(field: str, value: int, code: str) -> None:
    assert codes(with_one(field, value)) == [(code, Severity.ERROR)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shared_blocks", 107),
        ("tuples", 1049),
        ("wal_records", 13),
        ("wal_bytes", 9_000),
        ("executed_blocks", 131),
        ("function_calls", 54),
    ],
)
def test_a_page_split_is_below_the_floors(field: str, value: int) -> None:
    assert codes(with_one(field, value)) == []


@pytest.mark.parametrize("field", ["executed_blocks", "function_calls", "statements"])
def test_what_one_server_does_not_tell_is_not_compared(field: str) -> None:
    untold: dict[str, Any] = {field: None}
    grown = with_one(field, 10_000)
    assert changes("q", replace(WORK, **untold), grown) == ()
    assert changes("q", grown, replace(WORK, **untold)) == ()


def test_other_values_in_as_many_rows_are_another_answer() -> None:
    before, after = replace(WORK, result="abc"), replace(WORK, result="def")
    (finding,) = changes("q", before, after)
    assert (finding.code, finding.severity) == ("answer-changed", Severity.WARNING)
    assert changes("q", before, before) == ()
    assert changes("q", before, replace(WORK, result="")) == ()
    assert changes("q", replace(WORK, result=""), after) == ()


def test_fewer_rows_are_told_once_and_not_as_other_values_too() -> None:
    before, after = replace(WORK, result="abc"), replace(WORK, rows_returned=19, result="def")
    assert [each.code for each in changes("q", before, after)] == ["rows-changed"]


def test_both_floors_must_be_reached() -> None:
    threshold = Threshold(relative=0.1, absolute=8)
    assert not threshold.reached(1000, 1050)
    assert not threshold.reached(10, 17)
    assert threshold.reached(10, 18)
    assert threshold.reached(0, 8)
    assert not threshold.reached(18, 10)


def test_less_work_is_a_note() -> None:
    (finding,) = changes("q", WORK, replace(WORK, shared_blocks=20))
    assert (finding.code, finding.severity) == ("blocks-decreased", Severity.NOTE)
    assert finding.message == "blocks 100 → 20 (−80 %)"


def test_heap_fetches_only_warn_because_vacuum_moves_them() -> None:
    assert codes(replace(WORK, heap_fetches=60)) == [("heap-fetches-increased", Severity.WARNING)]


def test_wal_bytes_are_not_compared_when_whole_pages_were_logged() -> None:
    assert codes(replace(WORK, wal_bytes=90_000, wal_full_pages=9)) == []


def test_another_plan_names_what_changed() -> None:
    (finding,) = changes("q", WORK, replace(WORK, plan_shape=("Limit", "  Seq Scan on t")))
    assert (finding.code, finding.severity) == ("plan-shape-changed", Severity.ERROR)
    assert finding.message == "Index Scan using i on t → Seq Scan on t"


def test_another_plan_that_does_less_is_a_note() -> None:
    better = replace(WORK, plan_shape=("Index Only Scan using i on t",), shared_blocks=4)
    assert {severity for _, severity in codes(better)} == {Severity.NOTE}


def test_nodes_in_another_order_are_another_plan() -> None:
    shapes = ("Nested Loop", "  Seq Scan on a", "  Seq Scan on b")
    turned = (shapes[0], shapes[2], shapes[1])
    before, after = replace(WORK, plan_shape=shapes), replace(WORK, plan_shape=turned)
    assert changes("q", before, after)[0].message == "the same nodes in another order"


@pytest.mark.parametrize(
    ("blocks", "shown"),
    [
        (112, "blocks 100 → 112 (+12 %)"),
        (250, "blocks 100 → 250 (×2.5)"),
        (20_000, "blocks 100 → 20,000 (×200)"),
    ],
)
def test_a_change_is_said_in_the_way_that_is_easiest_to_read(blocks: int, shown: str) -> None:
    assert changes("q", WORK, replace(WORK, shared_blocks=blocks))[0].message == shown


def test_with_sampled_statistics_another_plan_without_more_work_only_warns() -> None:
    other = replace(WORK, plan_shape=("Limit", "  Seq Scan on t"))
    (finding,) = changes("q", WORK, other, sampled=True)
    assert (finding.code, finding.severity) == ("plan-shape-changed", Severity.WARNING)
    more = replace(other, shared_blocks=WORK.shared_blocks + 1_000)
    shape, grown = changes("q", WORK, more, sampled=True)
    assert (shape.severity, grown.severity) == (Severity.ERROR, Severity.ERROR)
