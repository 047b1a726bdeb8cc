"""The gate inside of somebody's tests, run as somebody would run them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import call, environment
from tests.postgres import new_database
from tests.reports.shop import install, write_queries

THEIRS = """
def test_labels_are_found_by_key(query_gate):
    query_gate.check("find_sku")


def test_orders_are_found_by_account(query_gate):
    query_gate.check("open_orders")


def test_nobody_asks_for_what_is_not_there(query_gate):
    query_gate.check("find_nothing")
"""


@pytest.fixture(scope="module")
def their_database(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        yield target


@pytest.fixture
def project(their_database: Target, tmp_path: Path) -> Iterator[Path]:
    """Give a project with queries, tests, a baseline, and then a lost index."""
    (tmp_path / "queries").mkdir()
    write_queries(tmp_path / "queries", "find_sku", "open_orders")
    (tmp_path / "test_theirs.py").write_text(THEIRS)
    (tmp_path / "b2bench.toml").write_text('queries = "queries"\nbaseline = "baseline.json"\n')
    recorded = call("baseline", "record", folder=tmp_path, target=their_database)
    assert (recorded.returncode, recorded.stderr) == (0, "")
    with connect(their_database) as connection:
        connection.execute("DROP INDEX products_sku")
    yield tmp_path
    with connect(their_database) as connection:
        connection.execute("CREATE INDEX products_sku ON products (sku)")


def pytest_of(project: Path, target: Target, *arguments: str) -> str:
    """Return what pytest prints, with the plugin that an installed b2bench brings."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command,
        cwd=project,
        env=environment(target),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_a_projects_own_tests_ask_the_gate(project: Path, their_database: Target) -> None:
    said = pytest_of(project, their_database)
    assert "FAILED test_theirs.py::test_labels_are_found_by_key" in said
    assert "cause: probably index products_sku is missing" in said
    assert "PASSED test_theirs.py::test_orders_are_found_by_account" in said
    assert "LookupError: no query class find_nothing" in said
    assert "1 passed" in said


def test_each_query_file_is_a_test(project: Path, their_database: Target) -> None:
    said = pytest_of(project, their_database, "--b2bench-gate", "--b2bench-quick", "queries")
    assert "FAILED queries/find_sku.sql::find_sku" in said
    assert "PASSED queries/open_orders.sql::open_orders" in said
    assert "Traceback" not in said
    assert "1 failed, 1 passed" in said


def test_without_the_option_no_query_file_is_a_test(project: Path, their_database: Target) -> None:
    assert "no tests ran" in pytest_of(project, their_database, "queries")


def test_a_missing_baseline_is_told_in_one_line(project: Path, their_database: Target) -> None:
    (project / "baseline.json").unlink()
    said = pytest_of(project, their_database, "--b2bench-gate", "queries")
    assert "there is no baseline baseline.json: record one with `b2bench baseline record`" in said
    assert "Traceback" not in said
