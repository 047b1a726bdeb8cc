"""Record plans of a server: python -m tests.reports.recorded_plans.record --pg-bin DIR.

The server is started from the binaries in DIR, from the embedded ones without it, and is gone
afterwards; `--dsn` names one that runs and may lack contrib. The tables are made in a database of
their own.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database, new_open_folder

HERE = Path(__file__).parent
_USUAL = "ANALYZE, BUFFERS"
_PARALLEL = {
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
    "min_parallel_index_scan_size": "0",
}
_ONE_PROCESS = {"max_parallel_workers_per_gather": "0", "jit": "off"}
_LOOPBACKS = ("loopback", "loopback_2")


def main(arguments: list[str]) -> Path:
    """Record the plans of the server that the arguments name, and return the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pg-bin", type=Path)
    parser.add_argument("--dsn", type=Target.parse)
    named = parser.parse_args(arguments)
    if named.dsn:
        return record(named.dsn)
    with new_open_folder() as folder:
        embedded = EmbeddedServer(folder / ".b2bench", pg_bin=named.pg_bin)
        try:
            return record(embedded.start())
        finally:
            embedded.destroy()


def record(server: Target) -> Path:
    """Write the plans of the server's version, a JSON object a line, and return the file."""
    with new_database(server) as target, connect(target) as connection:
        has = _make_tables(connection)
        major = connection.info.server_version // 10_000
        lines = [json.dumps(each, separators=(",", ":")) for each in _plans(connection, major, has)]
    path = HERE / f"pg{major}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def _make_tables(connection: psycopg.Connection) -> frozenset[str]:
    """Make the tables; return the extensions that give foreign ones."""
    _execute_file(connection, "tables")
    connection.execute("VACUUM ANALYZE")
    found = connection.execute(
        "SELECT name FROM pg_available_extensions WHERE name = ANY (%s)",
        [["file_fdw", "postgres_fdw"]],
    )
    extensions = frozenset(name for (name,) in found)
    if "postgres_fdw" in extensions:
        connection.execute("CREATE EXTENSION postgres_fdw")
        for name in _LOOPBACKS:
            _connect_to_itself(connection, name)
    for extension in sorted(extensions):
        _execute_file(connection, extension)
    return extensions


def _execute_file(connection: psycopg.Connection, name: str) -> None:
    connection.execute((HERE / f"{name}.sql").read_bytes())


def _connect_to_itself(connection: psycopg.Connection, name: str) -> None:
    info, server = connection.info, sql.Identifier(name)
    place = {"host": info.host, "port": str(info.port), "dbname": info.dbname}
    login = {"user": info.user, "password": info.password}
    connection.execute(
        sql.SQL("CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({})").format(
            server, _options(place)
        )
    )
    connection.execute(
        sql.SQL("CREATE USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS ({})").format(
            server, _options(login)
        )
    )


def _options(options: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in options.items()
        if value
    )


def _plans(
    connection: psycopg.Connection, major: int, extensions: frozenset[str]
) -> Iterator[dict[str, Any]]:
    for name, statement in tomllib.loads((HERE / "statements.toml").read_text()).items():
        is_possible = statement.get("needs") in {None, *extensions}
        if is_possible and statement.get("since", major) <= major:
            with connection.transaction(force_rollback=True):
                yield {"name": name, "entry": _entry(connection, statement)}


def _entry(connection: psycopg.Connection, statement: Mapping[str, Any]) -> object:
    given = dict(statement.get("settings", {}))
    settings = _PARALLEL if given.pop("parallel", "") else _ONE_PROCESS
    for setting, value in {**settings, **given}.items():
        connection.execute("SELECT set_config(%s, %s, true)", (setting, value))
    text, options = statement["sql"], f"FORMAT JSON, {statement.get('options', _USUAL)}"
    if parameters := statement.get("parameters"):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute(f"PREPARE recorded AS {text}".encode())
        text = f"EXECUTE recorded ({', '.join(parameters)})"
    row = connection.execute(f"EXPLAIN ({options}) {text}".encode())
    found = row.fetchone()
    if parameters:
        connection.execute("DEALLOCATE recorded")
    return _without_nothing(found[0][0]) if found else None


def _without_nothing(value: object) -> object:
    """Leave out what is false or empty, and counters that are zero, which are most of the text."""
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    if not isinstance(value, dict):
        return value
    inside = {key: _without_nothing(item) for key, item in value.items()}
    return {key: item for key, item in inside.items() if not _says_nothing(key, item)}


def _says_nothing(key: str, value: object) -> bool:
    if key == "Shared Hit Blocks":  # tells that blocks were counted
        return False
    is_counter = any(word in key for word in ("Blocks", "WAL", "I/O", "Rows Removed"))
    return (
        value is False or value in ([], {}, {"Shared Hit Blocks": 0}) or (is_counter and not value)
    )


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
