"""What a real execution tells beside EXPLAIN: blocks, statements, calls, answers, other plans."""

from pathlib import Path
from threading import Event, Thread

import pytest
from psycopg.conninfo import make_conninfo

from b2bench.database import connect
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.explaining import StepCapture
from tests.reports.shop import captured_deeply

MORE = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE letters (id int PRIMARY KEY, body text NOT NULL);
ALTER TABLE letters ALTER COLUMN body SET STORAGE EXTERNAL;
INSERT INTO letters SELECT i, repeat('x', 20000) FROM generate_series(1, 5) AS i;
CREATE TABLE skewed (id int PRIMARY KEY, kind int NOT NULL);
INSERT INTO skewed
SELECT i, CASE WHEN i <= 20 THEN i ELSE 0 END FROM generate_series(1, 20000) AS i;
CREATE INDEX skewed_kind ON skewed (kind);
CREATE FUNCTION twice(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    lines bigint;
BEGIN
    SELECT count(*) INTO lines FROM order_lines WHERE order_id = wanted;
    RETURN lines + (SELECT count(*) FROM orders WHERE id = wanted);
END $$;
"""


@pytest.fixture
def observed(shop: Target) -> Target:
    with connect(shop) as connection:
        connection.execute(MORE)
        connection.execute("VACUUM ANALYZE letters, skewed")
    return shop


def step(target: Target, folder: Path, sql: str, *, clone: bool = True) -> StepCapture:
    (folder / "query.sql").write_text(sql)
    queries = load_queries(folder)
    found = captured_deeply(target, queries, clone=clone)
    assert found.findings == ()
    return found.classes[0].cases[0].steps[0]


def test_a_foreign_key_check_is_in_the_blocks_of_the_execution(
    observed: Target, tmp_path: Path
) -> None:
    found = step(observed, tmp_path, "INSERT INTO order_lines VALUES (7, 11, 1)")
    assert found.work.executed_blocks is not None
    assert found.work.executed_blocks > found.work.shared_blocks
    assert found.work.statements == 3
    assert [nested.calls for nested in found.nested] == [1, 1]
    assert all("FOR KEY SHARE" in nested.sql for nested in found.nested)


def test_a_value_out_of_line_is_in_the_blocks_of_the_execution(
    observed: Target, tmp_path: Path
) -> None:
    found = step(observed, tmp_path, "SELECT body FROM letters WHERE id = 3")
    # one page of the table, the others hold the value
    assert found.plan["Plan"]["Shared Hit Blocks"] == 1
    assert found.work.executed_blocks is not None
    assert found.work.executed_blocks >= 5
    assert found.work.bytes_returned == 20_000


def test_a_function_is_counted_with_the_statements_that_it_executes(
    observed: Target, tmp_path: Path
) -> None:
    found = step(observed, tmp_path, "SELECT twice(id) FROM orders WHERE id <= 10")
    assert found.work.function_calls == 10
    assert found.work.statements == 21
    assert [called.function for called in found.functions] == ["twice(bigint)"]
    assert sorted(nested.calls for nested in found.nested) == [10, 10]
    assert sum(nested.blocks for nested in found.nested) <= (found.work.executed_blocks or 0)


def test_nested_plans_have_figures_and_no_arguments(observed: Target, tmp_path: Path) -> None:
    found = step(observed, tmp_path, "SELECT twice(4711)")
    nested = found.nested[0]
    assert nested.plan["Plan"]["Actual Loops"] == 1
    assert "4711" not in str({key: nested.plan[key] for key in nested.plan if key != "Plan"})


def test_an_answer_is_told_from_another_in_any_order(observed: Target, tmp_path: Path) -> None:
    up = step(observed, tmp_path, "SELECT id FROM orders WHERE id < 9 ORDER BY id")
    down = step(observed, tmp_path, "SELECT id FROM orders WHERE id < 9 ORDER BY id DESC")
    other = step(observed, tmp_path, "SELECT id + 1 FROM orders WHERE id < 9")
    assert up.work.result
    assert up.work.result == down.work.result
    assert up.work.result != other.work.result


def test_an_answer_that_differs_each_time_has_no_checksum(observed: Target, tmp_path: Path) -> None:
    assert step(observed, tmp_path, "SELECT random()").work.result == ""
    insert = "INSERT INTO orders (account_id, status) VALUES (1, 'OPEN') RETURNING id"
    assert step(observed, tmp_path, insert).work.result == ""


def test_the_plan_for_unknown_arguments_is_another_one_where_values_are_skewed(
    observed: Target, tmp_path: Path
) -> None:
    text = "-- params: kind int\n-- example: {}\n\nSELECT id FROM skewed WHERE kind = :kind"
    common = step(observed, tmp_path, text.format(0)).generic
    assert common is not None
    assert common.is_other
    assert common.work is not None
    rare = step(observed, tmp_path, text.format(7))
    assert rare.generic is not None
    assert "$1" in str(rare.generic.plan["Plan"])
    assert step(observed, tmp_path, "SELECT 1").generic is None


def test_arguments_with_quotes_and_nulls_reach_the_other_plan(
    observed: Target, tmp_path: Path
) -> None:
    quoted = (
        "-- params: sku text\n-- example: it's \\ odd\n\nSELECT id FROM products WHERE sku = :sku"
    )
    assert step(observed, tmp_path, quoted).generic is not None


def test_executions_of_others_are_not_taken_for_ours(observed: Target, tmp_path: Path) -> None:
    stop = Event()

    def execute() -> None:
        with connect(observed) as connection:
            while not stop.is_set():
                connection.execute("SELECT id, sku FROM products WHERE id = 5")

    thread = Thread(target=execute)
    thread.start()
    try:
        sql = "SELECT pg_sleep(0.2), p.id FROM products p WHERE p.id = 5"
        alone = step(observed, tmp_path, sql, clone=False)
        shared = step(observed, tmp_path, "SELECT id, sku FROM products WHERE id = 5", clone=False)
    finally:
        stop.set()
        thread.join()
    assert alone.executed is not None
    assert alone.executed.nested_statements is None
    assert shared.executed is None or shared.executed.shared_blocks == shared.work.shared_blocks


def test_without_the_extension_only_explain_tells(shop: Target, tmp_path: Path) -> None:
    found = step(shop, tmp_path, "SELECT id FROM orders WHERE id = 7")
    assert found.executed is None
    assert found.work.executed_blocks is None
    assert found.work.statements is None


def test_the_extension_may_be_in_any_schema(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute('CREATE SCHEMA "My tools"')
        connection.execute('CREATE EXTENSION pg_stat_statements SCHEMA "My tools"')
    found = step(shop, tmp_path, "SELECT id FROM orders WHERE id = 7")
    assert found.work.executed_blocks == found.work.shared_blocks


def test_a_role_that_may_not_read_statistics_still_explains(
    observed: Target, tmp_path: Path
) -> None:
    with connect(observed) as connection:
        connection.execute("CREATE ROLE plain_reader LOGIN PASSWORD 'x'")
        connection.execute("GRANT SELECT ON orders TO plain_reader")
    try:
        plain = Target.parse(make_conninfo(observed.conninfo, user="plain_reader", password="x"))
        found = step(plain, tmp_path, "SELECT id FROM orders WHERE id = 7", clone=False)
        assert found.rows == 1
        assert found.executed is None
    finally:
        with connect(observed) as connection:
            connection.execute("DROP OWNED BY plain_reader; DROP ROLE plain_reader")


def test_the_server_keeps_no_statement_with_arguments_in_its_text(
    observed: Target, tmp_path: Path
) -> None:
    text = "-- params: sku text\n-- example: canary4711\n\nSELECT id FROM products WHERE sku = :sku"
    assert step(observed, tmp_path, text).generic is not None
    with connect(observed) as connection:
        kept = connection.execute(
            "SELECT query FROM pg_stat_statements WHERE query LIKE '%canary' || '4711%'"
        ).fetchall()
    assert kept == []


def test_an_old_extension_leaves_the_rest_as_it_is(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements VERSION '1.8'")
    found = step(shop, tmp_path, "SELECT id FROM orders WHERE id = 7")
    assert found.rows == 1
    assert found.executed is None
