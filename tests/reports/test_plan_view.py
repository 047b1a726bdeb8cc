"""The rows that a page draws of a plan: what is marked, and how a node did its work."""

from typing import Any

import pytest

from b2bench.arguments import Case
from b2bench.findings import Finding, Severity
from reports.advice import Advice
from reports.plan_view import PlanRow, beside_the_tree, plan_rows
from tests.reports.explained import JOIN, explained, node, scan

SPILLED = node("Sort", scan("t", shared_hit_blocks=9), sort_method="external merge") | {
    "Sort Space Used": 3600,
    "Sort Space Type": "Disk",
    "Shared Hit Blocks": 9,
}


def marks(row: PlanRow) -> list[tuple[str, bool]]:
    return [(mark.text, mark.warns) for mark in row.marks]


def said(raw: dict[str, Any]) -> list[str]:
    details = plan_rows(explained(raw), ())[0].details
    return [f"{each.label}: {each.expression}" for each in details]


def test_the_hottest_nodes_and_the_one_with_most_blocks_are_marked() -> None:
    assert [marks(row) for row in plan_rows(JOIN, ())] == [
        [("hot 3", False)],
        [("hot 2", False)],
        [("hot 1", True), ("most blocks", False)],
    ]


def test_shares_of_time_and_blocks_are_of_the_whole() -> None:
    rows = plan_rows(JOIN, ())
    assert [row.time_share for row in rows] == pytest.approx([0.1, 0.2, 0.7])
    assert [row.blocks_share for row in rows] == pytest.approx([0, 12 / 67, 55 / 67])


def test_a_node_alone_does_not_stand_out() -> None:
    raw = scan("t", actual_total_time=5.0, shared_hit_blocks=10)
    assert marks(plan_rows(explained(raw), ())[0]) == []


def test_a_node_that_went_to_disk_is_marked() -> None:
    sort, below = plan_rows(explained(SPILLED), ())
    assert marks(sort) == [("to disk", True)]
    assert marks(below) == [("most blocks", False)]


def test_a_finding_that_says_the_same_stands_for_the_mark() -> None:
    finding = Finding(
        code="spilled-to-disk", severity=Severity.WARNING, subject="q", message="it spilled"
    )
    advice = Advice(finding=finding, step="only", case=Case.TYPICAL, node=0)
    (sort, _) = plan_rows(explained(SPILLED), [advice])
    assert (marks(sort), sort.findings) == ([], (finding,))


@pytest.mark.parametrize(
    ("raw", "sentences"),
    [
        (SPILLED, ["sorted by: external merge, 3,600 kB on disk"]),
        (
            node(
                "Sort",
                workers=[
                    {"Worker Number": 1, "Sort Method": "quicksort", "Sort Space Used": 25},
                ],
            ),
            ["sorted by: quicksort, 25 kB in memory by worker 1"],
        ),
        (
            node("Incremental Sort")
            | {"Full-sort Groups": {"Group Count": 2, "Sort Methods Used": ["top-N", "quicksort"]}},
            ["sorted by: top-N and quicksort, 2 groups full-sort"],
        ),
        (
            node("Hash", hash_batches=4, peak_memory_usage=512, temp_written_blocks=3),
            ["hashed in: 512 kB, split into 4 batches", "to disk and back: 3 blocks"],
        ),
        (
            node("Aggregate", strategy="Hashed", disk_usage=640) | {"HashAgg Batches": 5},
            ["spilled: 5 batches, 640 kB on disk"],
        ),
        (node("Materialize", storage="Disk", maximum_storage=1112), ["kept: 1,112 kB on disk"]),
        (
            node(
                "Memoize",
                cache_hits=6,
                cache_misses=4,
                workers=[{"Worker Number": 0, "Cache Hits": 1, "Cache Evictions": 2}],
            ),
            ["remembered: 7 of 11, 2 forgotten"],
        ),
        (node("Gather", workers_planned=2, workers_launched=0), ["workers: 0 of 2"]),
        (node("Bitmap Heap Scan", lossy_heap_blocks=8), ["pages: 0 exact, 8 lossy"]),
        (node("Index Scan", index_searches=5), ["looked up: 5 times"]),
        (node("Index Scan", index_searches=1), []),
        (node("Append", subplans_removed=2), ["partitions ruled out: 2"]),
        (
            node("ModifyTable", operation="Merge", tuples_inserted=50, tuples_updated=51),
            ["rows: 50 inserted, 51 updated"],
        ),
        (
            node("ModifyTable", operation="Insert", conflicting_tuples=3),
            ["rows: 3 in conflict"],
        ),
        (node("Foreign Scan") | {"Remote SQL": "SELECT 1"}, ["asked there: SELECT 1"]),
    ],
)
def test_a_node_says_how_it_did_its_work(raw: dict[str, Any], sentences: list[str]) -> None:
    assert said(raw) == sentences


def test_what_is_in_no_node_stands_beside_the_tree() -> None:
    entry = explained(
        scan("t"),
        Planning={"Shared Hit Blocks": 3, "Shared Read Blocks": 1, "Memory Used": 40},
        JIT={"Functions": 4, "Timing": {"Total": 12.0}},
        Triggers=[
            {"Trigger Name": "RI_ConstraintTrigger_a_1", "Constraint Name": "fk", "Calls": 5},
            {"Trigger Name": "logged", "Time": 2.0, "Calls": 1},
        ],
        Serialization={"Time": 1.5, "Output Volume": 3},
    )
    assert [f"{each.label} {each.expression}" for each in beside_the_tree(entry)] == [
        "planned in 0.100 ms, 4 blocks, 40 kB",
        "compiled (JIT) in 12.0 ms, 4 functions",
        "trigger fk, 5 calls",
        "trigger logged, 1 call in 2.00 ms",
        "made into text 3.00 KiB in 1.50 ms",
    ]
