"""Entries of EXPLAIN's JSON written by hand, as short as they can be."""

from typing import Any


def node(node_type: str, *children: dict[str, Any], **figures: object) -> dict[str, Any]:
    """Return a node; keywords become keys: `relation_name` is `Relation Name`."""
    raw: dict[str, Any] = {
        "Node Type": node_type,
        "Plan Rows": 1,
        "Actual Rows": 1,
        "Actual Loops": 1,
        "Actual Total Time": 0.0,
    }
    raw |= {_key(name): value for name, value in figures.items()}
    if children:
        raw["Plans"] = list(children)
    return raw


def _key(name: str) -> str:
    words = name.replace("_", " ").title().replace(" By ", " by ")
    return words.replace("Cte ", "CTE ").replace("Wal ", "WAL ")


def explained(plan: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return the entry that holds a plan."""
    return {"Plan": plan, "Planning Time": 0.1, "Execution Time": 1.0, **more}


def scan(relation: str, **figures: object) -> dict[str, Any]:
    """Return a sequential scan."""
    return node("Seq Scan", relation_name=relation, **{"alias": relation, **figures})


JOIN = explained(
    node(
        "Nested Loop",
        node(
            "Index Scan",
            parent_relationship="Outer",
            relation_name="orders",
            index_name="orders_account",
            alias="o",
            index_cond="(o.account_id = '77'::bigint)",
            plan_rows=10,
            actual_rows=10,
            actual_total_time=2.0,
            shared_hit_blocks=12,
        ),
        scan(
            "order_lines",
            parent_relationship="Inner",
            filter="(order_id = o.id)",
            actual_rows=2.5,
            actual_loops=10,
            actual_total_time=0.7,
            rows_removed_by_filter=100,
            shared_hit_blocks=50,
            shared_read_blocks=5,
        ),
        join_type="Inner",
        plan_rows=4,
        actual_rows=25,
        actual_total_time=10.0,
        shared_hit_blocks=62,
        shared_read_blocks=5,
    )
)
