"""Look at the memory of a load's sessions on the server while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import psycopg

from b2bench.cluster.memory import own_memory_bytes
from b2bench.database import connect
from b2bench.errors import ServerUnreachable, StatementFailed
from b2bench.target import Target

_EVERY_S = 0.25
_BACKENDS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'b2bench load'"
)


@dataclass(slots=True, kw_only=True)
class Seen:
    """The most that was seen at one time."""

    backend_memory_bytes: int | None = None
    pooler_memory_bytes: int | None = None


@contextmanager
def watched(target: Target, pooler_pid: int | None) -> Iterator[Seen]:
    """Look at the load's sessions as long as the block lasts."""
    seen, over = Seen(), Event()

    def watch() -> None:
        try:
            with connect(target, application_name="b2bench (watching)") as connection:
                while not over.wait(_EVERY_S):
                    _look(connection, target.database, pooler_pid, seen)
        except (ServerUnreachable, StatementFailed):
            return  # the load tells of it

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _look(
    connection: psycopg.Connection, database: str, pooler_pid: int | None, seen: Seen
) -> None:
    pids = [pid for (pid,) in connection.execute(_BACKENDS)]
    seen.backend_memory_bytes = _more(
        seen.backend_memory_bytes, own_memory_bytes(pids, title=database)
    )
    if pooler_pid is not None:
        seen.pooler_memory_bytes = _more(seen.pooler_memory_bytes, own_memory_bytes([pooler_pid]))


def _more(one: int | None, other: int | None) -> int | None:
    return max((size for size in (one, other) if size is not None), default=None)
