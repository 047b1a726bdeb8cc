"""Conditions as EXPLAIN writes them."""

import doctest
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2bench.database import connect
from b2bench.target import Target
from reports import conditions
from reports.conditions import Column, column_of, conjuncts, functions_in, terms
from tests.postgres import new_database


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(conditions).failed == 0


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("(t.a = 1)", [("a", "=", "1")]),
        ("(1 > t.a)", [("a", "<", "1")]),
        ("(t.a IS NULL)", [("a", "IS NULL", "")]),
        (
            "((t.a >= 1) AND (t.b = 'x AND y'::text))",
            [("a", ">=", "1"), ("b", "=", "'x AND y'::text")],
        ),
        ("((t.a = 1) OR (t.b = 2))", []),
        ("(NOT t.a)", []),
        ("(t.a = ANY ('{1,2}'::integer[]))", [("a", "=", "ANY ('{1,2}'::integer[])")]),
        ("((t.a)::text = o.b)", [("(a)::text", "=", "o.b")]),
        ("(lower(t.a) = 'x'::text)", [("lower(a)", "=", "'x'::text")]),
        ("(shop.fold(t.a) = 't.a'::text)", [("shop.fold(a)", "=", "'t.a'::text")]),
        ("((t.doc ->> 'k'::text) = 'v'::text)", [("(doc ->> 'k'::text)", "=", "'v'::text")]),
        ("(t.a ~~* '%x%'::text)", [("a", "~~*", "'%x%'::text")]),
        ('("T".a = t.b)', [("b", "=", '"T".a')]),
        ("(tt.a = 1)", []),
        ("(t.a = t.b)", []),
        ("(t.a = (InitPlan 1).col1)", [("a", "=", "(InitPlan 1).col1")]),
        ("(t.a = (o.b + t.c))", []),
        ("(ANY (t.a = (hashed SubPlan 1).col1))", []),
        ('(t."user" = 1)', [('"user"', "=", "1")]),
        ('(t."A.b" = 1)', [('"A.b"', "=", "1")]),
        ('(t."odd t.b" = o."odd t.c")', [('"odd t.b"', "=", 'o."odd t.c"')]),
        ('(o."odd t.b" = 1)', []),
        ("(t.a = E'it''s \\\\ AND t.b = 1')", [("a", "=", "E'it''s \\\\ AND t.b = 1'")]),
        ("(ROW(t.a, t.b) > ROW(1, 2))", [("a", ">=", "ROW(1, 2)")]),
        ("(ROW(1, 2) > ROW(t.a, t.b))", [("a", "<=", "ROW(1, 2)")]),
        ("(t.* IS NULL)", []),
        ("(t.* = o.*)", []),
        ("((t.pair).x = 1)", [("(pair).x", "=", "1")]),
        ("(t.list[1] = 3)", [("list[1]", "=", "3")]),
        ("(t.doc @> '{\"t.a\": 1}'::jsonb)", [("doc", "@>", "'{\"t.a\": 1}'::jsonb")]),
        ("(t.doc ? 't.k'::text)", [("doc", "?", "'t.k'::text")]),
        ("(t.a ~~ ANY ('{a,b}'::text[]))", [("a", "~~", "ANY ('{a,b}'::text[])")]),
        ("(t.f(t.a) = 1)", [("t.f(a)", "=", "1")]),
        ("(t.a IS DISTINCT FROM 1)", []),
    ],
)
def test_a_condition_says_what_an_index_could_serve(
    condition: str, found: list[tuple[str, str, str]]
) -> None:
    said = [(term.expression, term.operator, term.other) for term in terms(condition, "t")]
    assert said == found


def test_an_alias_that_needs_quotes_is_taken_off() -> None:
    (term,) = terms('("My t".a = 1)', "My t")
    assert term.expression == "a"
    assert term.is_column


@pytest.mark.parametrize(
    ("condition", "column", "type_"),
    [
        ("((t.a)::text = 'x'::text)", "a", "text"),
        ("(((t.a)::numeric) = o.b)", "a", "numeric"),
        ("((t.a)::character varying(10) = 'x'::text)", "a", "character varying(10)"),
        ("(t.a = 'x'::text)", "", ""),
        ("(lower(t.a) = 'x'::text)", "", ""),
    ],
)
def test_a_cast_of_a_column_is_seen(condition: str, column: str, type_: str) -> None:
    (term,) = terms(condition, "t")
    assert (term.cast_column, term.cast_type) == (column, type_)


def test_functions_are_named_without_schemas_and_not_inside_strings() -> None:
    assert functions_in("(a.f(x) = 'g(y)'::text)") == ("f",)


def test_functions_keep_the_quotes_that_sql_needs() -> None:
    assert functions_in('shop."Fold it.now"(text)') == ('"Fold it.now"',)
    assert functions_in("(ROW(t.a, t.b) > ROW(1, 2))") == ()


@pytest.mark.parametrize(
    ("expression", "column"),
    [
        ("t.a", Column(alias="t", name="a")),
        (
            '"My t"."a.b" DESC NULLS LAST',
            Column(alias="My t", name='"a.b"', order="DESC NULLS LAST"),
        ),
        ("lower(t.a)", None),
        ("'t.a'::text", None),
        ("(InitPlan 1).col1", None),
    ],
)
def test_a_column_is_told_from_other_expressions(expression: str, column: Column | None) -> None:
    assert column_of(expression) == column


_names = st.text(alphabet="aZ .\"'(t$é", min_size=1, max_size=8)
_constants = st.text(alphabet="a'\"().t AND=\\", max_size=12)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


@given(alias=_names, pairs=st.lists(st.tuples(_names, _constants), min_size=1, max_size=3))
def test_what_the_server_quotes_is_read_as_it_was(alias: str, pairs: list[tuple[str, str]]) -> None:
    parts = [f"({quoted(alias)}.{quoted(name)} = {literal(text)}::text)" for name, text in pairs]
    condition = parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"
    said = [(term.expression, term.operator, term.other) for term in terms(condition, alias)]
    assert said == [(quoted(name), "=", f"{literal(text)}::text") for name, text in pairs]


@given(st.text(alphabet="abt.()='\"\\ANDORNT <>:,$1{}[]|~", max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(list(conjuncts(text)), list)
    assert isinstance(terms(text, "t"), tuple)


@pytest.fixture(scope="module")
def table(server: Target) -> Iterator[psycopg.Connection]:
    with new_database(server) as target, connect(target) as connection:
        connection.execute(
            "CREATE TYPE pair AS (x int, y int);"
            'CREATE TABLE "My t" ("user" int, "A.b" text, "odd ""My t"".c" varchar(9), doc jsonb,'
            " list int[], p pair, code char(4), at timestamptz, amount numeric(9,2));"
            "CREATE FUNCTION \"Fold\"(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
        )
        connection.execute("SET enable_indexscan = off")
        yield connection


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ('"user" = 1 AND ("A.b" = \'x AND y\' OR "user" = 2)', 1),
        ('"user" IN (1, 2) AND "A.b" IS NULL', 2),
        ('("user", "A.b") > (1, \'x\')', 1),
        ('"odd ""My t"".c" = \'it\'\'s \\ "My t".c\'', 1),
        ('"odd ""My t"".c"::varchar(3) = \'x\'', 1),
        ("doc ->> 'My t.k' = 'v' AND doc @> '{\"a\": 1}' AND doc ? 'k'", 3),
        ("list[1] = 3 AND (p).x = 4", 2),
        ("\"A.b\" LIKE 'a%' AND \"A.b\" ILIKE '%b' AND \"A.b\" ~ 'x'", 3),
        ('"Fold"("A.b") = \'x\'', 1),
        ("at::date = '2025-01-01' AND date_trunc('day', at) < now()", 2),
        ("amount::int = 3 AND code = 'x' AND code::text = 'y'", 3),
        ('NOT ("user" = 1)', 1),
        ('"user" + 1 = 5 AND CASE WHEN "user" > 1 THEN 2 ELSE 3 END = 2', 2),
        ('"My t" IS NULL', 0),
        ('"user" = (SELECT max("user") FROM "My t")', 1),
        ('"A.b" COLLATE "C" > \'x\'', 1),
    ],
)
def test_what_is_read_in_a_real_plan_is_sql_on_the_table(
    table: psycopg.Connection, where: str, count: int
) -> None:
    explain = f'EXPLAIN (VERBOSE, FORMAT JSON) SELECT FROM "My t" WHERE {where}'
    row = table.execute(explain.encode()).fetchone()
    assert row is not None
    found = terms(row[0][0]["Plan"]["Filter"], "My t")
    assert len(found) == count, row
    for term in found:
        # the server wrote the expression
        table.execute(f'SELECT {term.expression} FROM "My t"'.encode())  # noqa: S608
