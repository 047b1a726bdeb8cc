"""Conditions as EXPLAIN writes them."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import conditions
from reports.conditions import conjuncts, functions_in, terms


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


@given(st.text(alphabet="abt.()='\"\\ANDORNT <>:,$1{}[]|~", max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(list(conjuncts(text)), list)
    assert isinstance(terms(text, "t"), tuple)
