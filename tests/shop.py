"""Fixtures for the shop: a template with the tiny data set, a clone of it for each test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection, RawCursor

from b2bench.arguments import Arguments, Value
from b2bench.database import connect
from b2bench.marker import create_marked_database
from b2bench.queries import QueryClass, load_queries, read_query_class
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import load_profile
from schema import migrate
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource
from schema.personal.seal import seal_all
from tests.postgres import new_database

QUERIES = Path(__file__).parent.parent / "scenarios" / "queries"


@pytest.fixture(scope="session")
def schema_template(server: Target) -> Iterator[Target]:
    """Give the schema without data; nobody may stay connected to it."""
    with new_database(server) as target:
        migrate.install(target)
        yield target


@pytest.fixture(scope="session")
def shop_template(server: Target, schema_template: Target) -> Iterator[Target]:
    """Give the schema with the tiny data set; nobody may stay connected to it."""
    with new_database(server, template=schema_template.database) as target:
        generate(target, load_profile("tiny"))
        yield target


@pytest.fixture(scope="session")
def standard_template(server: Target, schema_template: Target) -> Iterator[Target]:
    """Give the standard data set to tests that read it; marked `xdist_group("standard")`.

    It takes half a minute to make, so one worker does.
    """
    with new_database(server, template=schema_template.database) as target:
        generate(target, load_profile("standard"))
        yield target


@contextmanager
def bare_shop_at(server: Target, revision: str) -> Iterator[Target]:
    """Make the schema as it was at a migration, without data."""
    with new_database(server) as target:
        create_marked_database(target)
        migrate.upgrade(target, revision)
        yield target


def upgrade_and_seal(target: Target, keys: Path) -> None:
    """Bring a shop with rows to the newest schema, sealing on the way what stands in clear.

    Args:
        target: the shop.
        keys: a folder for keys.
    """
    place = KeyPlace(folder=keys, master=MasterSource(file=keys / "master.key"))
    migrate.upgrade(target, "0029")
    with connect(target) as connection:
        seal_all(connection, make_keys(connection, place))
    migrate.upgrade(target)


@pytest.fixture
def shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a copy of the shop that a test may change."""
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture
def bare_shop(server: Target, schema_template: Target) -> Iterator[Target]:
    """Give a copy of the schema without data."""
    with new_database(server, template=schema_template.database) as target:
        yield target


@pytest.fixture(scope="session")
def shop_queries() -> tuple[QueryClass, ...]:
    return load_queries(QUERIES)


def run_class(
    connection: Connection, name: str, values: Mapping[str, Value], *, folder: Path = QUERIES
) -> list[list[tuple[Any, ...]]]:
    """Run every step of a query class in the session; return the rows of each step."""
    query = read_query_class(folder / f"{name}.sql")
    known, answers = dict(values), list[list[tuple[Any, ...]]]()
    for setting in query.settings:
        [value] = Arguments(values=known).encoded([setting.parameter])
        RawCursor(connection).execute(setting.sql.encode(), [value and value.decode()])
    for step in query.steps:
        cursor = RawCursor(connection)
        encoded = Arguments(values=known).encoded(step.parameters)
        cursor.execute(step.sql.encode(), [v if v is None else v.decode() for v in encoded])
        rows = cursor.fetchall() if cursor.description else []
        columns = [column.name for column in cursor.description or ()]
        first = dict(zip(columns, rows[0], strict=True)) if rows else {}
        known |= {output.name: first.get(output.name) for output in step.outputs}
        answers.append(rows)
    return answers
