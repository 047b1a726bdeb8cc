from pathlib import Path

import pytest

from b2bench.errors import BadInput
from b2bench.queries import Frequency, Parameter, Setting, load_queries, read_query_class
from b2bench.sqlfile import SqlFileError

_TRANSACTION = """\
-- why: an accepted quotation becomes an order
-- params: account_id bigint, price numeric(12, 2)
-- role: buyer
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- isolation: repeatable read
-- retries: 3
-- allow: seq_scan products: forty rows

-- step: lock_quote -> revision_id bigint
SELECT id AS revision_id FROM quotes WHERE account = :account_id AND total > :price;

-- step: create_order
INSERT INTO orders (revision_id, at) VALUES (:revision_id, :as_of);
"""


def write(folder: Path, text: str, name: str = "q.sql") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_plain_sql_file_is_a_query_class(tmp_path: Path) -> None:
    query = read_query_class(write(tmp_path, "SELECT 1;\n"))
    assert (query.name, query.steps[0].sql, query.frequency) == ("q", "SELECT 1", Frequency.MEDIUM)
    assert not query.is_transaction
    assert not query.writes


def test_a_transaction_has_steps_that_feed_each_other(tmp_path: Path) -> None:
    query = read_query_class(write(tmp_path, _TRANSACTION))
    assert query.is_transaction
    assert query.writes
    assert query.settings == (Setting(name="shop.account_id", parameter="account_id"),)
    lock, order = query.steps
    assert lock.outputs == (Parameter(name="revision_id", type="bigint"),)
    assert lock.sql.endswith("account = $1::bigint AND total > $2::numeric(12, 2)")
    assert order.parameters == ("revision_id", "as_of")
    assert order.sql.endswith("VALUES ($1::bigint, $2::timestamptz)")
    assert query.allowances[0].reason == "forty rows"


def test_what_only_looks_like_a_parameter_is_left_alone(tmp_path: Path) -> None:
    text = """-- params: a int, b int
SELECT ':a', "c:a", E'it\\'s :a', $$ :a $$, x::int, y[1:2], :a /* :b */ -- :b
  FROM t WHERE z = :a + :b;"""
    sql = read_query_class(write(tmp_path, text)).steps[0].sql
    assert "':a'" in sql
    assert '"c:a"' in sql
    assert "$$ :a $$" in sql
    assert "x::int, y[1:2], $1::int" in sql
    assert sql.endswith("z = $1::int + $2::int")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- params: a\nSELECT :a", "q.sql:1: 'a': write name and type"),
        ("-- why: x\n\nSELECT 1,\n  :missing", "q.sql:4: :missing is not declared"),
        ("-- slo_ms: fast\nSELECT 1", "q.sql:1: slo_ms 'fast'"),
        ("-- slo_ms: -5\nSELECT 1", "q.sql:1: slo_ms '-5'"),
        ("-- frequency: often\nSELECT 1", "q.sql:1: frequency 'often'"),
        ("-- param: a int\nSELECT :a", "did you mean 'params'"),
        ("-- isolation: strict\nSELECT 1", "q.sql:1: isolation 'strict'"),
        ("-- set: account = 1\nSELECT 1", "q.sql:1: set 'account = 1'"),
        ("SELECT 1;\nSELECT 2;", "q.sql:1: a second statement"),
        ("-- step: one\nSELECT 1;\n-- step: one\nSELECT 2;", "q.sql:3: step one is there twice"),
        ("-- why: nothing\n", "no SQL"),
        ("-- params: a int, a text\nSELECT 1", "parameter a is declared twice"),
        ("-- params: as_of date\nSELECT 1", "as_of is always there"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SqlFileError) as refused:
        read_query_class(write(tmp_path, text))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_query_class_lists_the_known(tmp_path: Path) -> None:
    write(tmp_path, "SELECT 1", "one.sql")
    with pytest.raises(BadInput, match="unknown query class two: there is one"):
        load_queries(tmp_path, ["two"])


def test_a_file_that_is_not_utf8_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(SqlFileError, match="UTF-8"):
        read_query_class(tmp_path / "q.sql")
