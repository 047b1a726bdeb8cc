"""Rewritten statements give the same rows on a real server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from b2bench.database import connect
from b2bench.queries import QueryClass, read_query_class
from b2bench.target import Target
from reports.rewrites import as_keyset, with_parameter_type, with_scalar_subquery, with_step
from tests.postgres import new_database


@pytest.fixture(scope="module")
def pages(server: Target) -> Iterator[psycopg.Connection]:
    with new_database(server) as target, connect(target) as connection:
        connection.execute(
            "CREATE TABLE items"
            " (id int PRIMARY KEY, grp int NOT NULL, name text NOT NULL, maybe int);"
            "INSERT INTO items SELECT i, i % 7, md5(i::text), nullif(i % 3, 0)"
            "  FROM generate_series(1, 500) AS i;"
            "CREATE TABLE kinds (grp int PRIMARY KEY, label text NOT NULL);"
            "INSERT INTO kinds SELECT i, chr(65 + i) FROM generate_series(0, 6) AS i;"
            "CREATE FUNCTION lucky() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 3; END'"
        )
        yield connection


def query(folder: Path, sql: str) -> QueryClass:
    path = folder / "page.sql"
    path.write_text(sql)
    return read_query_class(path)


def rows(connection: psycopg.Connection, sql: str, texts: list[str]) -> list[tuple[object, ...]]:
    return psycopg.RawCursor(connection).execute(sql, texts).fetchall()


@pytest.mark.parametrize(
    "select",
    [
        "SELECT id, name FROM items ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id, name FROM items ORDER BY id DESC LIMIT 10 OFFSET :skip",
        "SELECT id, name FROM items ORDER BY name LIMIT 10 OFFSET :skip",
        "SELECT id, grp FROM items ORDER BY grp, id LIMIT 10 OFFSET :skip",
        "SELECT id, grp FROM items ORDER BY grp DESC, id LIMIT 10 OFFSET :skip",
        "SELECT id, grp FROM items ORDER BY 2, 1 DESC LIMIT 10 OFFSET :skip",
        "SELECT id AS key, lower(name) AS n FROM items ORDER BY n, key LIMIT 10 OFFSET :skip",
        "SELECT id FROM items WHERE grp = 3 OR grp = 4 ORDER BY id LIMIT 10 OFFSET :skip / 5",
        "SELECT id FROM items WHERE grp <> :skip + 100 ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT i.id, k.label FROM items i JOIN kinds k ON k.grp = i.grp"
        " ORDER BY k.label, i.id DESC LIMIT 10 OFFSET :skip",
    ],
)
def test_a_page_by_keys_is_the_page_by_offset(
    pages: psycopg.Connection, tmp_path: Path, select: str
) -> None:
    for skip in ("5", "50", "237"):
        found = query(tmp_path, f"-- params: skip int\n\n{select}")
        rewrite = as_keyset(found, "main")
        assert rewrite is not None
        (boundary,) = rows(pages, rewrite.boundary, [skip] * len(rewrite.boundary_parameters))
        known = {"skip": skip} | dict(zip(rewrite.new_parameters, map(str, boundary), strict=True))
        texts = [known[name] for name in rewrite.step.parameters]
        assert rows(pages, rewrite.step.sql, texts) == rows(pages, found.steps[0].sql, [skip])
        assert "OFFSET" not in rewrite.step.sql


@pytest.mark.parametrize(
    "select",
    [
        "SELECT id FROM items",
        "SELECT id FROM items ORDER BY id LIMIT 10",
        "SELECT id FROM items LIMIT 10 OFFSET 20",
        "SELECT grp, count(*) FROM items GROUP BY grp ORDER BY grp LIMIT 2 OFFSET 2",
        "SELECT DISTINCT grp FROM items ORDER BY grp LIMIT 2 OFFSET 2",
        "SELECT id FROM items UNION SELECT grp FROM kinds ORDER BY 1 LIMIT 2 OFFSET 2",
        "SELECT id FROM items ORDER BY id LIMIT 10 OFFSET 20 FOR UPDATE",
        "SELECT id FROM items ORDER BY maybe NULLS FIRST, id LIMIT 10 OFFSET 20",
        "SELECT id, rank() OVER (ORDER BY id) FROM items ORDER BY id LIMIT 10 OFFSET 20",
        "UPDATE items SET grp = 1",
        "this is no SQL (",
    ],
)
def test_what_cannot_be_paged_by_keys_is_left_alone(tmp_path: Path, select: str) -> None:
    assert as_keyset(query(tmp_path, select), "main") is None


def test_parameters_of_one_type_get_another(tmp_path: Path) -> None:
    found = query(tmp_path, "-- params: id numeric, n int\n\nSELECT 1 WHERE 2 = :id AND 3 = :n")
    rewrite = with_parameter_type(found, "main", "numeric", "bigint")
    assert rewrite is not None
    assert rewrite.step.sql == "SELECT 1 WHERE 2 = $1::bigint AND 3 = $2::int"
    assert with_parameter_type(found, "main", "text", "bigint") is None


def test_a_call_that_depends_on_no_row_is_made_once(
    pages: psycopg.Connection, tmp_path: Path
) -> None:
    found = query(tmp_path, "SELECT id FROM items WHERE grp = lucky() ORDER BY id")
    rewrite = with_scalar_subquery(found, "main", "lucky")
    assert rewrite is not None
    assert "(SELECT lucky())" in rewrite.step.sql
    assert rows(pages, rewrite.step.sql, []) == rows(pages, found.steps[0].sql, [])
    per_row = query(tmp_path, "SELECT id FROM items WHERE abs(grp) = 3")
    assert with_scalar_subquery(per_row, "main", "abs") is None


def test_a_rewritten_step_takes_the_place_of_its_name(tmp_path: Path) -> None:
    found = query(tmp_path, "-- step: one\nSELECT 1;\n-- step: two\nSELECT 2;")
    first, second = found.steps
    changed = with_step(found, second)
    assert changed.steps == (first, second)
