"""The museum of today's faults: each question fails on the legacy shape and passes on the new one.

Of fault 12, roles, row-level security and audit triggers have yet to come.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from b2bench.database import connect
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target
from schema.integrity import check_integrity
from tests.postgres import new_database
from tests.schema.cases import NOW
from tests.shop import QUERIES

_FOLDER = Path(__file__).parent / "faults"


def _questions(shape: str) -> dict[str, str]:
    return {part.title: part.sql for part in read_sql_file(_FOLDER / f"{shape}.sql").parts}


_LEGACY, _NEW = _questions("legacy"), _questions("new")


@pytest.fixture(scope="module")
def legacy(server: Target) -> Iterator[Target]:
    """Give a shop in the shape of today's."""
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute((_FOLDER / "legacy_schema.sql").read_bytes())
        yield target


def _is_sound(shape: Target, title: str, question: str) -> bool:
    """Ask a question and take back what it did: `refuses` wants an error, all others none."""
    with psycopg.connect(shape.conninfo) as connection:
        connection.execute("SELECT set_config('shop.as_of', %s, true)", (NOW,))
        try:
            cursor = connection.execute(question.encode())
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
            return " refuses " in title
        finally:
            connection.rollback()
        while cursor.nextset():
            pass
        answers = cursor.fetchall() if cursor.description else [(" accepts " in title,)]
        return answers == [(True,)]


def test_both_shapes_are_asked_the_same() -> None:
    assert list(_LEGACY) == list(_NEW)
    assert {title.split()[0] for title in _LEGACY} | {"9"} == {str(n) for n in range(1, 15)}


@pytest.mark.parametrize("title", list(_LEGACY))
def test_the_fault_is_mended(legacy: Target, small_shop: Target, title: str) -> None:
    assert not _is_sound(legacy, title, _LEGACY[title])
    assert _is_sound(small_shop, title, _NEW[title])


_TO_NULLABLE = """
SELECT count(*)
  FROM pg_constraint f
  JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey)
 WHERE f.contype = 'f' AND NOT a.attnotnull AND f.connamespace = 'public'::regnamespace
"""


def test_9_foreign_keys_have_indexes_and_name_keys_and_no_index_is_there_twice(
    legacy: Target, small_shop: Target
) -> None:
    wanted = {"foreign-keys-without-index": 15, "duplicate-indexes": 2}
    found = [finding.code for finding in check_integrity(legacy)]
    assert {code: found.count(code) for code in wanted} == wanted
    assert [f for f in check_integrity(small_shop) if f.code in wanted] == []
    with connect(legacy) as old, connect(small_shop) as new:
        assert old.execute(_TO_NULLABLE).fetchone() == (1,)
        assert new.execute(_TO_NULLABLE).fetchone() == (0,)


def _uses_search_index(shape: Target, query: str) -> bool:
    with connect(shape) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(f"EXPLAIN {query}".encode()).fetchall()
    return any("products_search" in line for (line,) in plan)


def test_10_search_asks_for_what_the_index_holds(legacy: Target, shop: Target) -> None:
    theirs = "SELECT id FROM products WHERE title ILIKE '%lock%' OR description ILIKE '%lock%'"
    assert not _uses_search_index(legacy, theirs)
    [part] = read_sql_file(QUERIES / "search_full_text.sql").parts
    assert _uses_search_index(shop, part.sql.replace(":words", "'lock'"))
