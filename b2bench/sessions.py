"""Work in several sessions side by side, ended at once when one fails or a person interrupts."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

import psycopg

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target

T = TypeVar("T")
R = TypeVar("R")
_END_MS = 10_000
# a server notices within moments that the client of an idle session was killed
_LOCK_ATTEMPTS = 20
_LOCK_PAUSE_S = 0.25


def side_by_side(
    target: Target,
    name: str,
    workers: int,
    work: Callable[[psycopg.Connection, T], R],
    items: Sequence[T],
) -> Iterator[tuple[T, R]]:
    """Do some work on each item and yield each with its result as soon as it is there.

    When anything goes wrong, an interrupt included, the sessions are ended before it is raised,
    however long a statement they are in; what they have not committed is undone.

    Args:
        target: the database.
        name: of the sessions, in pg_stat_activity.
        workers: number of sessions.
        work: called in threads, with a session in autocommit mode.
        items: what there is to do, the longest first.

    Raises: as `connect`, and what the work raises.
    """
    waiting, outcomes, stop = SimpleQueue[T](), SimpleQueue[tuple[T, R] | BaseException](), Event()
    for item in items:
        waiting.put(item)

    def drain() -> None:
        try:
            with connect(target, application_name=name) as connection:
                while not stop.is_set():
                    item = waiting.get_nowait()
                    outcomes.put((item, work(connection, item)))
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 (raised where the results are read)
            outcomes.put(error)

    threads = [Thread(target=drain, daemon=True) for _ in range(min(workers, len(items)))]
    for thread in threads:
        thread.start()
    try:
        for _ in items:
            yield _result(outcomes.get())
    except BaseException:
        stop.set()
        with connect(target) as connection:
            end_sessions(connection, name)
        raise
    finally:
        for thread in threads:
            thread.join()


def _result(outcome: tuple[T, R] | BaseException) -> tuple[T, R]:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def end_sessions(connection: psycopg.Connection, *names: str) -> None:
    """End the sessions of these names in this database, and wait until they are gone.

    A server does not notice that a client was killed before its statement is done.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = session_user"
        "   AND pid <> pg_backend_pid() AND application_name = ANY(%s)",
        (_END_MS, list(names)),
    )


@contextmanager
def alone(target: Target, name: str) -> Iterator[psycopg.Connection]:
    """Keep others from doing the same in this database, as long as the block lasts.

    Args:
        target: the database.
        name: of the session, in pg_stat_activity, and of the lock.

    Raises:
        BadInput: another process is at it.
    """
    with connect(target, application_name=name) as connection:
        for attempt in range(_LOCK_ATTEMPTS):
            row = connection.execute(
                "SELECT pg_try_advisory_lock(hashtext(%s))", (name,)
            ).fetchone()
            if row and row[0]:
                break
            if attempt < _LOCK_ATTEMPTS - 1:
                time.sleep(_LOCK_PAUSE_S)
        else:
            raise BadInput(
                f"another process is filling {target.database}: wait for it, or end it first"
            )
        yield connection
