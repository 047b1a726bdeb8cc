"""What the expressions of a script say."""

import pytest

from b2bench.pgbench.expressions import (
    Call,
    Constant,
    NotAnExpression,
    Variable,
    parse_expression,
    renamed,
    variables_of,
)


def test_products_bind_tighter_than_sums_and_signs_tighter_still() -> None:
    assert parse_expression("1 + 2 * -:x") == parse_expression("1 + (2 * (-:x))")


def test_neighbours_of_one_level_are_done_from_the_left() -> None:
    assert parse_expression("8 - 4 - 2") == parse_expression("(8 - 4) - 2")


def test_not_takes_a_comparison_and_and_takes_nots() -> None:
    assert parse_expression("not 1 = 2 and true") == parse_expression("(not (1 = 2)) and true")


def test_a_tilde_takes_what_binds_tighter_than_the_bit_operators() -> None:
    assert parse_expression("~1 + 2 & 3") == parse_expression("(~(1 + 2)) & 3")


def test_a_hash_without_a_seed_takes_the_default() -> None:
    assert parse_expression("hash(1)") == Call("hash", (Constant(1), Variable("default_seed")))


def test_names_of_functions_and_keywords_have_no_case() -> None:
    assert parse_expression("ABS(-1) Is Not Null") == parse_expression("abs(-1) is not null")


def test_a_line_may_be_continued() -> None:
    assert parse_expression("1 \\\n + 2") == parse_expression("1 + 2")


def test_the_smallest_integer_can_be_written() -> None:
    assert parse_expression("-9223372036854775808") == Constant(-(2**63))


def test_variables_are_named_and_renamed() -> None:
    expression = parse_expression("case when :a > 1 then random(1, :b) else :c end")
    assert set(variables_of(expression)) == {"a", "b", "c"}
    assert set(variables_of(renamed(expression, {"a": "x", "b": "y", "c": "z"}))) == {*"xyz"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "unexpected end of line"),
        ("1 +", "unexpected end of line"),
        ("1 2", "unexpected 2"),
        ("random(1)", "random does not take 1 arguments"),
        ("rand(1, 2)", "pgbench has no function rand"),
        ("random(1, 2", "unexpected end of line"),
        ("random(1, )", r"unexpected \)"),
        ("1 < 2 < 3", "unexpected <"),
        ("1 is 2", "unexpected 2"),
        ("case else 1 end", "unexpected else"),
        ("9223372036854775808", "too large"),
        ("1; ", "unexpected character ';'"),
        ("'text'", 'unexpected character "\'"'),
        ("* 2", r"unexpected \*"),
    ],
)
def test_what_pgbench_refuses_is_refused(text: str, said: str) -> None:
    with pytest.raises(NotAnExpression, match=said):
        parse_expression(text)
