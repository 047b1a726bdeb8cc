"""Sessions that act as one of the shop's roles, and of which nothing stays."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

NOBODY = "-"
_FOLDER = Path(__file__).parent
_MONITOR = _FOLDER.parents[2] / "exporters" / "role.sql"
_SET = "SELECT set_config(%s, %s, true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A role, and the settings that say for whom it acts."""

    role: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def take_on(self, connection: psycopg.Connection) -> None:
        """Act from here on, until the transaction ends or somebody else does."""
        connection.execute("RESET ROLE")
        for name in ("shop.account_id", "shop.auth_id"):
            connection.execute(_SET, (name, self.settings.get(name, "")))
        if self.role != NOBODY:
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(self.role)))


def buyer(account_id: object) -> Actor:
    return Actor(role="shop_buyer", settings={"shop.account_id": str(account_id)})


def representative(account_id: object) -> Actor:
    return Actor(role="shop_representative", settings={"shop.account_id": str(account_id)})


@contextmanager
def taken_back(target: Target) -> Iterator[psycopg.Connection]:
    """Open a transaction of which nothing stays, as superuser."""
    with psycopg.connect(target.conninfo) as connection:
        yield connection
        connection.rollback()


@contextmanager
def for_a_moment(connection: psycopg.Connection) -> Iterator[None]:
    """Take back what the block does, role and settings included, whatever becomes of it."""
    connection.execute("SAVEPOINT moment")
    try:
        yield
    finally:
        connection.execute("ROLLBACK TO SAVEPOINT moment")
        connection.execute("RELEASE SAVEPOINT moment")


def refusal(connection: psycopg.Connection, actor: Actor, statement: sql.Composed | str) -> str:
    """Try a statement as somebody; return its SQLSTATE, empty when nothing refused it."""
    with for_a_moment(connection):
        actor.take_on(connection)
        try:
            connection.execute(statement.encode() if isinstance(statement, str) else statement)
        except psycopg.Error as error:
            return error.sqlstate or "?"
    return ""


def read(name: str) -> bytes:
    """Return the statement of one of this folder's files."""
    return read_sql_file(_FOLDER / name).parts[0].sql.encode()


def new_monitor(connection: psycopg.Connection) -> str:
    """Make the monitoring role, as the exporter's file makes it, under a name of its own."""
    name = f"monitor_{secrets.token_hex(4)}"
    text = read_sql_file(_MONITOR).parts[0].sql
    assert "b2bench_monitor" in text
    connection.execute(text.replace("b2bench_monitor", name).encode())
    return name
