"""A changed query file, told by its clauses."""

import doctest

import pytest

from reports import query_change as module
from reports.query_change import changed_clauses, query_change, statement_of


@pytest.mark.parametrize(
    ("baseline", "candidate", "said"),
    [
        ("SELECT a FROM t", "SELECT a FROM t LIMIT 20 OFFSET 5", "+ LIMIT ‹…›, OFFSET ‹…›"),
        (
            "SELECT a FROM t WHERE b = $1 AND c > 2",
            "SELECT a FROM t WHERE c > 2 AND lower(b) = $1",
            "WHERE b = $1 → WHERE LOWER(b) = $1",
        ),
        (
            "WITH x AS (SELECT a FROM t) SELECT a FROM x",
            "WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x",
            "WITH x → WITH x AS MATERIALIZED",
        ),
        ("SELECT a FROM t JOIN u ON u.a = t.a", "SELECT a FROM t", "− JOIN u ON u.a = t.a"),
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t ORDER BY a", "+ ORDER BY a, DISTINCT"),
        (
            "SELECT a FROM t UNION ALL SELECT a FROM u",
            "SELECT a FROM t UNION SELECT a FROM u",
            "UNION ALL → UNION",
        ),
        ("UPDATE t SET a = $1 WHERE b = $2", "UPDATE t SET a = $1", "− WHERE b = $2"),
        ("SELECT a FROM t LIMIT 20", "SELECT a FROM t LIMIT 200", "a constant"),
        ("SELECT a FROM t, u", "SELECT a FROM u, t", "FROM t, u → FROM u, t"),
        ("SELECT a ~~~ b", "SELECT a ~~~ c $$", "b → c, $$"),
    ],
)
def test_the_clauses_that_changed_are_told(baseline: str, candidate: str, said: str) -> None:
    before, after = statement_of("main", baseline), statement_of("main", candidate)
    assert changed_clauses(before.sql, after.sql) == said


def test_a_changed_comment_or_layout_is_no_change() -> None:
    before = statement_of("main", "SELECT a + 'X  Y' -- as ever\n  FROM t")
    after = statement_of("main", "select A+'X  Y'\nFROM t /* it's /* as */ before */")
    assert query_change("q", [before], [after]) is None
    other = statement_of("main", "SELECT a + 'x  y' FROM t")
    assert query_change("q", [before], [other]) is not None


def test_a_changed_step_is_named_with_its_class() -> None:
    before = [statement_of("find", "SELECT 1"), statement_of("mark", "UPDATE t SET a = b")]
    after = [before[0], statement_of("mark", "UPDATE t SET a = b, c = d")]
    change = query_change("take", before, after)
    assert change is not None
    assert (change.kind, change.identity, change.proven) == ("query", "take", False)
    assert change.shown == "query take was changed: mark: + c = d"


def test_no_constant_is_kept() -> None:
    before = statement_of("main", "SELECT 'canary' /* canary */ FROM t -- canary")
    after = statement_of("main", "SELECT $$canary$$, b FROM t WHERE a = 'canary'")
    change = query_change("q", [before], [after])
    assert "canary" not in f"{before}{after}{change}"


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0
