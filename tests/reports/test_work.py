"""Work vectors from EXPLAIN's JSON."""

from reports.capture import Capture
from reports.work import WorkVector, work_of
from tests.reports.explained import JOIN, explained, node, scan


def step_work(capture: Capture, query: str, step: str = "main") -> WorkVector:
    captured = next(each for each in capture.classes if each.query == query)
    return next(each.work for each in captured.cases[0].steps if each.step == step)


def test_a_join_is_counted() -> None:
    work = work_of(JOIN)
    assert work.rows_returned == 25
    assert work.shared_blocks == 67
    assert work.tuples == 25 + 10 + 25 + 1000
    assert work.plan_shape[0] == "Nested Loop"


def test_an_unread_cte_that_changes_data_is_counted() -> None:
    insert = node("ModifyTable", operation="Insert", subplan_name="CTE moved", shared_hit_blocks=7)
    assert work_of(explained(node("Result", insert, shared_hit_blocks=1))).shared_blocks == 8


def test_a_cte_that_is_read_counts_once() -> None:
    cte = scan("orders", subplan_name="CTE mine", shared_hit_blocks=7)
    pull = node("CTE Scan", cte_name="mine", shared_hit_blocks=7)
    assert work_of(explained(node("Limit", cte, pull, shared_hit_blocks=7))).shared_blocks == 7


def test_triggers_and_text_output_are_counted() -> None:
    triggers = [{"Trigger Name": "a", "Calls": 2}, {"Trigger Name": "b", "Calls": 1}]
    entry = explained(
        scan("t"),
        Triggers=triggers,
        Serialization={"Shared Hit Blocks": 3, "Shared Read Blocks": 1},
    )
    work = work_of(entry)
    assert work.trigger_calls == 3
    assert work.shared_blocks == 4


def test_a_real_insert_writes_wal_and_checks_its_foreign_keys(shop_capture: Capture) -> None:
    work = step_work(shop_capture, "place_order", "add_line")
    assert work.wal_records > 0
    assert work.wal_bytes > 0
    assert work.trigger_calls == 2


def test_work_inside_a_function_is_counted(shop_capture: Capture) -> None:
    assert step_work(shop_capture, "count_lines").shared_blocks > 2
