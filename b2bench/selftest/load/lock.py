"""A table lock held for a known time, with the instants of its grant and its release."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import psycopg
from psycopg import sql

from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.target import Target

_ASKED = 20
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """When a lock was held, on this machine's clock, in seconds since 1970.

    Args:
        uncertainty_s: by how much both instants may be wrong.
    """

    granted_unix_s: float
    released_unix_s: float
    uncertainty_s: float


class TableLock:
    """Takes `LOCK TABLE … IN ACCESS EXCLUSIVE MODE` at a moment that somebody else chooses."""

    def __init__(self, connection: psycopg.Connection, table: str, hold_s: float) -> None:
        self._connection = connection
        self._statements = _locking(table, hold_s)
        self._begun = threading.Event()
        self._abandoned = threading.Event()
        self._delay_s = 0.0
        self._held: Held | None = None
        self._failure: psycopg.Error | None = None
        self._thread = threading.Thread(target=self._wait_and_hold, name="lock", daemon=True)
        self._thread.start()

    def take_in(self, delay_s: float) -> None:
        """Take the lock after this time, if nobody has asked for it before; return at once."""
        if not self._begun.is_set():
            self._delay_s = delay_s
            self._begun.set()

    def result(self) -> Held:
        """Wait until the lock is released, and return when it was held.

        Raises:
            RunFailed: it was never taken.
            psycopg.Error: the server refused it.
        """
        if not self._begun.is_set():
            raise RunFailed("the load ended before the table was locked")
        self._thread.join(_PATIENCE_S)
        if self._failure is not None:
            raise self._failure
        if self._held is None:
            raise RunFailed(f"the table was not locked and released within {_PATIENCE_S:.0f} s")
        return self._held

    def abandon(self) -> None:
        """Take it no more, and wait for the end of one that is held."""
        self._abandoned.set()
        self._begun.set()
        self._thread.join(_PATIENCE_S)

    def _wait_and_hold(self) -> None:
        self._begun.wait()
        if self._abandoned.wait(self._delay_s):
            return
        try:
            ahead_s, uncertainty_s = server_ahead_s(self._connection)
            # one message to the server: no way there and back lies between lock and clock
            instants = _instants(self._connection.execute(self._statements))
        except psycopg.Error as error:
            self._failure = error
            return
        granted, last_held, first_free = instants
        self._held = Held(
            granted_unix_s=granted - ahead_s,
            released_unix_s=(last_held + first_free) / 2 - ahead_s,
            uncertainty_s=uncertainty_s + (first_free - last_held) / 2,
        )


def _locking(table: str, hold_s: float) -> sql.Composed:
    """Return the statements; a rollback does not wait for the disk before it releases the lock."""
    return sql.SQL(
        "BEGIN;"
        " LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;"
        " SELECT extract(epoch FROM clock_timestamp())::float8;"
        " SELECT pg_sleep({hold_s})::text;"
        " SELECT extract(epoch FROM clock_timestamp())::float8;"
        " ROLLBACK;"
        " SELECT extract(epoch FROM clock_timestamp())::float8"
    ).format(table=sql.Identifier(table), hold_s=sql.Literal(hold_s))


@contextmanager
def table_lock(target: Target, table: str, hold_s: float) -> Iterator[TableLock]:
    """Open a session that can lock a table; it is gone afterwards, and the lock with it."""
    with connect(target, application_name="b2bench (lock)") as connection:
        lock = TableLock(connection, table, hold_s)
        try:
            yield lock
        finally:
            lock.abandon()


def server_ahead_s(connection: psycopg.Connection) -> tuple[float, float]:
    """Return by how much the server's clock is ahead of ours, and how wrong that may be.

    Of several questions the one that was answered soonest says most, as in NTP.
    """
    asked = sorted(_ask_clock(connection) for _ in range(_ASKED))
    trip_s, ahead_s = asked[0]
    return ahead_s, trip_s / 2


def _ask_clock(connection: psycopg.Connection) -> tuple[float, float]:
    sent = time.time()
    cursor = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
    received = time.time()
    (server,) = cast("tuple[float]", cursor.fetchone())
    return received - sent, server - (sent + received) / 2


def _instants(cursor: psycopg.Cursor) -> list[float]:
    """Return the instants among the results of several statements."""
    found = list[float]()
    while True:
        if cursor.description is not None:
            found += [value for (value,) in cursor.fetchall() if isinstance(value, float)]
        if not cursor.nextset():
            return found
