"""SQL expressions, made readable."""

import pytest

from schema.documents.expressions import readable, short_type


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("(quantity > 0)", "quantity > 0"),
        ("((a >= (0)::numeric) AND (a <= (100)::numeric))", "a >= 0 AND a <= 100"),
        (
            "((type = 'REP'::account_type) OR ((a IS NULL) AND (b IS NULL)))",
            "type = 'REP' OR (a IS NULL AND b IS NULL)",
        ),
        ("(((a > 1) OR (b > 1)) AND c)", "(a > 1 OR b > 1) AND c"),
        ("((a = 'X'::kind) = (b IS NULL))", "(a = 'X') = (b IS NULL)"),
        ("((a || ' '::text) || COALESCE(b, ''::text))", "a || ' ' || COALESCE(b, '')"),
        ("lower(((a || b) || c))", "lower(a || b || c)"),
        ("((a + b) || c)", "(a + b) || c"),
        ("(note <> ') AND ('::text)", "note <> ') AND ('"),
        ("(word = 'it''s'::text)", "word = 'it''s'"),
        ("(kind = ANY (ARRAY['A'::kind, 'B'::kind]))", "kind = ANY (ARRAY['A', 'B'])"),
        ("(at > '2026-01-01'::timestamp with time zone)", "at > '2026-01-01'"),
        ("(x)::bigint", "x::bigint"),
        ("int8range((a)::bigint, NULL::bigint, '[]'::text)", "int8range(a::bigint, NULL, '[]')"),
        ("('{}'::character varying(9)[])", "'{}'"),
        ("true", "true"),
    ],
)
def test_casts_of_literals_and_spare_brackets_go(printed: str, read: str) -> None:
    assert readable(printed) == read


def test_types_are_written_as_people_write_them() -> None:
    assert short_type("timestamp with time zone") == "timestamptz"
    assert short_type("character varying(20)[]") == "varchar(20)[]"
    assert short_type("numeric(12,2)") == "numeric(12,2)"
