"""Three tables rebuilt as they were in the middle of a mixed run, against what they were."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from schema.audit.rebuild import RowForm, rebuild
from tests.benchmarks.laboratory import Laboratory, Line
from tests.postgres import new_database

_TABLES = ("rfq_requests", "cart_items", "inventory_locations")
_DURATION_S = 60
_LOOKS_AT_S = (5, 30, 55)
_LOAD = ("--users", "20", "--think", "0", "--duration", f"{_DURATION_S}s", "--warm-up", "0")
_CONTENTS = sql.SQL("SELECT row_to_json(t)::text FROM (SELECT * FROM {} ORDER BY 1, 2) AS t")
_EVENTS = "SELECT count(*) FROM audit_events WHERE table_name = %s AND operation <> 'LOAD'"

Seen = tuple[str, dict[str, list[str]]]


def figures(lab: Laboratory) -> Iterator[Line]:
    """Look at three tables during the run; afterwards rebuild them and compare row by row."""
    template, _ = lab.filled("standard")
    with new_database(lab.server, template=template.database) as shop:
        before = _events(shop)
        seen = _seen_during_a_run(lab, shop)
        after = _events(shop)
        for table in _TABLES:
            written = after[table] - before[table]
            yield Line(what=f"events of {table} in {_DURATION_S} s", measured=f"{written:,}")
            for at_s, (snapshot, contents) in zip(_LOOKS_AT_S, seen, strict=True):
                yield _compared(shop, table, at_s, snapshot, contents[table])


def _compared(shop: Target, table: str, at_s: int, snapshot: str, was: list[str]) -> Line:
    begin, rows = time.perf_counter(), io.BytesIO()
    rebuild(shop, table, snapshot, RowForm.JSON, rows.write)
    elapsed_s = time.perf_counter() - begin
    is_now: list[dict[str, Any]] = [json.loads(row) for row in rows.getvalue().splitlines()]
    was_then = [json.loads(row) for row in was]
    pairs = zip(is_now, was_then, strict=False)
    differences = sum(now != then for now, then in pairs) + abs(len(is_now) - len(was_then))
    return Line(
        what=f"{table} as it was after {at_s} s, rebuilt in {elapsed_s:.1f} s",
        measured=f"{len(was_then):,} rows compared, {differences} differences",
        wanted="no difference",
        met=differences == 0,
    )


def _seen_during_a_run(lab: Laboratory, shop: Target) -> list[Seen]:
    command = [sys.executable, "-m", "b2bench", "run", "mixed", "--in-place", *_LOAD]
    command += ["--runs", str(lab.folder / "runs")]
    begin = time.perf_counter()
    run = subprocess.Popen(
        command, env=os.environ | {"B2BENCH_DSN": shop.conninfo}, stdout=subprocess.DEVNULL
    )
    seen = list[Seen]()
    for at_s in _LOOKS_AT_S:
        time.sleep(max(0.0, begin + at_s - time.perf_counter()))
        seen.append(_seen(shop))
    # the verdict of the run is about its speed, which is no matter here
    run.wait()
    return seen


def _seen(shop: Target) -> Seen:
    with psycopg.connect(shop.conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert row is not None
        return str(row[0]), {
            table: [line for (line,) in connection.execute(_CONTENTS.format(sql.Identifier(table)))]
            for table in _TABLES
        }


def _events(shop: Target) -> dict[str, int]:
    with connect(shop) as connection:
        return {
            table: (connection.execute(_EVENTS, (table,)).fetchone() or (0,))[0]
            for table in _TABLES
        }
