"""A shop ten times as large: whether searching stays fast, and how the work of each row grows."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from b2bench.database import connect
from b2bench.queries import Frequency, QueryClass, load_queries
from b2bench.target import Target
from reports.capture import pin
from reports.explaining import explain_case
from scenarios.samplers import shop_source
from tests.benchmarks.laboratory import Laboratory, Line
from tests.shop import QUERIES

_USERS = 50
_TARGET_MS = 100
_DRAWS = 200
_MOST_EXPONENT = 0.1
_GROWTH = "growth"


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield latencies of searching in `large`, then the exponent of each hot class."""
    (standard, _), (large, _) = laboratory.filled("standard"), laboratory.filled("large")
    yield from _latencies(laboratory, large)
    for query in load_queries(QUERIES):
        if query.frequency is Frequency.HOT:
            yield _growth(query, _work(standard, query), _work(large, query))


def _latencies(laboratory: Laboratory, target: Target) -> Iterator[Line]:
    runs = laboratory.folder / "runs"
    subprocess.run(
        [sys.executable, "-m", "b2bench", "run", "search", "--users", str(_USERS), "--runs", runs],
        check=False,
        env=os.environ | {"B2BENCH_DSN": target.conninfo},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (record,) = runs.glob("*/run.json")
    for result in json.loads(record.read_text())["result"]["queries"]:
        p95_ms = result["response"]["p95_us"] / 1000
        yield Line(
            what=f"large, {_USERS} users: {result['name']}, 95th percentile",
            measured=f"{p95_ms:.1f} ms (n={result['response']['count']:,})",
            wanted=f"under {_TARGET_MS} ms",
            met=p95_ms < _TARGET_MS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a query class does for a row that it returns, over many arguments."""

    blocks: float
    tuples: float


def _work(target: Target, query: QueryClass) -> _Work:
    blocks = tuples = rows = 0
    with connect(target) as connection:
        connection.prepare_threshold = None
        pin(connection)
        for arguments in shop_source(target).draw(query, seed=1, count=_DRAWS):
            connection.autocommit = True
            steps = explain_case(connection, query, arguments).steps
            blocks += sum(step.work.shared_blocks for step in steps)
            tuples += sum(step.work.tuples for step in steps)
            # an answer without rows, or a change, counts as one
            rows += max(1, sum(step.rows for step in steps))
    return _Work(blocks=blocks / rows, tuples=tuples / rows)


def _growth(query: QueryClass, standard: _Work, large: _Work) -> Line:
    blocks = math.log10(large.blocks / standard.blocks)
    tuples = math.log10(large.tuples / standard.tuples)
    reason = next((each.reason for each in query.allowances if each.code == _GROWTH), "")
    worst = max(blocks, tuples)
    return Line(
        what=f"growth of work per row: {query.name}",
        measured=f"exponent {blocks:.2f} of blocks, {tuples:.2f} of tuples"
        + (f"; {reason}" if reason else ""),
        wanted=f"at most {_MOST_EXPONENT}, or its header says why",
        met=worst <= _MOST_EXPONENT or bool(reason),
    )
