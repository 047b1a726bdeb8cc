"""What pgbench sends is what our driver sends: statements, values, steps that feed each other."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.arguments import ExampleSource
from b2bench.database import connect
from b2bench.queries import QueryClass, load_queries
from b2bench.queryids import statement_ids
from b2bench.target import Target
from loadgen.driver.program import Program, Values
from loadgen.driver.statements import Counters, take_snapshot
from loadgen.driver.twin.rendering import VARIABLES, left_out, literal, script_of, sets_most
from loadgen.driver.twin.scripts import Process, Script, write_scripts
from scenarios.samplers import shop_source
from tests.loadgen.driver.lab import QUERIES
from tests.loadgen.driver.twin.hand import plan_of, run_by_hand, written

AWKWARD = [
    b"it's",
    b"a \\ backslash and a \\gset",
    b"at :scale, :client_id and :b2_place; :: and :unknown",
    b"two\nlines\n\\set b2_place 0\n-- no comment",
    b"",
    b"NULL",
    b"$1 $tag$ \xc3\xa9",
    None,
]


def alone(
    folder: Path, query: QueryClass, requests: list[list[Values]], *others: QueryClass
) -> Process:
    """Return a process that runs one script, and prepares others, too."""
    program = Program(query)
    prepared = [program, *(Program(other) for other in others)]
    (folder / f"{query.name}.sql").write_text(script_of(program, requests, prepared=prepared))
    return Process(
        scenario="alone",
        users=1,
        options=("-M", "simple", *VARIABLES),
        scripts=(Script(file=f"{query.name}.sql", query=query.name, weight=1),),
        tries=1 + query.retries,
    )


def test_the_server_gives_both_the_same_queryids(
    shop: Target, shop_queries: tuple[QueryClass, ...], tmp_path: Path, pg_bin: Path | None
) -> None:
    source = shop_source(shop)
    with connect(shop) as connection:
        for query in shop_queries:
            assert left_out(query) is None
            ids = statement_ids(connection, query, source)
            program = Program(query)
            drawn = [program.bind(each) for each in source.draw(query, seed=1, count=1)]
            others = [other for other in shop_queries if other is not query]
            process = alone(tmp_path, query, drawn, *others)
            before = take_snapshot(connection).counters
            run_by_hand(process, shop, tmp_path, pg_bin)
            after = take_snapshot(connection).counters
            none = Counters(queryid=0)
            ran = [after[each.queryid].calls - before.get(each.queryid, none).calls for each in ids]
            assert ran == [1] * len(ids), query.name


def test_values_arrive_as_they_are(
    empty_database: Target, tmp_path: Path, pg_bin: Path | None
) -> None:
    note = written(
        tmp_path / "queries",
        "keep",
        "-- params: note text\n-- example: x\nINSERT INTO kept (note) VALUES (:note);\n",
    )
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE kept (id serial, note text)")
    process = alone(tmp_path, note, [[[value]] for value in AWKWARD])
    run_by_hand(process, empty_database, tmp_path, pg_bin, each=len(AWKWARD))
    with connect(empty_database) as connection:
        kept = [row[0] for row in connection.execute("SELECT note FROM kept ORDER BY id")]
    assert kept == [value if value is None else value.decode() for value in AWKWARD]


FEEDING = """\
-- params: id bigint
-- retries: 1
-- isolation: read committed
-- example: 1

-- step: find -> found bigint, amount int
SELECT id AS found, quantity AS amount FROM item WHERE id = :id;

-- step: note
INSERT INTO noted (id, found, amount) VALUES (:id, :found, :amount);
"""


def test_a_step_feeds_the_next_be_it_a_row_a_null_or_nothing(
    empty_database: Target, tmp_path: Path, pg_bin: Path | None
) -> None:
    with connect(empty_database) as connection:
        connection.execute(
            "CREATE TABLE item (id bigint, quantity int);"
            "CREATE TABLE noted (id bigint, found bigint, amount int);"
            "INSERT INTO item VALUES (1, 10), (2, NULL);"
        )
    query = written(tmp_path / "queries", "feeding", FEEDING)
    asked = [b"1", b"2", b"3"]
    process = alone(tmp_path, query, [[[value], [value, None, None]] for value in asked])
    run_by_hand(process, empty_database, tmp_path, pg_bin, each=6)
    with connect(empty_database) as connection:
        noted = connection.execute("SELECT id, found, amount FROM noted ORDER BY ctid").fetchall()
    assert noted == [(1, 1, 10), (2, 2, None), (3, None, None)] * 2


FLAKY = """
CREATE TABLE kept (id serial, note text);
CREATE SEQUENCE calls;
CREATE FUNCTION keep(note text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('calls') % 2 = 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO kept (note) VALUES (keep.note);
END $$;
"""


def test_what_is_begun_anew_keeps_its_arguments(
    empty_database: Target, tmp_path: Path, pg_bin: Path | None
) -> None:
    with connect(empty_database) as connection:
        connection.execute(FLAKY)
    query = written(
        tmp_path / "queries",
        "flaky",
        "-- params: note text\n-- isolation: serializable\n-- retries: 1\n-- example: x\n"
        "SELECT keep(:note);\n",
    )
    process = alone(tmp_path, query, [[[note]] for note in (b"a", b"b", b"c", b"d")])
    run_by_hand(process, empty_database, tmp_path, pg_bin, each=4)
    with connect(empty_database) as connection:
        kept = "".join(row[0] for row in connection.execute("SELECT note FROM kept ORDER BY id"))
    assert kept == "abcd"


def test_what_is_begun_anew_is_done_once(lab: Target, tmp_path: Path, pg_bin: Path | None) -> None:
    (query,) = load_queries(QUERIES, ["move_item"])
    source = ExampleSource(datetime.now(UTC))
    (process,) = write_scripts(
        tmp_path, plan_of([query], users=4), [query], source, lambda _: {"move_item": 1}
    )
    with connect(lab) as connection:
        before = quantity(connection.execute("SELECT quantity FROM item WHERE id = 7").fetchone())
        run_by_hand(process, lab, tmp_path, pg_bin, each=50)
        after = quantity(connection.execute("SELECT quantity FROM item WHERE id = 7").fetchone())
    lines = [line.split() for path in tmp_path.glob("log.*") for line in path.open()]
    assert len(lines) == 200
    assert after - before == sum(line[2] != "failed" for line in lines)


def quantity(row: tuple[int] | None) -> int:
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- params:\nVACUUM item;", "no statement that PREPARE takes"),
        ("-- params:\nSELECT ':scale';", "in the place of :scale"),
        (
            "-- params:\n-- step: one -> note text\nSELECT 'x' AS note;\n"
            "-- step: two\nSELECT :note;\n",
            "cannot quote note text",
        ),
        ("SELECT 1 AS n \\gset\nSELECT :n", "cannot quote n of no declared type"),
    ],
)
def test_what_pgbench_cannot_do_is_said(tmp_path: Path, text: str, said: str) -> None:
    reason = left_out(written(tmp_path, "theirs", text))
    assert reason is not None
    assert said in reason


@pytest.mark.parametrize(
    "text", ["-- a comment\n/* and more */ WITH a AS (SELECT 1) TABLE a", "(SELECT 1)", "select 1"]
)
def test_what_it_can_do_is_not_left_out(tmp_path: Path, text: str) -> None:
    assert left_out(written(tmp_path, "theirs", f"-- params:\n{text}")) is None


def test_a_script_whose_steps_feed_each_other_is_short(
    shop_queries: tuple[QueryClass, ...],
) -> None:
    for query in shop_queries:
        program = Program(query)
        nothing: list[Values] = [[None] * len(each.parameters) for each in program.statements]
        script = script_of(program, [nothing] * sets_most(program), prepared=[program])
        text = re.sub(r"^PREPARE .*?^;$", "PREPARE;", script, flags=re.DOTALL | re.MULTILINE)
        if "aset" in text:
            commands = [line for line in text.splitlines() if not line.startswith("--")]
            assert len(commands) < 128, query.name
    assert {sets_most(Program(query)) for query in shop_queries} == {8, 16}


def test_more_steps_than_a_script_holds_are_said(tmp_path: Path) -> None:
    steps = "".join(
        f"-- step: s{number} -> o{number} int\nSELECT {number} AS o{number};\n"
        for number in range(70)
    )
    reason = left_out(written(tmp_path, "theirs", f"-- params:\n{steps}"))
    assert reason is not None
    assert "as many steps" in reason


def test_numbers_are_written_like_texts() -> None:
    assert literal(b"42") == "'42'"
