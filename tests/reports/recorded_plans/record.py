"""Record plans on a server: python -m tests.reports.recorded_plans.record DSN.

The tables are made in a database of their own, so any server with a superuser will do.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database

HERE = Path(__file__).parent
_PARALLEL = {
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
    "min_parallel_index_scan_size": "0",
}
_ONE_PROCESS = {"max_parallel_workers_per_gather": "0", "jit": "off"}


def record(server: Target) -> Path:
    """Write the plans of the server's version, a JSON object a line, and return the file."""
    with new_database(server) as target, connect(target) as connection:
        has_far = _make_tables(connection)
        major = connection.info.server_version // 10_000
        lines = [json.dumps(each, separators=(",", ":")) for each in _plans(connection, has_far)]
    path = HERE / f"pg{major}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def _make_tables(connection: psycopg.Connection) -> bool:
    """Make the tables; return whether there is a foreign one."""
    script, _, vacuum = (HERE / "tables.sql").read_text().rpartition("VACUUM")
    connection.execute(script.encode())
    connection.execute(f"VACUUM{vacuum}".encode())
    row = connection.execute(
        "SELECT FROM pg_available_extensions WHERE name = 'file_fdw'"
    ).fetchone()
    if row is None:
        return False
    connection.execute(
        "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
        " CREATE FOREIGN TABLE far (id int, name text) SERVER files"
        " OPTIONS (program 'printf \"1,a\\n2,b\\n3,c\\n\"', format 'csv')"
    )
    return True


def _plans(connection: psycopg.Connection, has_far: bool) -> Iterator[dict[str, Any]]:  # noqa: FBT001
    statements = tomllib.loads((HERE / "statements.toml").read_text())
    for name, statement in statements.items():
        if name == "foreign_scan" and not has_far:
            continue
        with connection.transaction(force_rollback=True):
            yield {"name": name, "entry": _entry(connection, statement)}


def _entry(connection: psycopg.Connection, statement: Mapping[str, Any]) -> object:
    given = dict(statement.get("settings", {}))
    settings = _PARALLEL if given.pop("parallel", "") else _ONE_PROCESS
    for setting, value in {**settings, **given}.items():
        connection.execute("SELECT set_config(%s, %s, true)", (setting, value))
    text, options = statement["sql"], "VERBOSE, FORMAT JSON"
    if statement.get("analyze", True):
        options = "ANALYZE, BUFFERS, WAL, SETTINGS, " + options
    if parameters := statement.get("parameters"):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute(f"PREPARE recorded AS {text}".encode())
        text = f"EXECUTE recorded ({', '.join(parameters)})"
    row = connection.execute(sql.SQL("EXPLAIN ({}) ").format(sql.SQL(options)) + sql.SQL(text))
    found = row.fetchone()
    if parameters:
        connection.execute("DEALLOCATE recorded")
    return _without_nothing(found[0][0]) if found else None


def _without_nothing(value: object) -> object:
    """Leave out counters of blocks and WAL that are zero, which are most of the text."""
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_nothing(item)
        for key, item in value.items()
        if item or not any(word in key for word in ("Blocks", "WAL", "I/O"))
    }


if __name__ == "__main__":
    sys.stdout.write(f"{record(Target.parse(sys.argv[1]))}\n")
