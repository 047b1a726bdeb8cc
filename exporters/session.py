"""A read-only session with a server that gives up soon, and is opened again after it was lost."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.database import reading
from b2bench.errors import B2benchError
from b2bench.target import Target

# a lock is given up before the statement, the statement before the scrape
LOCK_TIMEOUT_S = 0.2
STATEMENT_TIMEOUT_S = 1.0
CONNECT_TIMEOUT_S = 2
# a network that went away without a word is noticed, and does not end in hours of silence
_NETWORK = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# enough for every view without texts, so that the server need not write a temporary file
_MEMORY = "SET work_mem = '16MB'"


class Session:
    """One session, opened when it is needed."""

    def __init__(self, target: Target) -> None:
        self._target = _noticing_a_lost_network(target)
        self._stack = ExitStack()
        self._connection: psycopg.Connection | None = None
        self._waiting_since_s: float | None = None
        self.waited_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is a session with the server."""
        return self._connection is not None

    @property
    def is_stuck(self) -> bool:
        """Whether the server has not answered though every timeout has passed."""
        since_s = self._waiting_since_s
        return since_s is not None and (
            time.monotonic() - since_s > CONNECT_TIMEOUT_S + STATEMENT_TIMEOUT_S
        )

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Give the session's connection; what goes wrong with the server ends the session.

        Raises:
            ServerUnreachable: no session could be opened.
            StatementFailed: the server refused a statement, or took too long.
        """
        self._waiting_since_s = begin_s = time.monotonic()
        if self._connection is not None and self._connection.closed:
            self.close()
        try:
            yield self._connection or self._open()
        except (psycopg.OperationalError, B2benchError) as error:
            if not isinstance(
                error, (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)
            ):
                self.close()
            raise
        finally:
            self._waiting_since_s = None
            self.waited_s += time.monotonic() - begin_s

    def _open(self) -> psycopg.Connection:
        connection = self._stack.enter_context(
            reading(
                self._target,
                statement_timeout_s=STATEMENT_TIMEOUT_S,
                lock_timeout_s=LOCK_TIMEOUT_S,
                connect_timeout_s=CONNECT_TIMEOUT_S,
            )
        )
        self._connection = connection
        connection.execute(_MEMORY)
        return connection

    def close(self) -> None:
        """End the session."""
        self._connection = None
        stack, self._stack = self._stack, ExitStack()
        stack.close()


def _noticing_a_lost_network(target: Target) -> Target:
    """Return the target with limits for TCP where the user has set none."""
    settings = _NETWORK | conninfo_to_dict(target.conninfo)
    return replace(target, conninfo=make_conninfo("", **settings))
