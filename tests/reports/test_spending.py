"""Where a plan's time and blocks went: who pays for what others define, read and share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.spending import Share, Spent, shares
from tests.reports.explained import node, scan


def own_ms(plan: dict[str, Any]) -> list[float]:
    return [round(share.own.ms, 6) for share in shares(plan)]


def own_hits(plan: dict[str, Any]) -> list[int]:
    return [share.own.hit for share in shares(plan)]


def took(ms: float, **figures: object) -> dict[str, Any]:
    return {"actual_total_time": ms, **figures}


def init_plan(name: str, ms: float, **figures: object) -> dict[str, Any]:
    return scan(
        "settings",
        parent_relationship="InitPlan",
        subplan_name=name,
        **took(ms, **figures),
    )


def cte(name: str, ms: float, **figures: object) -> dict[str, Any]:
    return init_plan(f"CTE {name}", ms, **figures)


def cte_scan(name: str, ms: float, *children: dict[str, Any], **figures: object) -> dict[str, Any]:
    return node("CTE Scan", *children, cte_name=name, **took(ms, **figures))


def test_a_node_keeps_what_its_children_did_not_take() -> None:
    join = node(
        "Nested Loop", scan("a", **took(2.0)), scan("b", **took(0.5, actual_loops=8)), **took(7.0)
    )
    assert own_ms(join) == [1.0, 2.0, 4.0]


def test_processes_below_a_gather_share_the_time() -> None:
    aggregate = node(
        "Aggregate", scan("a", **took(6.0, actual_loops=3)), **took(8.0, actual_loops=3)
    )
    assert own_ms(node("Gather", aggregate, **took(10.0))) == [2.0, 2.0, 6.0]


def test_processes_are_counted_for_each_execution_of_a_gather() -> None:
    gather = node("Gather", scan("a", **took(3.0, actual_loops=6)), **took(4.0, actual_loops=2))
    assert own_ms(node("Nested Loop", gather, **took(9.0))) == [1.0, 2.0, 6.0]


def test_blocks_below_a_gather_are_sums_already() -> None:
    parallel = scan("a", actual_loops=3, shared_hit_blocks=90)
    assert own_hits(node("Gather", parallel, shared_hit_blocks=100)) == [10, 90]


def test_a_cte_is_paid_by_the_scan_that_reads_it() -> None:
    limit = node("Limit", cte("mine", 4.0), cte_scan("mine", 5.0), **took(5.5))
    assert own_ms(limit) == [0.5, 4.0, 1.0]


def test_a_cte_is_paid_once_by_the_scan_that_had_it_computed() -> None:
    join = node(
        "Nested Loop", cte("mine", 4.0), cte_scan("mine", 5.0), cte_scan("mine", 4.5), **took(10.0)
    )
    assert own_ms(join) == [0.5, 4.0, 1.0, 4.5]


def test_the_scan_below_a_hash_reads_a_cte_first() -> None:
    hashed = node("Hash", cte_scan("mine", 5.0), **took(5.0))
    join = node("Hash Join", cte("mine", 4.0), cte_scan("mine", 4.5), hashed, **took(10.0))
    assert own_ms(join) == [0.5, 4.0, 4.5, 0.0, 1.0]


def test_a_cte_read_by_turns_is_paid_by_all_readers() -> None:
    merge = node(
        "Merge Join", cte("mine", 6.0), cte_scan("mine", 4.0), cte_scan("mine", 5.0), **took(10.0)
    )
    assert own_ms(merge) == [1.0, 6.0, 0.0, 3.0]


def test_a_cte_is_paid_by_readers_of_the_nearest_of_its_name() -> None:
    inner = node("Limit", cte("x", 3.0), cte_scan("x", 4.0), **took(4.0))
    outer = node("Nested Loop", cte("x", 1.0), inner, cte_scan("x", 2.0), **took(6.0))
    assert own_ms(outer) == [0.0, 1.0, 0.0, 3.0, 1.0, 1.0]


def test_a_cte_may_read_another_of_its_own_name() -> None:
    inner_cte = cte_scan("x", 3.0, parent_relationship="InitPlan", subplan_name="CTE x")
    inner = node("Limit", inner_cte, cte_scan("x", 4.0), **took(4.0))
    outer = node("Append", cte("x", 2.0), inner, **took(5.0))
    assert own_ms(outer) == [1.0, 2.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("name", "condition"),
    [("InitPlan 1", "(a > (InitPlan 1).col1)"), ("InitPlan 1 (returns $0)", "(a > $0)")],
    ids=["since 17", "before"],
)
def test_an_initplan_is_paid_by_the_node_whose_expression_names_it(
    name: str, condition: str
) -> None:
    other = scan("t", filter="(a > (InitPlan 11).col1 + $01)", **took(5.0))
    user = scan("t", filter=condition, **took(4.0))
    plan = node("Append", init_plan(name, 3.0), other, user, **took(9.5))
    assert own_ms(plan) == [0.5, 3.0, 5.0, 1.0]


def test_an_expression_is_computed_as_deep_as_it_is_named() -> None:
    user = scan("t", output=["(InitPlan 1).col1"], **took(4.0))
    sort = node("Sort", user, output=["((InitPlan 1).col1)"], **took(9.0))
    assert own_ms(node("Limit", init_plan("InitPlan 1", 3.0), sort, **took(9.0))) == [
        0.0,
        3.0,
        5.0,
        1.0,
    ]


def test_an_initplan_that_does_not_fit_into_a_node_was_evaluated_by_another() -> None:
    blocks = init_plan("InitPlan 1", 1.0, shared_hit_blocks=7)
    deep = scan("t", filter="(InitPlan 1).col1", **took(4.0, shared_hit_blocks=5))
    join = node("Limit", deep, join_filter="(InitPlan 1).col1", **took(6.0, shared_hit_blocks=12))
    plan = node("Limit", blocks, join, **took(6.0, shared_hit_blocks=12))
    assert own_hits(plan) == [0, 7, 0, 5]
    assert own_ms(plan) == [0.0, 1.0, 1.0, 4.0]


def test_a_gather_evaluates_what_its_workers_will_need() -> None:
    below = scan("t", filter="(a > (InitPlan 1).col1)", **took(5.0, actual_loops=3))
    gather = node("Gather", init_plan("InitPlan 1", 3.0), below, **took(9.0))
    assert own_ms(gather) == [1.0, 3.0, 5.0]


def test_a_process_without_workers_evaluates_what_it_needs_itself() -> None:
    below = scan("t", filter="(a > (InitPlan 1).col1)", **took(8.5))
    gather = node("Gather", init_plan("InitPlan 1", 3.0), below, **took(9.0))
    assert own_ms(gather) == [0.5, 3.0, 5.5]


def test_an_initplan_that_no_expression_names_is_paid_where_it_is_drawn() -> None:
    limit = node("Limit", init_plan("InitPlan 1", 3.0), scan("t", **took(4.0)), **took(8.0))
    assert own_ms(limit) == [1.0, 3.0, 4.0]


def test_or_below_if_there_is_no_room() -> None:
    limit = node("Limit", init_plan("InitPlan 1", 3.0), scan("t", **took(4.0)), **took(4.2))
    assert own_ms(limit) == [0.2, 3.0, 1.0]


def test_an_initplan_is_not_paid_by_who_names_it_without_room_for_it() -> None:
    # without VERBOSE the sort names it in its key; the aggregate that computed the key does not
    init = init_plan("InitPlan 1", 3.0, shared_hit_blocks=7)
    read = scan("t", **took(5.0, shared_hit_blocks=40))
    group = node("Aggregate", read, **took(10.0, shared_hit_blocks=47))
    key = {"sort_key": ["((InitPlan 1).col1)"]}
    sort = node("Sort", init, group, **took(10.5, shared_hit_blocks=47, **key))
    assert own_ms(sort) == [0.5, 3.0, 2.0, 5.0]
    assert own_hits(sort) == [0, 7, 0, 40]


def test_two_initplans_do_not_take_the_same_room() -> None:
    both = (init_plan("InitPlan 1", 4.0), init_plan("InitPlan 2", 4.0))
    result = node("Result", *both, scan("t", **took(6.0)), **took(11.0))
    assert own_ms(result) == [1.0, 4.0, 4.0, 2.0]


def test_an_initplan_is_not_paid_by_another_that_does_not_name_it() -> None:
    both = (init_plan("InitPlan 1", 10.0), init_plan("InitPlan 2", 3.0))
    group = node("Group", scan("t", **took(5.0)), **took(19.5))
    assert own_ms(node("Limit", *both, group, **took(20.0))) == [0.5, 10.0, 3.0, 1.5, 5.0]


def test_an_initplan_in_a_cte_waits_for_who_reads_the_cte() -> None:
    limit = node("Limit", init_plan("InitPlan 1", 1.0), scan("t", **took(2.0)), **took(3.5))
    one = limit | {"Parent Relationship": "InitPlan", "Subplan Name": "CTE one"}
    two = cte_scan("one", 4.5, parent_relationship="InitPlan", subplan_name="CTE two")
    assert own_ms(node("Limit", one, two, cte_scan("two", 5.0), **took(5.5))) == [
        0.5,
        0.5,
        1.0,
        2.0,
        1.0,
        0.5,
    ]


def test_a_subplan_is_part_of_the_node_that_it_is_drawn_at() -> None:
    subplan = scan("l", parent_relationship="SubPlan", **took(0.5, actual_loops=10))
    assert own_ms(scan("t", **took(6.0)) | {"Plans": [subplan]}) == [1.0, 5.0]


def changing(name: str, ms: float, hits: int) -> dict[str, Any]:
    return node(
        "ModifyTable",
        operation="Update",
        parent_relationship="InitPlan",
        subplan_name=f"CTE {name}",
        **took(ms, shared_hit_blocks=hits),
    )


def test_what_changes_data_and_is_not_read_is_executed_after_the_tree() -> None:
    plan = node("Result", changing("moved", 7.0, 30), **took(1.0, shared_hit_blocks=2))
    assert own_ms(plan) == [1.0, 7.0]
    assert own_hits(plan) == [2, 30]


def test_what_changes_data_is_executed_to_its_end_after_the_tree() -> None:
    pulled = cte_scan("moved", 2.0, shared_hit_blocks=6)
    plan = node("Limit", changing("moved", 7.0, 30), pulled, **took(2.5, shared_hit_blocks=6))
    assert own_ms(plan) == [0.5, 7.0, 0.0]
    assert own_hits(plan) == [0, 30, 0]


def test_what_was_never_executed_took_nothing() -> None:
    never = scan("b", **took(0.0, actual_loops=0))
    assert own_ms(node("Nested Loop", scan("a", **took(2.0)), never, **took(2.0))) == [
        0.0,
        2.0,
        0.0,
    ]


def test_a_plan_without_figures_took_nothing() -> None:
    assert (
        shares({"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan"}]})
        == (Share(total=Spent(), own=Spent(), clipped=Spent()),) * 2
    )


def test_a_time_that_was_rounded_to_nothing_is_at_least_that_of_the_nodes_below() -> None:
    below = scan("t", **took(0.003, actual_loops=100))
    memoize = node("Memoize", below, **took(0.0, actual_loops=4000))
    assert own_ms(node("Nested Loop", memoize, **took(5.0))) == [4.7, 0.0, 0.3]


def test_what_finds_no_place_is_told() -> None:
    limit = node("Limit", scan("t", **took(5.0, shared_hit_blocks=9)), **took(3.0))
    root, child = shares(limit)
    assert (root.clipped, child.clipped.hit) == (Spent(), 9)
    assert child.clipped.ms == pytest.approx(5.0 - 3.0 - 0.0005)
    assert child.own.ms == pytest.approx(3.0005)


def test_temporary_blocks_are_shared_out_like_others() -> None:
    sort = node("Sort", temp_read_blocks=40, temp_written_blocks=50)
    plan = node("WindowAgg", sort, temp_read_blocks=45, temp_written_blocks=55)
    assert [share.own.temp for share in shares(plan)] == [10, 90]


@dataclass(kw_only=True)
class Executed:
    """A node of which it is known what it took itself, and what it had computed for itself."""

    own_ms: int
    children: list["Executed"] = field(default_factory=list)
    drawn: list[tuple[str, "Executed"]] = field(default_factory=list)
    reads: list[tuple[str, "Executed"]] = field(default_factory=list)

    @property
    def total_ms(self) -> int:
        below = (*self.children, *(read for _, read in self.reads))
        return self.own_ms + sum(each.total_ms for each in below)

    def executed(self) -> Iterator["Executed"]:
        """Yield it and what it executes as a part of itself."""
        yield self
        for each in self.children:
            yield from each.executed()

    def shown(self) -> Iterator["Executed"]:
        """Yield it and what EXPLAIN shows below it, in reading order."""
        yield self
        for each in (*(computed for _, computed in self.drawn), *self.children):
            yield from each.shown()

    def explained(self, subplan: str = "") -> dict[str, Any]:
        raw = node("Result", actual_total_time=float(self.total_ms))
        raw |= {"Parent Relationship": "InitPlan", "Subplan Name": subplan} if subplan else {}
        for name, _ in self.reads:
            kind, _, cte_name = name.partition(" ")
            raw |= {"CTE Name": cte_name} if kind == "CTE" else {"Filter": f"(x > ({name}).col1)"}
        below = [computed.explained(name) for name, computed in self.drawn]
        return raw | {"Plans": below + [each.explained() for each in self.children]}


_trees: st.SearchStrategy[Executed] = st.recursive(
    st.builds(Executed, own_ms=st.integers(1, 50)),
    lambda below: st.builds(
        Executed, own_ms=st.integers(1, 50), children=st.lists(below, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def executions(draw: st.DrawFn) -> Executed:
    """Draw a tree, then CTEs and InitPlans at some of its nodes, each with one reader below."""
    root = draw(_trees)
    for number in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(["CTE", "InitPlan"])) + f" {number}"
        top = draw(st.sampled_from(list(root.shown())))
        if readers := [each for each in top.executed() if not each.reads]:
            computed = (name, draw(_trees))
            top.drawn.append(computed)
            draw(st.sampled_from(readers)).reads.append(computed)
    return root


@given(executions())
def test_what_each_node_took_is_found_again(root: Executed) -> None:
    plan = root.explained()
    assert own_ms(plan) == [each.own_ms for each in root.shown()]
    assert all(share.clipped == Spent() for share in shares(plan))
