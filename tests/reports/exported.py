"""A shop in production that is not the one here, and the export of its planner statistics."""

import subprocess
from pathlib import Path

from b2bench.arguments import Arguments, Case, one_of_each_case
from b2bench.cluster.binaries import Binaries
from b2bench.database import connect
from b2bench.queries import QueryClass
from b2bench.target import Target
from tests.reports.shop import SOURCE, install

CANARY = "canary-4c1f"
# half of the products share a note, and nearly all a family
_GROWN = """
INSERT INTO products
SELECT i, 'SKU-' || i, 1 + (i % 50) / 49,
       CASE WHEN i % 2 = 0 THEN 'canary-4c1f' ELSE 'note ' || i END
  FROM generate_series(20001, 150000) AS i;
INSERT INTO orders (account_id, status)
SELECT i % 500, 'OPEN' FROM generate_series(1, 20000) AS i;
INSERT INTO order_lines
SELECT 1 + i % 20000, 1 + i * 7 % 150000, i % 9 FROM generate_series(1, 200000) AS i
"""
_SHRUNK = """
TRUNCATE order_lines, orders, products;
INSERT INTO products SELECT i, 'SKU-' || i, i % 5, 'x' FROM generate_series(4700, 4730) AS i;
INSERT INTO orders (account_id, status) SELECT i, 'OPEN' FROM generate_series(1, 20) AS i;
INSERT INTO order_lines
SELECT id, 4700 + id % 20, 3 FROM orders
"""


def grow(target: Target) -> None:
    """Make a shop that is larger than the one here, and skewed in another way."""
    install(target)
    _change(target, _GROWN)


def shrink(target: Target) -> None:
    """Leave so few rows in a shop that nothing is worth an index."""
    _change(target, _SHRUNK)


def _change(target: Target, statements: str) -> None:
    with connect(target) as connection:
        connection.execute(statements.encode())
        connection.execute("VACUUM ANALYZE")


def export(target: Target, binaries: Binaries, file: Path) -> Path:
    """Export the statistics of a database as its DBA would."""
    program = binaries.program("pg_dump")
    options = ["--statistics-only", "--no-owner", "--encoding=UTF8", f"--file={file}"]
    subprocess.run([program, *options, f"--dbname={target.conninfo}"], check=True)
    return file


def arguments_of(queries: tuple[QueryClass, ...]) -> dict[str, dict[Case, Arguments]]:
    """Return the arguments of the files' examples."""
    return {query.name: one_of_each_case(SOURCE, query, seed=1) for query in queries}
