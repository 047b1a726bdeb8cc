"""Arguments that a script draws, and what else gives a folder its arguments."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.arguments import CsvSource, Value
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.queries import QueryClass, load_queries, read_query_class
from b2bench.script_arguments import FolderSource, read_scale
from b2bench.sqlfile import SqlFileError
from b2bench.target import Target

_NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def script(folder: Path, text: str) -> QueryClass:
    (folder / "q.sql").write_text(text)
    return read_query_class(folder / "q.sql")


def first(query: QueryClass, *, scale: int | None = 1, seed: int = 1) -> dict[str, Value]:
    (arguments,) = FolderSource(_NOON, scale=scale).draw(query, seed=seed, count=1)
    return dict(arguments.values)


def test_arguments_of_pgbenchs_own_scripts_are_within_its_tables(pgbench_scripts: Path) -> None:
    for query in load_queries(pgbench_scripts):
        drawn = FolderSource(_NOON, scale=3).draw(query, seed=1, count=500)
        for name, low, high in (
            ("aid", 1, 300_000),
            ("bid", 1, 3),
            ("tid", 1, 30),
            ("delta", -5_000, 5_000),
        ):
            values = [arguments.values[name] for arguments in drawn if name in arguments.values]
            assert all(isinstance(value, int) and low <= value <= high for value in values)
            # each distinct one is drawn where there are few, most of them where there are many
            assert not values or len(set(values)) > min(high - low, 400)


def test_the_same_seed_draws_the_same(pgbench_scripts: Path) -> None:
    (query,) = load_queries(pgbench_scripts, ["tpcb-like"])
    source = FolderSource(_NOON, scale=1)
    assert source.draw(query, seed=5, count=20) == source.draw(query, seed=5, count=20)
    assert source.draw(query, seed=5, count=20) != source.draw(query, seed=6, count=20)


def test_values_are_written_as_pgbench_writes_them(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "\\set a 1 / 3.0\n\\set b 1 < 2\n\\set c null\n\\set d 6\nSELECT :a, :b, :c, :d, :as_of",
    )
    assert first(query) == {
        "a": "0.333333333333333",
        "b": "true",
        "c": None,
        "d": 6,
        "as_of": _NOON,
    }


def test_pgbenchs_own_variables_are_there(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set h hash(1)\nSELECT :scale, :client_id, :random_seed, :h")
    values = first(query, scale=7, seed=3)
    assert (values["scale"], values["client_id"], values["random_seed"]) == (7, 0, 3)
    assert values["h"] == first(query, seed=4)["h"]


def test_a_script_may_set_the_scale_itself(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set scale 5\n\\set a :scale * 2\nSELECT :a, :scale")
    assert first(query, scale=None) == {"a": 10, "scale": 5, "as_of": _NOON}


def test_a_scale_that_cannot_be_read_is_missed_only_where_it_is_used(tmp_path: Path) -> None:
    assert first(script(tmp_path, "\\set a 1\nSELECT :a"), scale=None)["a"] == 1
    with pytest.raises(BadInput, match="may not read: grant SELECT"):
        first(script(tmp_path, "\\set a :scale\nSELECT :a"), scale=None)


def test_an_example_gives_what_the_script_does_not_set(tmp_path: Path) -> None:
    query = script(
        tmp_path,
        "-- params: region text, most int, aid bigint\n-- example: north, 40\n"
        "\\set aid :most + 2\nSELECT :aid, :region",
    )
    assert first(query) == {"aid": 42, "region": "north", "most": "40", "as_of": _NOON}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("-- params: most int", "1 parameters, 0 values in -- example:"),
        ("-- params: most text\n-- example: many", ":most is no number"),
    ],
)
def test_an_example_that_does_not_do_is_bad_input(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        first(script(tmp_path, f"{header}\n\\set a :most + 1\nSELECT :a"))


def test_an_expression_without_a_value_is_named_with_its_line(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set a 0\n\\set b random(1, :a)\nSELECT :b")
    with pytest.raises(SqlFileError, match=r"q\.sql:2: \\set b: empty range"):
        first(query)


def test_a_folder_holds_scripts_and_examples_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "ours.sql").write_text("-- params: a int\n-- example: 42\nSELECT :a")
    (tmp_path / "theirs.sql").write_text("\\set a random(7, 7)\nSELECT :a")
    ours, theirs = load_queries(tmp_path)
    assert (first(ours)["a"], first(theirs)["a"]) == ("42", 7)


def test_a_csv_takes_the_place_of_a_scripts_draws(tmp_path: Path) -> None:
    query = script(tmp_path, "\\set n 3\n\\set a random(1, :n)\nSELECT :a")
    (tmp_path / "q.csv").write_text("a\n99\n")
    (arguments,) = CsvSource(tmp_path, _NOON).draw(query, seed=1, count=1)
    assert arguments.values["a"] == "99"


def test_the_scale_is_the_number_of_branches(
    empty_database: Target, pgbench_database: Target
) -> None:
    with connect(empty_database) as connection:
        assert read_scale(connection) == 1
    with connect(pgbench_database) as connection:
        connection.execute("INSERT INTO pgbench_branches (bid) VALUES (2), (3)")
        assert read_scale(connection) == 3
        connection.execute("SET ROLE pg_monitor")
        assert read_scale(connection) is None
