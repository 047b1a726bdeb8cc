"""HypoPG's estimate beside the measurement, on a server that has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.components import missing
from tests.postgres import new_database
from tests.reports.planted import diagnosed_problem, plant


@pytest.fixture(scope="module")
def planted(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        plant(target)
        yield target


def has_hypopg(target: Target) -> bool:
    with connect(target) as connection:
        row = connection.execute(
            "SELECT FROM pg_available_extensions WHERE name = 'hypopg'"
        ).fetchone()
    return row is not None


def test_an_estimate_stands_beside_the_measurement(
    planted: Target, pg_bin: Path | None, tmp_path: Path
) -> None:
    if not has_hypopg(planted):
        if pg_bin is None or "/usr/lib/postgresql" not in str(pg_bin):
            pytest.skip("these binaries come without HypoPG; Debian's are tested with it")
        missing("hypopg", "apt-get install postgresql-15-hypopg")
    (found,) = diagnosed_problem(planted, tmp_path, "missing_index")
    assert found.proven is not None
    supposed = found.proven.hypothesis
    assert supposed is not None
    assert supposed.cost_after < supposed.cost_before / 100
    assert found.proven.size_bytes is not None
    assert 0.5 < supposed.size_bytes / found.proven.size_bytes < 2
    with connect(planted) as connection:
        extensions = connection.execute("SELECT extname FROM pg_extension").fetchall()
    assert ("hypopg",) not in extensions


def test_without_it_the_measurement_stands_alone(planted: Target, tmp_path: Path) -> None:
    if has_hypopg(planted):
        pytest.skip("this server has HypoPG")
    (found,) = diagnosed_problem(planted, tmp_path, "missing_index")
    assert found.proven is not None
    assert found.proven.hypothesis is None
