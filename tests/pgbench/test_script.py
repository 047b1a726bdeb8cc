"""Files of pgbench as query classes: what is a script, its steps, its values, its mistakes."""

from pathlib import Path

import pytest

from b2bench.pgbench.statements import column_names, step_names
from b2bench.queries import Parameter, QueryClass, load_queries, read_query_class
from b2bench.sqlfile import SqlFileError


def script(folder: Path, text: str) -> QueryClass:
    path = folder / "q.sql"
    path.write_text(text)
    return read_query_class(path)


def test_pgbenchs_own_scripts_are_read_as_they_are(pgbench_scripts: Path) -> None:
    select, simple, tpcb = load_queries(pgbench_scripts)
    assert [step.name for step in select.steps] == ["main"]
    assert select.steps[0].sql == "SELECT abalance FROM pgbench_accounts WHERE aid = $1"
    assert not select.is_transaction
    assert [step.name for step in simple.steps] == [
        "update_accounts",
        "select_accounts",
        "insert_history",
    ]
    assert [step.name for step in tpcb.steps] == [
        "update_accounts",
        "select_accounts",
        "update_tellers",
        "update_branches",
        "insert_history",
    ]
    assert [parameter.name for parameter in tpcb.parameters] == ["delta", "aid", "tid", "bid"]
    assert {parameter.type for parameter in tpcb.parameters} == {""}
    assert tpcb.is_transaction
    assert tpcb.writes
    assert tpcb.steps[0].line == 7


def test_a_header_declares_types_and_says_the_rest_as_in_any_file(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "-- why: look one up\n-- slo_ms: 5\n-- params: aid bigint\n"
        "\\set aid random(1, 10)\nSELECT :aid, :aid + 1",
    )
    assert (query.why, query.slo_ms) == ("look one up", 5.0)
    assert query.steps[0].sql == "SELECT $1::bigint, $1::bigint + 1"
    assert query.parameters == (Parameter(name="aid", type="bigint"),)


def test_a_single_statement_between_begin_and_end_is_a_transaction(tmp_path: Path) -> None:
    query = script(tmp_path, "BEGIN ISOLATION LEVEL  SERIALIZABLE;\nSELECT 1;\nCOMMIT WORK;\n")
    assert (query.is_transaction, query.isolation) == (True, "serializable")
    assert [step.sql for step in query.steps] == ["SELECT 1"]


def test_a_backslash_ends_a_statement_and_statements_may_be_combined(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "\\set a 1\nSELECT ';', $$ \\set b $$ -- ; \\if\n \\sleep 1 ms\n"
        "SELECT 2\\; SELECT :a \\startpipeline\nSELECT 4;\n\\endpipeline",
    )
    assert [step.sql for step in query.steps] == [
        "SELECT ';', $$ \\set b $$ -- ; \\if",
        "SELECT 2",
        "SELECT $1",
        "SELECT 4",
    ]


def test_comments_before_a_statement_are_no_part_of_it(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set a 1\n\n-- first: :a\n/* and */ SELECT :a;\n-- last\n")
    assert [(step.sql, step.line) for step in query.steps] == [("SELECT $1", 4)]


def test_variables_that_only_others_are_made_of_are_no_parameters(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set n 10 * :scale\n\\set a random(1, :n)\nSELECT :a, :client_id")
    assert [parameter.name for parameter in query.parameters] == ["a", "client_id"]


def test_a_variable_that_is_set_anew_is_another_value(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "\\set a 1\n\\set a :a + 1\nSELECT :a;\n\\set a :a + 1\n\\set b :a\nSELECT :a, :b, :a;",
    )
    assert [step.parameters for step in query.steps] == [("a",), ("a_2", "b")]
    assert query.steps[1].sql == "SELECT $1, $2, $1"
    assert [assignment.variable for assignment in query.assignments] == ["a", "a", "a_2", "b"]


def test_a_row_feeds_later_steps(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "SELECT id, max(at) AS latest FROM t \\gset\n"
        "SELECT count(*) FROM t WHERE id = :id \\gset o_\n"
        "SELECT :latest, :o_count, :id",
    )
    first, second, last = query.steps
    assert first.outputs == (Parameter(name="id", type=""), Parameter(name="latest", type=""))
    assert second.outputs == (Parameter(name="count", type=""),)
    assert last.parameters == ("latest", "count", "id")
    assert query.parameters == ()


def test_a_row_of_all_columns_feeds_what_nothing_else_sets(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set a 1\nSELECT * FROM t WHERE a = :a \\gset\nSELECT :a, :b")
    assert query.steps[0].outputs == (Parameter(name="b", type=""),)
    assert [parameter.name for parameter in query.parameters] == ["a"]


def test_a_condition_on_a_column_does_not_make_it_an_output(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set a 1\nSELECT b FROM t WHERE a = :a \\gset\nSELECT :a, :b")
    assert query.steps[1].parameters == ("a", "b")
    assert [output.name for output in query.steps[0].outputs] == ["b"]


def test_a_setting_may_take_what_a_script_sets(tmp_path: Path) -> None:
    query = script(tmp_path, "-- set: shop.account_id = :a\n\\set a 1\nSELECT 1")
    assert [parameter.name for parameter in query.parameters] == ["a"]
    assert query.is_transaction


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\\set a 1\nSELECT :b", "q.sql:2: :b is not set: write \\set b before it"),
        ("\\set a :b\nSELECT :a", "q.sql:1: :b is not set"),
        ("SELECT :a;\n\\set a 1", "q.sql:1: :a is not set"),
        ("\\set a 1 +\nSELECT :a", "q.sql:1: \\set a: unexpected end of line"),
        ("SELECT 1;\n\\set", "q.sql:2: \\set: write \\set name expression"),
        ("\\set 1a 1\nSELECT 1", "q.sql:1: \\set: write"),
        ("\\if 1\nSELECT 1;\n\\endif", "q.sql:1: \\if: branches are not supported: write a file"),
        ("SELECT 1;\n\\setshell a date", "q.sql:2: \\setshell runs a program"),
        ("\\shell date\nSELECT 1", "q.sql:1: \\shell runs a program"),
        ("\\include other.sql\nSELECT 1", "q.sql:1: \\include is no command of pgbench"),
        ("\\gset\nSELECT 1", "q.sql:1: \\gset must follow an SQL statement"),
        ("SELECT 1 \\gset\n\\gset", "q.sql:2: \\gset must follow an SQL statement"),
        ("SELECT 1 \\gset a b", "q.sql:1: \\gset takes one prefix"),
        ("\\set a 1\nSELECT :{?a}", "q.sql:2: :{?… is psql's"),
        ("\\set a 1\nSELECT :'a'", "q.sql:2: :'… is psql's"),
        ("\\set a 1\nSELECT 'of :a'", "q.sql:2: :a stands in quotes: put the text together"),
        ("SELECT b \\gset\n\\set a :b + 1\nSELECT :a", "q.sql:2: \\set a: :b comes from a"),
        ("BEGIN;\nSELECT 1;", "q.sql:1: BEGIN without END"),
        ("\\set a 1\nSELECT 1;\nEND;", "q.sql:3: END without BEGIN"),
        ("BEGIN;\nSELECT 1;\nEND;\nSELECT 2;", "q.sql:4: a statement outside BEGIN"),
        ("\\set a 1\nSELECT 1;\nBEGIN;\nSELECT 1;\nEND;", "q.sql:2: a statement outside BEGIN"),
        ("BEGIN;\nSELECT 1;\nEND;\nBEGIN;\nSELECT 2;\nEND;", "q.sql:4: a statement outside"),
        ("BEGIN;\nSELECT 1;\nROLLBACK;", "q.sql:3: ROLLBACK: a query class ends with COMMIT"),
        ("BEGIN;\nEND;", "q.sql:1: no SQL here"),
        ("\\set a 1\n", "q.sql:1: no SQL here"),
        ("-- step: one\n\\set a 1\nSELECT :a", "q.sql:1: -- step: does not go with"),
        ("\\set as_of 1\nSELECT :as_of", "q.sql:1: \\set as_of: as_of is always there"),
        ("\\set a :as_of\nSELECT :a", "q.sql:1: \\set a: as_of is always there"),
        (
            "\\set b 1\nSELECT b FROM t \\gset old_\nSELECT :b, :old_b",
            "q.sql:3: two values are called b here",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SqlFileError) as refused:
        script(tmp_path, text)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_backslash_in_a_literal_makes_no_script(tmp_path: Path) -> None:
    text = "SELECT '\\set', E'\\n\\'\\set', $f1$ \\set $f1$ /* \\if */ -- \\gset"
    query = script(tmp_path, text)
    assert (query.is_script, query.steps[0].sql) == (False, text)


def test_several_statements_with_nothing_of_pgbench_are_refused_as_before(tmp_path: Path) -> None:
    with pytest.raises(SqlFileError, match="a second statement: give each its own -- step:"):
        script(tmp_path, "SELECT 1;\nSELECT 2;")


def test_steps_are_named_by_what_they_do() -> None:
    assert step_names(
        [
            "insert into shop.Orders VALUES (1)",
            "DELETE FROM ONLY orders WHERE note = 'update x'",
            "SELECT 'from y' FROM pgbench_branches",
            "SELECT 1 FROM branches",
            "MERGE INTO orders USING new ON true WHEN MATCHED THEN DELETE",
            "VALUES (1)",
        ]
    ) == (
        "insert_orders",
        "delete_orders",
        "select_branches",
        "select_branches_4",
        "merge_orders",
        "step_6",
    )


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT a, t.b, c::text, count(*) FROM t", ("a", "b", "c", "count")),
        ("SELECT max(x) AS most, min(x) least FROM t", ("most", "least")),
        ("SELECT a + b, CASE WHEN a THEN b END, 1, NOT c", (None, None, None, None)),
        ("WITH w AS (SELECT a FROM t) SELECT b FROM w", ("b",)),
        ("SELECT (SELECT a FROM t) AS b, f(a, b)", ("b", "f")),
        ("INSERT INTO t SELECT a FROM u RETURNING id, t.*", ("id", None)),
        ("SELECT \"A\", 'x, y' AS text FROM t", ("a", "text")),
        ("UPDATE t SET a = 1", ()),
    ],
)
def test_columns_are_named_as_far_as_can_be_seen(sql: str, columns: tuple[str | None, ...]) -> None:
    assert column_names(sql) == columns
