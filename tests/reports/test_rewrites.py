"""Rewritten statements give the same rows on a real server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b2bench.database import connect
from b2bench.queries import QueryClass, Step, read_query_class
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
            'CREATE TABLE "Odd" ("Key" int PRIMARY KEY, "a$1" text NOT NULL);'
            'INSERT INTO "Odd" SELECT i, md5(i::text) FROM generate_series(1, 300) AS i;'
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
        "SELECT i.id FROM items i JOIN kinds k USING (grp) ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id AS Key FROM items ORDER BY key DESC LIMIT 10 OFFSET :skip",
        'SELECT "Key" AS k, "a$1" FROM "Odd" WHERE "a$1" <> :skip::text ORDER BY "a$1", K'
        " LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id NULLS LAST LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id DESC NULLS FIRST LIMIT 10 OFFSET :skip",
        'SELECT id FROM items ORDER BY name COLLATE "C" DESC, id LIMIT 10 OFFSET :skip',
        "SELECT id FROM items ORDER BY id % 5, grp DESC, id LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id = 3, id LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id OFFSET (:skip) ROWS FETCH FIRST 10 ROWS ONLY",
        "SELECT id FROM items ORDER BY id LIMIT ALL OFFSET :skip",
        "TABLE items ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id OFFSET :skip LIMIT 10",
        "WITH part AS (SELECT * FROM items WHERE id <> :skip)"
        " SELECT id, name FROM part ORDER BY name LIMIT 10 OFFSET :skip",
        "SELECT id FROM (SELECT id FROM items ORDER BY id DESC LIMIT 400 OFFSET 5) AS part"
        " ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id, (SELECT count(*) FROM kinds) FROM items ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id, E'it\\'s $1', $$x$1$$ AS y FROM items WHERE name <> '$1 ''' AND id > 0"
        " ORDER BY id LIMIT 10 OFFSET :skip",
        "SELECT id FROM items ORDER BY id LIMIT 10 OFFSET (:skip * 2) - :skip -- :skip",
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
        assert rewrite.step.sql.count("OFFSET") == select.count("OFFSET") - 1


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
        "SELECT id FROM items ORDER BY id DESC NULLS LAST LIMIT 10 OFFSET 20",
        "SELECT * FROM items ORDER BY 9 LIMIT 10 OFFSET 20",
        "SELECT *, id FROM items ORDER BY 2 LIMIT 10 OFFSET 20",
        "SELECT count(*) FROM items ORDER BY 1 LIMIT 10 OFFSET 20",
        "SELECT id FROM items ORDER BY id OFFSET 20",
        "SELECT id FROM items ORDER BY grp OFFSET 20 ROWS FETCH FIRST 10 ROWS WITH TIES",
        "SELECT id FROM items ORDER BY id USING > LIMIT 10 OFFSET 20",
        "VALUES (1), (2) ORDER BY 1 LIMIT 10 OFFSET 20",
        "UPDATE items SET grp = 1",
        "this is no SQL (",
    ],
)
def test_what_cannot_be_paged_by_keys_is_left_alone(tmp_path: Path, select: str) -> None:
    assert as_keyset(query(tmp_path, select), "main") is None


_keys = st.lists(
    st.tuples(st.sampled_from(["grp", "name", "id % 3", "left(name, 1)"]), st.booleans()),
    max_size=3,
)


@settings(deadline=None, max_examples=30)
@given(keys=_keys, page=st.tuples(st.integers(1, 480), st.integers(1, 30)))
def test_any_order_with_a_unique_key_gives_the_same_page(
    pages: psycopg.Connection,
    tmp_path_factory: pytest.TempPathFactory,
    keys: list[tuple[str, bool]],
    page: tuple[int, int],
) -> None:
    ordered = ", ".join(f"{key}{' DESC' if down else ''}" for key, down in [*keys, ("id", True)])
    # of the test's own making
    select = f"SELECT id FROM items WHERE id > 3 OR grp = 1 ORDER BY {ordered}"  # noqa: S608
    folder = tmp_path_factory.mktemp("page")
    found = query(folder, f"-- params: skip int, size int\n\n{select} LIMIT :size OFFSET :skip")
    rewrite = as_keyset(found, "main")
    assert rewrite is not None
    known = dict(zip(("skip", "size"), map(str, page), strict=True))
    (boundary,) = rows(
        pages, rewrite.boundary, [known[name] for name in rewrite.boundary_parameters]
    )
    known |= dict(zip(rewrite.new_parameters, map(str, boundary), strict=True))
    texts = [known[name] for name in rewrite.step.parameters]
    assert rows(pages, rewrite.step.sql, texts) == rows(
        pages, found.steps[0].sql, [known[name] for name in found.steps[0].parameters]
    )


@given(st.text(alphabet="SELECT idFROM*,()'\"$1:;-/ORDERBYLIMIT OFFSET\n", max_size=60))
def test_no_statement_is_too_strange(text: str) -> None:
    strange_sql = f"SELECT id FROM t ORDER BY {text} LIMIT 1 OFFSET 2"  # noqa: S608 (not executed)
    step = Step(name="main", sql=strange_sql, parameters=())
    strange = QueryClass(name="strange", path=Path("strange.sql"), steps=(step,))
    as_keyset(strange, "main")
    with_scalar_subquery(strange, "main", "f")


def test_a_type_is_found_under_every_name_that_people_give_it(tmp_path: Path) -> None:
    names = "a int, b decimal(9, 2), c float8, d timestamptz, e varchar(9), f int[]"
    found = query(tmp_path, f"-- params: {names}\n\nSELECT :a, :b, :c, :d, :e, :f")
    for given_, wanted, said in [
        ("integer", "bigint", "$1::bigint, $2::decimal(9, 2)"),
        ("numeric", "bigint", "$1::int, $2::bigint, $3::float8"),
        ("double precision", "real", "$3::real"),
        ("timestamp with time zone", "date", "$4::date"),
        ("character varying", "text", "$5::text, $6::int[]"),
    ]:
        rewrite = with_parameter_type(found, "main", given_, wanted)
        assert rewrite is not None, given_
        assert said in rewrite.step.sql


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SELECT 'lucky()' WHERE 3 = lucky()", "SELECT 'lucky()' WHERE 3 = (SELECT lucky())"),
        ("SELECT $$lucky()$$, 3 -- lucky()", ""),
        ('SELECT "lucky()" FROM t /* lucky() */', ""),
        ("SELECT 1 FROM lucky() AS x", ""),
        ("SELECT unlucky(), shop.lucky(1)", "SELECT unlucky(), (SELECT shop.lucky(1))"),
        ("SELECT lucky('(a) ''b')", "SELECT (SELECT lucky('(a) ''b'))"),
        ("SELECT lucky(true, NULL)", "SELECT (SELECT lucky(true, NULL))"),
        ("SELECT lucky(grp), lucky((1))", ""),
        ('SELECT "My".lucky()', 'SELECT (SELECT "My".lucky())'),
    ],
)
def test_only_real_calls_without_columns_are_made_once(
    tmp_path: Path, text: str, changed: str
) -> None:
    rewrite = with_scalar_subquery(query(tmp_path, text), "main", "lucky")
    assert (rewrite.step.sql if rewrite else "") == changed


def test_a_quoted_function_is_called_once(tmp_path: Path) -> None:
    rewrite = with_scalar_subquery(query(tmp_path, 'SELECT "Fold it"()'), "main", '"Fold it"')
    assert rewrite is not None
    assert rewrite.step.sql == 'SELECT (SELECT "Fold it"())'


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
