"""Fixtures for pgbench: the program itself, its database, its own scripts as it shows them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from b2bench.cluster.binaries import find_binaries
from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database

SCRIPTS = ("select-only", "simple-update", "tpcb-like")


@pytest.fixture(scope="session")
def pgbench(pg_bin: Path | None) -> Path:
    return find_binaries(pg_bin).program("pgbench")


@pytest.fixture(scope="session")
def pgbench_template(server: Target, pgbench: Path) -> Iterator[Target]:
    """Give what `pgbench -i -s 1` makes; nobody may stay connected to it."""
    with new_database(server) as target:
        run_pgbench(pgbench, target, "-i", "-s", "1", "-q")
        yield target


@pytest.fixture
def pgbench_database(server: Target, pgbench_template: Target) -> Iterator[Target]:
    """Give pgbench's tables to a test that changes something."""
    with new_database(server, template=pgbench_template.database) as target:
        yield target


@pytest.fixture(scope="session")
def pgbench_scripts(pgbench: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with pgbench's own scripts, byte for byte as it shows them."""
    folder = tmp_path_factory.mktemp("scripts")
    for name in SCRIPTS:
        shown = subprocess.run(
            [pgbench, f"--show-script={name}"], capture_output=True, check=True
        ).stderr
        (folder / f"{name}.sql").write_bytes(shown)
    return folder


def run_pgbench(pgbench: Path, target: Target, *arguments: str) -> None:
    """Run pgbench to its end on a database."""
    parts = conninfo_to_dict(target.conninfo)
    where = {
        "PGHOST": str(parts["host"]),
        "PGPORT": str(parts["port"]),
        "PGUSER": str(parts["user"]),
        "PGPASSWORD": str(parts.get("password") or ""),
        "PGDATABASE": target.database,
        "LC_ALL": "C",
    }
    done = subprocess.run(
        [pgbench, *arguments], env=where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def drawn_by_pgbench(
    pgbench: Path, target: Target, folder: Path, script: str, *, transactions: int = 1
) -> list[tuple[str, str]]:
    """Run a script that inserts into `drawn`, and return the names and texts it inserted."""
    with connect(target) as connection:
        connection.execute("CREATE TABLE drawn (name text, value text)")
    (folder / "drawing.sql").write_text(script)
    options = ("-n", "-t", str(transactions), "--random-seed=42")
    run_pgbench(pgbench, target, *options, "-f", str(folder / "drawing.sql"))
    with connect(target) as connection:
        return connection.execute("SELECT name, value FROM drawn").fetchall()
