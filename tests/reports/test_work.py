"""Work vectors from EXPLAIN's JSON."""

from dataclasses import replace

from reports.capture import Capture
from reports.observing import FunctionCalls, ServerWork
from reports.work import WorkVector, with_execution, work_of
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


SERVER = ServerWork(
    exec_ms=1.0,
    shared_blocks=90,
    temp_blocks=0,
    wal_records=0,
    wal_full_pages=0,
    wal_bytes=0,
    jit_functions=0,
    nested_statements=3,
)


def executed(server: ServerWork | None) -> WorkVector:
    called = tuple(FunctionCalls(function=f"f{n}()", calls=n, self_ms=0.1) for n in (2, 5))
    return with_execution(
        work_of(JOIN), server=server, functions=called, bytes_returned=40, result="abc"
    )


def test_an_execution_adds_what_explain_does_not_tell() -> None:
    work = executed(SERVER)
    assert (work.shared_blocks, work.executed_blocks) == (67, 90)
    assert work.statements == 4
    assert work.function_calls == 7
    assert (work.bytes_returned, work.result) == (40, "abc")


def test_what_nobody_could_observe_is_unknown_and_not_nothing() -> None:
    alone = executed(None)
    assert (alone.executed_blocks, alone.statements) == (None, None)
    shared = executed(replace(SERVER, nested_statements=None))
    assert (shared.executed_blocks, shared.statements) == (90, None)
