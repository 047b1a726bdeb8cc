"""The work vector: what a statement did, counted, without time and so without noise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reports.advice_estimates import worst_estimate
from reports.observing import FunctionCalls, ServerWork
from reports.plans import JsonObject, defines_cte, plan_shape, raw_nodes, rows_removed


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkVector:
    """What one execution of one statement did.

    Fields that default to `None` say nothing where the server does not tell.

    Args:
        plan_shape: the plan without its numbers, a line a node.
        shared_blocks: hit and read, a block counted each time it is touched, as EXPLAIN counts.
        tuples: rows given by every node, and rows that it read and dropped.
        temp_blocks: read and written.
        wal_full_pages: pages logged whole, which depends on the last checkpoint.
        trigger_calls: of all triggers, foreign-key checks among them.
        executed_blocks: shared blocks as the server counts them for the whole execution, with
            foreign-key checks and values stored out of line.
        function_calls: of functions with a body of their own; inlined ones are part of the plan.
        jit_functions: compiled just in time.
        statements: this one, and those that functions executed on its behalf.
        bytes_returned: of the values of all rows, as text.
        settings: planner settings that differ from the built-in defaults.
        result: a checksum of the rows in any order; empty where they differ each time.
        estimate_error: the largest factor by which the planner had a node's rows wrong.
    """

    plan_shape: tuple[str, ...]
    rows_returned: int
    shared_blocks: int
    tuples: int
    temp_blocks: int
    wal_records: int
    wal_bytes: int
    wal_full_pages: int
    trigger_calls: int
    heap_fetches: int
    executed_blocks: int | None = None
    function_calls: int | None = None
    jit_functions: int = 0
    statements: int | None = None
    bytes_returned: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    result: str = ""
    estimate_error: float = 1.0


def work_of(explained: JsonObject) -> WorkVector:
    """Count the work in one entry of `EXPLAIN (ANALYZE, BUFFERS, WAL, FORMAT JSON)`."""
    root = explained["Plan"]
    return WorkVector(
        plan_shape=plan_shape(explained),
        rows_returned=_rows(root),
        shared_blocks=_both(explained, "Shared Hit Blocks", "Shared Read Blocks")
        + _serialized(explained),
        tuples=sum(_rows(raw) + rows_removed(raw) for raw in raw_nodes(root)),
        temp_blocks=_both(explained, "Temp Read Blocks", "Temp Written Blocks"),
        wal_records=_inclusive(explained, "WAL Records"),
        wal_bytes=_inclusive(explained, "WAL Bytes"),
        wal_full_pages=_inclusive(explained, "WAL FPI"),
        trigger_calls=sum(trigger["Calls"] for trigger in explained.get("Triggers", ())),
        heap_fetches=sum(raw.get("Heap Fetches", 0) for raw in raw_nodes(root)),
        jit_functions=explained.get("JIT", {}).get("Functions", 0),
        settings=dict(explained.get("Settings", {})),
        # in git, more digits would only change more often
        estimate_error=float(f"{worst_estimate(explained):.3g}"),
    )


def with_execution(
    work: WorkVector,
    *,
    server: ServerWork | None,
    functions: tuple[FunctionCalls, ...] | None,
    bytes_returned: int,
    result: str,
) -> WorkVector:
    """Return the work with what a real execution of the same statement adds to it."""
    nested = server.nested_statements if server else None
    return replace(
        work,
        executed_blocks=server.shared_blocks if server else None,
        function_calls=None if functions is None else sum(each.calls for each in functions),
        statements=None if nested is None else 1 + nested,
        bytes_returned=bytes_returned,
        result=result,
    )


def _rows(raw: JsonObject) -> int:
    per_loop: float = raw.get("Actual Rows", 0)
    loops: int = raw.get("Actual Loops", 0)
    return round(per_loop * loops)


def _both(explained: JsonObject, first: str, second: str) -> int:
    return _inclusive(explained, first) + _inclusive(explained, second)


def _inclusive(explained: JsonObject, key: str) -> int:
    """Return a counter of the whole statement.

    The root node holds what its tree did. A data-modifying CTE that nobody reads runs after the
    tree, so it is added here.
    """
    root = explained["Plan"]
    scanned = dict[str, int]()
    defined = dict[str, int]()
    for raw in raw_nodes(root):
        if name := raw.get("CTE Name"):
            scanned[name] = scanned.get(name, 0) + raw.get(key, 0)
        if name := defines_cte(raw):
            defined[name] = raw.get(key, 0)
    unread = sum(max(0, count - scanned.get(name, 0)) for name, count in defined.items())
    return int(root.get(key, 0)) + int(unread)


def _serialized(explained: JsonObject) -> int:
    """Return blocks read to make the answer's text: values stored out of line (17 and newer)."""
    serialization = explained.get("Serialization", {})
    keys = ("Shared Hit Blocks", "Shared Read Blocks")
    return sum(int(serialization.get(key, 0)) for key in keys)
