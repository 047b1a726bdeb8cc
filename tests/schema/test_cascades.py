"""What deleting a parent does to its children: seen, not read from the definition."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database
from tests.reports.conftest import Golden

_KEYS = """
SELECT o.conname, o.conrelid::regclass::text, o.confrelid::regclass::text,
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON (a.attrelid, a.attnum) = (o.conrelid, k.attnum)),
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON (a.attrelid, a.attnum) = (o.confrelid, k.attnum))
  FROM pg_constraint o
 WHERE o.contype = 'f'
 ORDER BY o.confrelid::regclass::text, o.conrelid::regclass::text, o.conname
"""
_OTHERS = """
SELECT conname, conrelid::regclass::text
  FROM pg_constraint
 WHERE contype = 'f' AND confdeltype IN ('r', 'a') AND conname <> %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A foreign key."""

    name: str
    child: str
    parent: str
    own: list[str]
    theirs: list[str]


@pytest.fixture(scope="module")
def deletable(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a copy of the shop in which the trees have a branch, and sent quotes are not guarded."""
    with new_database(server, template=shop_template.database) as target:
        with connect(target) as connection:
            connection.execute("ALTER TABLE quote_revisions DISABLE TRIGGER USER")
            connection.execute("ALTER TABLE quote_lines DISABLE TRIGGER USER")
            connection.execute("UPDATE categories SET parent_id = 1 WHERE id = 2")
            connection.execute("UPDATE specification_categories SET parent_id = 1 WHERE id = 2")
        yield target


def test_every_cascade_is_as_declared(deletable: Target) -> None:
    with psycopg.connect(deletable.conninfo) as connection:
        keys = [
            Key(name=name, child=child, parent=parent, own=own, theirs=theirs)
            for name, child, parent, own, theirs in connection.execute(_KEYS)
        ]
        seen = [_line(key, _seen(connection, key)) for key in keys]
    Golden(Path(__file__).parent / "golden").check("cascades.txt", "".join(seen))


def _line(key: Key, action: str) -> str:
    return f"{key.parent} <- {key.child} ({', '.join(key.own)}): {action}\n"


def _seen(connection: psycopg.Connection, key: Key) -> str:
    """Delete a parent that has a child, with no other key in the way, and look what it did."""
    for name, table in connection.execute(_OTHERS, (key.name,)).fetchall():
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
    own, theirs = (sql.SQL(", ").join(map(sql.Identifier, c)) for c in (key.own, key.theirs))
    child, parent = sql.Identifier(key.child), sql.Identifier(key.parent)
    found = connection.execute(
        sql.SQL("SELECT ctid, {} FROM {} WHERE num_nulls({}) = 0 LIMIT 1").format(own, child, own)
    ).fetchone()
    assert found is not None, f"no row of {key.child} has {key.own}"
    values = found[1:]
    count = sql.SQL("SELECT count(*) FROM {}").format(child)
    [before] = connection.execute(count)
    try:
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE ({}) = ({})").format(
                parent, theirs, sql.SQL(", ").join(map(sql.Literal, values))
            )
        )
        [after] = connection.execute(count)
        action = "CASCADE" if after[0] < before[0] else "SET NULL"
    except psycopg.errors.IntegrityError as error:
        action = "RESTRICT" if error.diag.constraint_name == key.name else str(error)
    connection.rollback()
    return action
