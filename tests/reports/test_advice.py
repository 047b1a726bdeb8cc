"""Advice on plans written by hand."""

from typing import Any

from b2bench.arguments import Case
from b2bench.findings import Severity
from b2bench.queries import Allowance
from reports.advice import Advice, advise
from reports.capture import ClassCapture
from reports.explaining import CaseCapture, StepCapture
from reports.work import work_of
from tests.reports.explained import explained, node, scan


def advice(
    plan: dict[str, Any],
    *,
    execution_ms: float = 1.0,
    slo_ms: float | None = None,
    allowances: tuple[Allowance, ...] = (),
) -> tuple[Advice, ...]:
    entry = explained(plan)
    step = StepCapture(
        step="main",
        sql="SELECT",
        plan=entry,
        work=work_of(entry),
        execution_ms=execution_ms,
        planning_ms=0.1,
        rows=1,
    )
    return advise(
        ClassCapture(
            query="q",
            why="",
            slo_ms=slo_ms,
            allowances=allowances,
            cases=(CaseCapture(case=Case.TYPICAL, arguments={}, steps=(step,)),),
            findings=(),
        )
    )


def codes(plan: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.finding.code, each.finding.subject) for each in advice(plan)]


LARGE_SCAN = scan("products", actual_rows=200, plan_rows=200, rows_removed_by_filter=19_800)


def test_a_large_table_read_for_few_rows_is_found() -> None:
    (found,) = advice(LARGE_SCAN)
    assert (found.finding.code, found.finding.subject) == ("seq-scan", "products")
    assert found.finding.severity is Severity.WARNING
    assert "20,000 rows, to keep 200 (1 %)" in found.finding.message
    assert found.node == 0


def test_a_small_table_or_one_of_which_most_is_kept_is_not() -> None:
    assert codes(scan("t", actual_rows=1, rows_removed_by_filter=40)) == []
    assert codes(scan("t", actual_rows=9e5, plan_rows=9e5, rows_removed_by_filter=1e5)) == []


def test_what_the_file_allows_is_a_note_with_the_reason() -> None:
    allowed = Allowance(code="seq_scan", subject="products", reason="forty times a day")
    (found,) = advice(LARGE_SCAN, allowances=(allowed,))
    assert found.finding.severity is Severity.NOTE
    assert found.finding.message.endswith("allowed: forty times a day")
    other = Allowance(code="seq_scan", subject="orders", reason="small")
    assert advice(LARGE_SCAN, allowances=(other,))[0].finding.severity is Severity.WARNING


def test_a_sort_and_a_hash_on_disk_are_found() -> None:
    sort = node("Sort", scan("orders"), sort_space_type="Disk", sort_space_used=4096)
    assert codes(sort) == [("spilled-to-disk", "orders")]
    assert codes(node("Hash", scan("orders"), hash_batches=4)) == [("spilled-to-disk", "orders")]
    assert codes(node("Hash", scan("orders"), hash_batches=1)) == []


def test_an_estimate_far_off_is_a_note() -> None:
    (found,) = advice(scan("t", plan_rows=1, actual_rows=1000))
    assert (found.finding.code, found.finding.severity) == ("estimate-off", Severity.NOTE)
    assert "×1,000" in found.finding.message


def test_many_loops_that_take_the_time_are_found() -> None:
    inner = node(
        "Index Scan",
        relation_name="lines",
        parent_relationship="Inner",
        actual_loops=5000,
        actual_total_time=0.01,
    )
    assert codes(node("Nested Loop", inner, actual_total_time=60.0)) == [("many-loops", "lines")]
    assert codes(node("Nested Loop", inner, actual_total_time=900.0)) == []


def test_an_index_only_scan_that_goes_to_the_table_is_found() -> None:
    raw = node("Index Only Scan", relation_name="t", heap_fetches=2000, actual_rows=1)
    assert codes(raw) == [("heap-fetches", "t")]


def test_a_node_that_never_ran_gives_no_advice() -> None:
    assert codes(scan("t", actual_loops=0, plan_rows=1e6)) == []


def test_a_class_above_its_target_is_found() -> None:
    (found,) = advice(scan("t"), execution_ms=12, slo_ms=10)
    assert found.finding.code == "over-target"
    assert found.node is None
