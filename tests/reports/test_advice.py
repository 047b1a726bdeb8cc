"""Advice on plans written by hand."""

from typing import Any

from b2bench.arguments import Case
from b2bench.findings import Severity
from b2bench.queries import Allowance
from reports.advice import Advice, advise
from reports.capture import ClassCapture
from reports.explaining import CaseCapture, StepCapture
from reports.generic import GenericPlan
from reports.observing import FunctionCalls
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


def test_a_table_that_is_read_whole_for_a_small_join_is_found() -> None:
    join = node(
        "Hash Join",
        scan("variants", alias="v", actual_rows=60_000, plan_rows=60_000),
        node("Hash", scan("lines", alias="l", actual_rows=20, plan_rows=20)),
        join_type="Inner",
        hash_cond="(v.id = l.variant_id)",
        actual_rows=20,
        plan_rows=20,
    )
    (found,) = advice(join)
    assert (found.finding.code, found.finding.subject) == ("join-scan", "variants")
    assert found.node == 1


def test_a_cast_of_the_joined_column_says_why() -> None:
    join = node(
        "Hash Join",
        scan("variants", alias="v", actual_rows=60_000, plan_rows=60_000),
        node("Hash", scan("lines", alias="l", actual_rows=20, plan_rows=20)),
        join_type="Inner",
        hash_cond="((v.id)::text = l.reference)",
        actual_rows=20,
        plan_rows=20,
    )
    assert codes(join) == [("cast-on-column", "variants")]


def test_a_cast_in_a_filter_is_found_instead_of_the_scan_and_shows_no_constant() -> None:
    cast = scan(
        "variants",
        alias="v",
        filter="((v.id)::numeric = 47.11)",
        rows_removed_by_filter=60_000,
    )
    (found,) = advice(cast)
    assert found.finding.code == "cast-on-column"
    assert "47.11" not in found.finding.line


def test_rows_that_a_filter_drops_after_an_index_are_found() -> None:
    late = node("Index Scan", relation_name="t", actual_rows=3, rows_removed_by_filter=5000)
    assert codes(late) == [("filtered-late", "t")]
    assert codes(node("Index Scan", relation_name="t", rows_removed_by_filter=50)) == []


def test_rows_that_offset_drops_are_found_and_those_of_limit_are_not() -> None:
    rows = node("Index Scan", relation_name="t", actual_rows=18_020, plan_rows=18_020)
    assert codes(node("Limit", rows, actual_rows=20, plan_rows=20)) == [("deep-offset", "t")]
    stopped = node("Index Scan", relation_name="t", actual_rows=20, plan_rows=60_000)
    assert codes(node("Limit", stopped, actual_rows=20, plan_rows=20)) == []


def test_a_bitmap_that_did_not_fit_is_found() -> None:
    lossy = node("Bitmap Heap Scan", relation_name="t", lossy_heap_blocks=1554)
    assert codes(lossy) == [("lossy-bitmap", "t")]


def test_a_wrong_estimate_is_told_where_it_began() -> None:
    below = scan("t", plan_rows=1, actual_rows=3000)
    above = node("Nested Loop", below, plan_rows=1, actual_rows=3000, join_type="Inner")
    (found,) = advice(above)
    assert found.node == 1


def test_a_node_that_was_stopped_early_was_not_misjudged() -> None:
    many = scan("t", plan_rows=60_000, actual_rows=20)
    assert codes(node("Limit", many, plan_rows=20, actual_rows=20)) == []
    sorted_whole = node("Sort", many, plan_rows=60_000, actual_rows=20)
    assert codes(node("Limit", sorted_whole, plan_rows=20, actual_rows=20)) == [
        ("estimate-off", "t")
    ]
    joined = node(
        "Nested Loop",
        scan("a", parent_relationship="Outer"),
        scan("b", parent_relationship="Inner", plan_rows=5000, actual_rows=1),
        join_type="Semi",
    )
    assert codes(joined) == []


def test_exists_wants_one_row_and_was_not_misjudged() -> None:
    one = scan("t", parent_relationship="InitPlan", subplan_name="InitPlan 1", plan_rows=60_000)
    assert codes(node("Result", one)) == []
    cte = one | {"Subplan Name": "CTE mine"}
    assert codes(node("CTE Scan", cte, cte_name="mine")) == [("estimate-off", "t")]


def test_a_merge_join_ends_where_one_side_does() -> None:
    long = scan("long", parent_relationship="Outer", plan_rows=60_000, actual_rows=50)
    short = scan("short", parent_relationship="Inner", plan_rows=50, actual_rows=50)
    join = node("Merge Join", long, short, join_type="Inner", plan_rows=50, actual_rows=50)
    assert codes(join) == []
    sorted_whole = node("Sort", long, plan_rows=60_000, actual_rows=50)
    below = node("Merge Join", sorted_whole, short, plan_rows=50, actual_rows=50)
    assert codes(below) == [("estimate-off", "long")]


def test_a_hash_join_with_nothing_in_its_hash_reads_no_more() -> None:
    probing = scan("t", parent_relationship="Outer", plan_rows=60_000, actual_rows=1)
    nothing = node("Hash", scan("none", actual_rows=0), actual_rows=0)
    assert codes(node("Hash Join", probing, nothing, actual_rows=0, join_type="Inner")) == []
    some = node("Hash", scan("some"))
    assert codes(node("Hash Join", probing, some, join_type="Inner")) == [("estimate-off", "t")]


def test_more_rows_than_expected_are_told_even_where_a_limit_stopped() -> None:
    many = scan("t", plan_rows=1, actual_rows=900)
    assert codes(node("Limit", many, plan_rows=1, actual_rows=900)) == [("estimate-off", "t")]


def with_functions(plan: dict[str, Any], *called: FunctionCalls) -> list[str]:
    entry = explained(plan)
    step = StepCapture(
        step="main",
        sql="SELECT",
        plan=entry,
        work=work_of(entry),
        execution_ms=1.0,
        planning_ms=0.1,
        rows=1,
        functions=called,
    )
    case = CaseCapture(case=Case.TYPICAL, arguments={}, steps=(step,))
    captured = ClassCapture(
        query="q", why="", slo_ms=None, allowances=(), cases=(case,), findings=()
    )
    return [each.finding.code for each in advise(captured)]


def test_a_function_that_is_called_for_every_row_is_found() -> None:
    calls = FunctionCalls(function="shop.fold(text)", calls=60_000, self_ms=80.0)
    filtered = scan("t", filter="(shop.fold(t.sku) = 'x'::text)", rows_removed_by_filter=60_000)
    assert with_functions(filtered, calls) == ["function-per-row"]
    assert with_functions(filtered) == ["seq-scan"]
    few = FunctionCalls(function="shop.fold(text)", calls=1, self_ms=0.1)
    assert with_functions(filtered, few) == ["seq-scan"]


def test_a_plan_for_unknown_arguments_that_does_much_more_is_found() -> None:
    entry = explained(scan("t", shared_hit_blocks=10))
    other = explained(scan("t", shared_hit_blocks=5000))
    step = StepCapture(
        step="main",
        sql="SELECT",
        plan=entry,
        work=work_of(entry),
        execution_ms=1.0,
        planning_ms=0.1,
        rows=1,
        generic=GenericPlan(plan=other, is_other=True, work=work_of(other)),
    )
    case = CaseCapture(case=Case.TYPICAL, arguments={}, steps=(step,))
    captured = ClassCapture(
        query="q", why="", slo_ms=None, allowances=(), cases=(case,), findings=()
    )
    (found,) = advise(captured)
    assert found.finding.code == "generic-plan-worse"
    assert found.node is None
