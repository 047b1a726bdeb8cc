"""Sessions with a server: errors a person can act on, read-only where only reading is meant."""

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from b2bench.errors import (
    BadInput,
    ExtensionMissing,
    ServerTooOld,
    ServerUnreachable,
    StatementFailed,
)
from b2bench.target import Target

OLDEST_MAJOR = 15
_CONNECT_TIMEOUT_S = 10
_LOOK_EVERY_S = 0.25
_MAINTENANCE_DATABASE = "postgres"


@contextmanager
def connect(
    target: Target,
    *,
    application_name: str = "b2bench",
    connect_timeout_s: int = _CONNECT_TIMEOUT_S,
) -> Iterator[psycopg.Connection]:
    """Open a session in autocommit mode, under the target's role, and close it afterwards.

    Raises:
        ServerUnreachable: no session could be opened.
        ServerTooOld: the server is older than PostgreSQL 15.
        StatementFailed: a statement inside the block was refused and nobody caught it.
    """
    connection = _open(target, application_name, connect_timeout_s)
    with connection:
        try:
            require_version(connection.info.server_version)
            if target.role:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(target.role)))
            yield connection
        except psycopg.Error as error:
            raise StatementFailed(one_line(error)) from error


@contextmanager
def reading(
    target: Target,
    *,
    statement_timeout_s: float = 60,
    lock_timeout_s: float = 5,
    connect_timeout_s: int = _CONNECT_TIMEOUT_S,
) -> Iterator[psycopg.Connection]:
    """Open a session that cannot change data and gives up rather than wait for ever.

    Raises: as `connect`.
    """
    with connect(
        target, application_name="b2bench (reading)", connect_timeout_s=connect_timeout_s
    ) as connection:
        for name, value in (
            ("default_transaction_read_only", "on"),
            ("statement_timeout", f"{statement_timeout_s * 1000:.0f}"),
            ("lock_timeout", f"{lock_timeout_s * 1000:.0f}"),
        ):
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        yield connection


def _open(target: Target, application_name: str, connect_timeout_s: int) -> psycopg.Connection:
    try:
        return psycopg.connect(
            target.conninfo,
            autocommit=True,
            application_name=application_name,
            connect_timeout=connect_timeout_s,
        )
    except psycopg.OperationalError as error:
        reason = one_line(error)
        mend = "check host, port and password, or `b2bench server start` the embedded server"
        if "does not exist" in reason and "database" in reason:
            mend = "install it with `b2bench schema install`"
        raise ServerUnreachable(f"no session with {target}: {reason}: {mend}") from error
    except psycopg.ProgrammingError as error:
        raise BadInput(f"the connection string cannot be used: {one_line(error)}") from error
    except (KeyboardInterrupt, SystemExit) as error:
        # the traceback would keep a half-open session, and DROP DATABASE waits for its password
        traceback.clear_frames(error.__traceback__)
        raise


def wait_for(target: Target, timeout_s: float) -> None:
    """Wait until sessions can be opened, as after a restart or before a copy is replicated.

    Raises:
        ServerUnreachable: they cannot within the time.
    """
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            with connect(target):
                return
        except ServerUnreachable:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(_LOOK_EVERY_S)


def require_version(server_version: int) -> None:
    """Check the server's version number, e.g. 150004.

    Raises:
        ServerTooOld: it is older than PostgreSQL 15.
    """
    major = server_version // 10_000
    if major < OLDEST_MAJOR:
        raise ServerTooOld(
            f"the server runs PostgreSQL {major}: b2bench needs {OLDEST_MAJOR} or newer"
        )


def one_line(error: psycopg.Error) -> str:
    """Return what the server said, with its detail, in one line."""
    primary = error.diag.message_primary
    if primary is None:
        return " ".join(str(error).split())
    said = (primary, error.diag.message_detail, error.diag.message_hint)
    return " ".join(": ".join(part for part in said if part).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the server can do, found by looking and not by its version.

    Args:
        version: as libpq numbers it, e.g. 180006.
        extensions: installed in this database, by name, with their versions.
        preloaded: names in shared_preload_libraries.
    """

    version: int
    extensions: dict[str, str]
    preloaded: frozenset[str]

    @property
    def major(self) -> int:
        """The major version."""
        return self.version // 10_000

    def require_extension(self, name: str) -> str:
        """Return the installed version of an extension.

        Raises:
            ExtensionMissing: it is not there; the message says how to get it.
        """
        if name == "pg_stat_statements" and name not in self.preloaded:
            raise ExtensionMissing(
                f"{name} is not loaded: add it to shared_preload_libraries and restart the server"
            )
        if name not in self.extensions:
            raise ExtensionMissing(
                f"the extension {name} is not installed: run CREATE EXTENSION {name} as a superuser"
            )
        return self.extensions[name]


def capabilities(connection: psycopg.Connection) -> Capabilities:
    """Probe the server and the database of a session."""
    extensions = connection.execute("SELECT extname, extversion FROM pg_extension").fetchall()
    preloaded = connection.execute(
        "SELECT coalesce(current_setting('shared_preload_libraries', true), '')"
    ).fetchone()
    names = preloaded[0].split(",") if preloaded else []
    return Capabilities(
        version=connection.info.server_version,
        extensions=dict(extensions),
        preloaded=frozenset(name.strip().strip('"').rpartition("/")[2] for name in names),
    )


def columns_of(connection: psycopg.Connection, relation: str) -> tuple[str, ...]:
    """Return the columns of a table, view or function result, empty if it is not there.

    Args:
        connection: a session.
        relation: a name as SQL writes it, e.g. `pg_stat_io`.
    """
    rows = connection.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        (relation,),
    )
    return tuple(row[0] for row in rows)


def database_exists(target: Target) -> bool:
    """Return whether the target's database is there, asking the maintenance database."""
    with connect(maintenance(target)) as connection:
        row = connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", (target.database,)
        ).fetchone()
    return row is not None


def maintenance(target: Target) -> Target:
    """Return the same server's database `postgres`, from which others are made and dropped."""
    return target.for_database(_MAINTENANCE_DATABASE)
