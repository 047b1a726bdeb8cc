"""Five hundred users who think for two seconds, on `standard`: direct and through PgBouncer."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from b2bench.figures.notation import milliseconds, number
from b2bench.target import Target
from tests.benchmarks.laboratory import Laboratory, Line

_USERS = 500
_LOAD = ("--users", str(_USERS), "--think", "2s", "--duration", "60s", "--warm-up", "20s")
_POOLERS = "/usr/sbin:/usr/bin"


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield errors, missed targets and backends of both ways."""
    shop, _ = laboratory.filled("standard")
    yield from _run(shop, "direct", backends=_USERS)
    if shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:{_POOLERS}"):
        yield from _run(shop, "pgbouncer")
    else:
        yield Line(what="pooled", measured="no pgbouncer here: apt-get install pgbouncer")


def _run(shop: Target, way: str, *, backends: int | None = None) -> Iterator[Line]:
    record = _record(shop, way)
    result, failed = record["result"], record["result"]["failed"]
    rate = result["completed"] / result["measured_s"]
    yield Line(
        what=f"{_USERS} users, {way}: failed requests",
        measured=f"{number(failed)} of {number(result['offered'])} ({rate:.0f}/s)",
        wanted="none",
        met=failed == 0 and result["offered"] == result["completed"],
    )
    missed = [each for each in record["findings"] if each["code"] == "target-missed"]
    errors = [each for each in record["findings"] if each["severity"] == "error"]
    yield Line(
        what=f"{_USERS} users, {way}: query classes above their target",
        measured=", ".join(f"{each['subject']} {each['message']}" for each in missed) or "none",
        wanted="none",
        met=not missed and not errors,
    )
    yield Line(
        what=f"{_USERS} users, {way}: slowest p95",
        measured=_slowest(result["queries"]),
    )
    seen = record["observation"]["backends"]
    yield Line(
        what=f"{_USERS} users, {way}: backends in pg_stat_activity",
        measured=number(seen),
        wanted=f"{backends}" if backends else "",
        met=backends is None or seen == backends,
    )


def _slowest(queries: list[dict[str, Any]]) -> str:
    aimed = [query for query in queries if query["slo_ms"] and query["completed"]]
    query = max(aimed, key=lambda each: each["response"]["p95_us"] / each["slo_ms"])
    p95 = milliseconds(query["response"]["p95_us"] / 1000)
    return f"{query['name']} {p95} of {query['slo_ms']:g} ms (n={query['completed']})"


def _record(shop: Target, way: str) -> Any:  # noqa: ANN401 (JSON)
    command = [sys.executable, "-m", "b2bench", "run", "mixed", *_LOAD, "--via", way]
    done = subprocess.run(
        [*command, "--json", "-"],
        env=os.environ | {"B2BENCH_DSN": shop.conninfo},
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr)
    return json.loads(done.stdout)
