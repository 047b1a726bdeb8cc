"""A table of accounts: sealed where it stood in clear, given new keys, and its size."""

import time
from collections.abc import Callable, Iterator

import psycopg

from b2bench.database import connect
from b2bench.target import Target
from schema import migrate
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource
from schema.personal.rotate import rotate_data_keys, rotate_index_key
from schema.personal.seal import seal_all
from tests.benchmarks.laboratory import Laboratory, Line, spread
from tests.shop import bare_shop_at

_ROUNDS = 3
_ACCOUNTS = 20_000
_ROWS = """
INSERT INTO accounts (auth_id, type, tier, contact_name, email, phone, created_at, updated_at)
SELECT 'auth0|' || i, 'DEALER', 'STANDARD', 'Firstname Lastname ' || i,
       'name.' || i || '@example.com', '+1555' || 1000000 + i, '2026-01-01', '2026-01-01'
  FROM generate_series(1, %s) AS i
"""
_BYTES = """
SELECT pg_relation_size('accounts')::float / count(*),
       (pg_relation_size('accounts_by_email') + pg_relation_size('accounts_by_phone'))::float
           / count(*)
  FROM accounts
"""


def figures(lab: Laboratory) -> Iterator[Line]:
    """Yield rows a second of each batch job, and bytes a row before and after."""
    speeds: dict[str, list[float]] = {"sealed": [], "given new data keys": [], "re-indexed": []}
    sizes = list[tuple[float, float]]()
    for turn in range(_ROUNDS):
        folder = lab.folder / f"keys-{turn}"
        place = KeyPlace(folder=folder, master=MasterSource(file=folder / "master.key"))
        with bare_shop_at(lab.server, "0029") as target:
            sizes = _one(target, place, speeds)
    for what, values in speeds.items():
        yield Line(what=f"{_ACCOUNTS:,} accounts {what}", measured=spread(values, "rows/s"))
    for what, (table, indexes) in zip(("in clear", "sealed, written anew"), sizes, strict=True):
        yield Line(
            what=f"an account {what}",
            measured=f"{table:,.0f} bytes in the table, {indexes:,.0f} in the two blind indexes",
        )


def _one(
    target: Target, place: KeyPlace, speeds: dict[str, list[float]]
) -> list[tuple[float, float]]:
    with connect(target) as connection:
        connection.execute(_ROWS, (_ACCOUNTS,))
        before = _size(connection)
        ring = make_keys(connection, place)
        speeds["sealed"].append(_rate(lambda: seal_all(connection, ring)))
        migrate.upgrade(target)
        connection.execute("VACUUM FULL accounts")
        after = _size(connection)
        speeds["given new data keys"].append(
            _rate(lambda: rotate_data_keys(connection, ring, None))
        )
        speeds["re-indexed"].append(_rate(lambda: rotate_index_key(connection, ring)))
    return [before, after]


def _size(connection: psycopg.Connection) -> tuple[float, float]:
    row = connection.execute(_BYTES).fetchone()
    return (row[0], row[1]) if row else (0.0, 0.0)


def _rate(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return _ACCOUNTS / (time.perf_counter() - begin)
