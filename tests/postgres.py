"""Fixtures for a real server: the embedded one, another version, or one that you name."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from operator import eq, ge, gt, le, lt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg import sql

from b2bench.database import capabilities, connect, maintenance
from b2bench.target import Target

_COMPARE = {">=": ge, "<=": le, ">": gt, "<": lt, "==": eq}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("b2bench")
    group.addoption("--pg-bin", type=Path, help="folder with another PostgreSQL's binaries")
    group.addoption("--dsn", help="use this server (superuser) instead of starting one")


@pytest.fixture(scope="session")
def pg_bin(request: pytest.FixtureRequest) -> Path | None:
    """Give the folder of another PostgreSQL's binaries, if one was named."""
    return request.config.getoption("--pg-bin")


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, pg_bin: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """Give the maintenance database of a server, as superuser."""
    if dsn := request.config.getoption("--dsn"):
        yield maintenance(Target.parse(dsn))
        return
    from b2bench.cluster.embedded import EmbeddedServer

    embedded = EmbeddedServer(
        tmp_path_factory.mktemp("server") / ".b2bench",
        pg_bin=pg_bin,
        overrides={"fsync": "off", "full_page_writes": "off"},
    )
    yield embedded.start()
    embedded.destroy()


@pytest.fixture(scope="session")
def server_major(server: Target) -> int:
    with connect(server) as connection:
        return capabilities(connection).major


@pytest.fixture(autouse=True)
def _needs_version(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("pg")
    if marker is None:
        return
    match = re.fullmatch(r"(>=|<=|==|>|<)\s*(\d+)", marker.args[0])
    if match is None:
        pytest.fail(f"pg({marker.args[0]!r}): write for instance pg('>= 17')")
    major = request.getfixturevalue("server_major")
    if not _COMPARE[match[1]](major, int(match[2])):
        pytest.skip(f"needs PostgreSQL {marker.args[0]}, this is {major}")


@pytest.fixture
def empty_database(server: Target) -> Iterator[Target]:
    """Give a database of its own to a test, without anything in it."""
    with new_database(server) as target:
        yield target


@contextmanager
def new_database(server: Target, template: str = "template0") -> Iterator[Target]:
    """Make a database that is dropped afterwards."""
    name = f"test_{secrets.token_hex(4)}"
    with connect(server) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield server.for_database(name)
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that every user reaches; pytest's own are private."""
    with new_open_folder() as folder:
        yield folder


@contextmanager
def new_open_folder() -> Iterator[Path]:
    """Make a folder that every user reaches and that is removed afterwards."""
    with TemporaryDirectory(prefix="b2bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def change(target: Target, *statements: str) -> None:
    """Execute statements, each for itself, with the rights of whoever made the database."""
    with connect(target) as connection:
        for statement in statements:
            connection.execute(statement.encode())
