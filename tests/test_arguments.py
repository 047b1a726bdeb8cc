from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg import connect as plain_connect

from b2bench.arguments import Arguments, Case, CsvSource, ExampleSource, encode, one_of_each_case
from b2bench.errors import BadInput
from b2bench.queries import read_query_class
from b2bench.target import Target

_NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "text"),
        (True, "bool"),
        (42, "bigint"),
        (Decimal("1.50"), "numeric"),
        ('a "quoted" \\ word', "text"),
        (_NOON, "timestamptz"),
        ([1, 2, None], "int[]"),
        (['a "b"', "c,d", "NULL", "", "\\"], "text[]"),
    ],
)
def test_the_server_reads_back_what_was_encoded(server: Target, value: object, kind: str) -> None:
    text = encode(value)  # type: ignore[arg-type]
    with plain_connect(server.conninfo) as connection:
        row = connection.execute(
            f"SELECT %s::{kind}".encode(), (None if text is None else text.decode(),)
        ).fetchone()
    assert row == (value,)


def test_examples_come_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "q.sql"
    path.write_text('-- params: a int, b text\n-- example: 1,"two, three"\nSELECT :a, :b')
    query = read_query_class(path)
    drawn = ExampleSource(_NOON).draw(query, seed=1, count=2)
    assert [arguments.values for arguments in drawn] == 2 * [
        {"a": "1", "b": "two, three", "as_of": _NOON}
    ]


def test_an_example_that_does_not_fit_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- params: a int\nSELECT :a")
    with pytest.raises(BadInput, match="write one for each of a"):
        ExampleSource(_NOON).draw(read_query_class(tmp_path / "q.sql"), seed=1, count=1)


def test_a_csv_gives_rows_for_a_seed(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- params: a int\nSELECT :a")
    (tmp_path / "q.csv").write_text("a\n1\n2\n\\N\n")
    query, source = read_query_class(tmp_path / "q.sql"), CsvSource(tmp_path, _NOON)
    drawn = source.draw(query, seed=1, count=50)
    assert {arguments.values["a"] for arguments in drawn} == {"1", "2", None}
    assert drawn == source.draw(query, seed=1, count=50)


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(BadInput, match=":b"):
        Arguments(values={"a": 1}).encoded(["a", "b"])


def test_one_of_each_case_keeps_the_first_of_each(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("SELECT 1")
    query = read_query_class(tmp_path / "q.sql")

    class Source:
        def draw(self, _query: object, *, seed: int, count: int) -> list[Arguments]:
            cases = [Case.MISS, Case.TYPICAL, Case.MISS]
            return [Arguments(values={"n": n + seed}, case=c) for n, c in enumerate(cases[:count])]

    found = one_of_each_case(Source(), query, seed=0)
    assert {case: a.values["n"] for case, a in found.items()} == {Case.TYPICAL: 1, Case.MISS: 0}
