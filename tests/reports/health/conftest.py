"""One database for all, emptied after each test; roles that see less than a superuser."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from psycopg.conninfo import make_conninfo

from b2bench.target import Target
from tests.postgres import change, new_database

_EMPTY = (
    "DROP EXTENSION IF EXISTS pg_stat_statements",
    "DROP SCHEMA IF EXISTS ext, public CASCADE",
    "CREATE SCHEMA public",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
)


@pytest.fixture(scope="session")
def health_database(server: Target) -> Iterator[Target]:
    """Give a database that outlives a test; making one takes longer than most tests here."""
    with new_database(server) as target:
        yield target


@pytest.fixture
def empty_database(health_database: Target) -> Iterator[Target]:
    """Give the same database to each test, as empty as a new one."""
    yield health_database
    change(health_database, *_EMPTY)


@pytest.fixture
def monitor(server: Target, empty_database: Target) -> Iterator[Target]:
    """Give the empty database to a role as a guide would make it for monitoring."""
    yield from _as(server, empty_database, "CONNECTION LIMIT 3 IN ROLE pg_monitor")


@pytest.fixture
def plain(server: Target, empty_database: Target) -> Iterator[Target]:
    """Give the empty database to a role without any rights."""
    yield from _as(server, empty_database, "CONNECTION LIMIT 3")


def _as(server: Target, database: Target, rights: str) -> Iterator[Target]:
    name, password = f"health_{secrets.token_hex(4)}", secrets.token_hex(8)
    change(server, f"CREATE ROLE {name} LOGIN PASSWORD '{password}' {rights}")
    conninfo = make_conninfo(database.conninfo, user=name, password=password)
    try:
        yield replace(database, conninfo=conninfo)
    finally:
        change(database, f"DROP OWNED BY {name}")
        change(server, f"DROP ROLE {name}")
