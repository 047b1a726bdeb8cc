"""Constants hidden, names kept."""

import doctest

import pytest

from reports import redaction
from reports.redaction import redact_plan, redact_sql, redact_text


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(redaction).failed == 0


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("(email = 'a@b.c'::text)", "(email = ‹…›::text)"),
        ("(t1.price > 42.5)", "(t1.price > ‹…›)"),
        ("(x < '-3'::integer)", "(x < ‹…›::integer)"),
        ("(n > -7)", "(n > ‹…›)"),
        ("(id = ANY ('{1,2}'::bigint[]))", "(id = ANY (‹…›::bigint[]))"),
        ("(\"2nd name\" = 'it''s')", '("2nd name" = ‹…›)'),
        ("(id = $1)", "(id = $1)"),
        ("((InitPlan 1).col1 = o.line2)", "((InitPlan 1).col1 = o.line2)"),
        ("(a <> E'\\\\x')", "(a <> ‹…›)"),
        (r"(a <> E'it\\\'\'s' AND b)", "(a <> ‹…› AND b)"),
        ("1e6", "‹…›"),
        ("1.5e-07 + .5 - 2.", "‹…› + ‹…› - ‹…›"),
        ("0xCAFE + 0b1010 + 4_711_000", "‹…› + ‹…› + ‹…›"),
        ("(a = N'x' AND b = U&'d\\0061t' AND c = B'101')", "(a = ‹…› AND b = ‹…› AND c = ‹…›)"),
        ("$$it's$$ || $tag$ $$ $tag$ || $1", "‹…› || ‹…› || $1"),
    ],
)
def test_an_expression_loses_its_constants(expression: str, shown: str) -> None:
    assert redact_text(expression) == shown


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT a -- canary\n  FROM t", "SELECT a\n  FROM t"),
        ("SELECT /* canary\n canary */ a", "SELECT  a"),
        ("SELECT /* a /* canary */ canary */ a", "SELECT  a"),
        ("SELECT '-- no comment', a -- 'canary'", "SELECT ‹…›, a"),
        ('SELECT "--a", $$ -- $$ FROM t LIMIT 20', 'SELECT "--a", ‹…› FROM t LIMIT ‹…›'),
    ],
)
def test_a_statement_loses_its_comments_too(statement: str, shown: str) -> None:
    assert redact_sql(statement) == shown


def test_a_plan_keeps_its_figures_and_names() -> None:
    plan = {
        "Plan": {
            "Node Type": "Seq Scan",
            "Relation Name": "order_lines_2025",
            "Plan Rows": 42,
            "Output": ["id", "'secret'::text"],
            "Some Future Key": "42",
            "Plans": [{"Node Type": "Result", "Filter": "(a = 'secret')"}],
        },
        "Settings": {"work_mem": "16MB"},
    }
    redacted = redact_plan(plan)
    assert "secret" not in str(redacted)
    assert redacted["Settings"] == {"work_mem": "16MB"}
    assert redacted["Plan"]["Relation Name"] == "order_lines_2025"
    assert redacted["Plan"]["Plan Rows"] == 42
    assert redacted["Plan"]["Some Future Key"] == "‹…›"
