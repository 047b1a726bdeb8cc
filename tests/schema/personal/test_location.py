"""A database has one key store, whoever makes it."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from b2bench.database import connect
from b2bench.target import Target
from schema.personal.location import KeyPlace, make_keys


def test_two_at_once_make_one_store(bare_shop: Target, key_place: KeyPlace) -> None:
    with (
        connect(bare_shop) as first,
        connect(bare_shop) as second,
        connect(bare_shop) as watching,
        ThreadPoolExecutor(1) as thread,
    ):
        with first.transaction():
            ours = make_keys(first, key_place)
            theirs = thread.submit(make_keys, second, key_place)
            _wait_until_blocked(watching, second)
        assert theirs.result().path == ours.path
    assert list(key_place.folder.glob("*.json")) == [ours.path]


def _wait_until_blocked(watching: psycopg.Connection, waiting: psycopg.Connection) -> None:
    query = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
    while watching.execute(query, (waiting.info.backend_pid,)).fetchone() != (True,):
        time.sleep(0.01)
