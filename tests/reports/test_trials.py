"""Fixes tried on a real server: believed when the same answer takes less work, and taken back."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from b2bench.arguments import one_of_each_case
from b2bench.catalogue import read_catalogue
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import Step, load_queries
from b2bench.target import Target
from reports.capture import capture, pinned_session
from reports.diagnosis import diagnose, prove
from reports.facts import NO_FACTS
from reports.fixes import Fix, Kind
from reports.observing import observing
from reports.rewrites import Rewrite
from reports.trials import Measured, Subject, Trial, judge, try_fixes
from tests.postgres import new_database
from tests.reports.shop import SOURCE, install, write_queries

BEFORE = Measured(
    blocks=1000,
    tuples=5000,
    temp_blocks=100,
    function_calls=400,
    execution_ms=10.0,
    cost=100.0,
    estimate_error=500.0,
    rows=3,
    result="abc",
)


@pytest.mark.parametrize(
    ("code", "after", "is_proven", "why"),
    [
        ("seq-scan", replace(BEFORE, blocks=10), True, "blocks 1,000 → 10"),
        ("seq-scan", replace(BEFORE, blocks=950), False, "the work stays the same"),
        ("seq-scan", replace(BEFORE, tuples=10), True, "tuples processed 5,000 → 10"),
        ("seq-scan", replace(BEFORE, blocks=10, rows=4), False, "the answer is another one"),
        ("seq-scan", replace(BEFORE, blocks=10, result="x"), False, "the answer is another one"),
        ("seq-scan", replace(BEFORE, blocks=10, result=""), True, "blocks 1,000 → 10"),
        ("spilled-to-disk", replace(BEFORE, temp_blocks=0), True, "temporary blocks 100 → 0"),
        ("spilled-to-disk", replace(BEFORE, blocks=10), False, "the work stays the same"),
        (
            "spilled-to-disk",
            replace(BEFORE, temp_blocks=0, blocks=9000),
            False,
            "temporary blocks 100 → 0, but blocks 1,000 → 9,000",
        ),
        ("function-per-row", replace(BEFORE, function_calls=1), True, "function calls 400 → 1"),
        ("deep-offset", replace(BEFORE, temp_blocks=0), False, "the work stays the same"),
        (
            "estimate-off",
            replace(BEFORE, estimate_error=1.0),
            False,
            "the estimate comes nearer (×500 → ×1.00), the work stays the same",
        ),
    ],
)
def test_less_work_for_the_same_answer_is_a_proof(
    code: str,
    after: Measured,
    is_proven: bool,  # noqa: FBT001 (one of a case's values)
    why: str,
) -> None:
    found = judge(code, BEFORE, after)
    assert found[0] is is_proven
    assert found[1].startswith(why)


@pytest.fixture
def shop_copy(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        with connect(target) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield target


def tried(target: Target, folder: Path, *fixes: Fix, role: str | None = None) -> list[Trial]:
    """Try fixes on the class that reads a table from end to end."""
    queries = write_queries(folder, "scan_family")
    (captured,) = capture(target, queries, SOURCE, seed=1, progress=silent, clone=True).classes
    found = diagnose(
        capture(target, queries, SOURCE, seed=1, progress=silent, clone=True), NO_FACTS
    )
    subject = Subject(
        query=queries[0],
        step=captured.cases[0].steps[0],
        arguments=next(iter(one_of_each_case(SOURCE, queries[0], seed=1).values())),
        role=role,
    )
    with ExitStack() as stack:
        observer = stack.enter_context(observing(target, is_alone=True))
        connection = stack.enter_context(pinned_session(target, may_write=True))
        return list(try_fixes(connection, observer, subject, found[0].advice, fixes)[1])


def index(on: str) -> Fix:
    return Fix(kind=Kind.INDEX, shown=on, statements=(f"CREATE INDEX ON {on}",))


def test_the_best_proof_comes_first_and_nothing_stays(shop_copy: Target, tmp_path: Path) -> None:
    with connect(shop_copy) as connection:
        before = read_catalogue(connection)
    found = tried(shop_copy, tmp_path, index("products (note)"), index("products (family, id)"))
    assert [trial.is_proven for trial in found] == [True, False]
    assert found[0].fix.shown == "products (family, id)"
    assert found[0].size_bytes
    assert found[0].build_ms
    with connect(shop_copy) as connection:
        assert read_catalogue(connection) == before


def test_what_cannot_be_applied_is_unproven_and_others_are_still_tried(
    shop_copy: Target, tmp_path: Path
) -> None:
    found = tried(shop_copy, tmp_path, index("products (nowhere)"), index("products (family)"))
    assert [trial.is_proven for trial in found] == [True, False]
    assert found[1].why == 'cannot be applied: column "nowhere" does not exist (42703)'
    assert found[1].after is None


def test_an_error_about_values_does_not_quote_them(shop_copy: Target, tmp_path: Path) -> None:
    to_number = "ALTER TABLE products ALTER COLUMN sku TYPE bigint USING sku::bigint"
    fix = Fix(kind=Kind.DEFINITION, shown=to_number, statements=(to_number,))
    (found,) = tried(shop_copy, tmp_path, fix)
    assert found.why == "cannot be applied: InvalidTextRepresentation (22P02)"


def test_a_fix_that_changes_the_answer_is_not_believed(shop_copy: Target, tmp_path: Path) -> None:
    empty = Fix(
        kind=Kind.DEFINITION,
        shown="fewer rows",
        statements=("DELETE FROM order_lines", "DELETE FROM products WHERE family = 42"),
    )
    (found,) = tried(shop_copy, tmp_path, empty)
    assert not found.is_proven
    assert found.why == "the answer is another one"


def _with_text(sql: str) -> Fix:
    step = Step(name="main", sql=sql, parameters=("family",))
    return Fix(kind=Kind.REWRITE, shown=sql, rewrite=Rewrite(step=step, shown=sql))


def test_a_text_that_gives_other_rows_or_none_at_all_is_not_believed(
    shop_copy: Target, tmp_path: Path
) -> None:
    same = "SELECT id, sku FROM products WHERE family = $1::int"
    found = tried(
        shop_copy,
        tmp_path,
        _with_text(f"{same} AND id < 20001 ORDER BY id"),
        _with_text(f"{same} LIMIT 3"),
        _with_text("SELECT id, nothing FROM products WHERE family = $1::int"),
        index("products (family)"),
    )
    why = {trial.fix.shown: trial.why for trial in found}
    assert [trial.is_proven for trial in found] == [True, False, False, False]
    assert why[f"{same} AND id < 20001 ORDER BY id"].startswith("the work stays the same")
    assert why[f"{same} LIMIT 3"] == "the answer is another one"
    assert 'column "nothing" does not exist (42703)' in why[found[3].fix.shown]


def test_less_work_for_no_rows_proves_no_other_text(shop_copy: Target, tmp_path: Path) -> None:
    with connect(shop_copy) as connection:
        connection.execute("DELETE FROM order_lines; DELETE FROM products WHERE family = 42")
    nothing = "SELECT id, sku FROM products WHERE id = -$1::int"
    found = tried(shop_copy, tmp_path, _with_text(nothing), index("products (family)"))
    assert [trial.is_proven for trial in found] == [True, False]
    assert found[1].why.endswith("but there is no answer by which to tell that it is right")


def test_vacuum_is_done_for_good_and_the_rest_is_not(shop_copy: Target, tmp_path: Path) -> None:
    with connect(shop_copy) as connection:
        connection.execute("UPDATE products SET note = note WHERE id < 50")
        before = read_catalogue(connection)
    vacuum = Fix(kind=Kind.MAINTENANCE, shown="VACUUM", statements=("VACUUM products",))
    setting = Fix(kind=Kind.SETTING, shown="SET", settings={"work_mem": "77MB"})
    analyse = Fix(
        kind=Kind.STATISTICS,
        shown="CREATE STATISTICS",
        statements=(
            "CREATE STATISTICS both_of ON family, note FROM products",
            "ANALYZE products",
        ),
    )
    found = tried(shop_copy, tmp_path, setting, analyse, index("products (family)"), vacuum)
    assert not [trial for trial in found if trial.why.startswith("cannot be applied")]
    with connect(shop_copy) as connection:
        assert read_catalogue(connection) == before
        row = connection.execute(
            "SELECT last_vacuum IS NOT NULL, (SELECT count(*) FROM pg_statistic_ext)"
            "  FROM pg_stat_user_tables WHERE relname = 'products'"
        ).fetchone()
    assert row == (True, 0)


def test_a_vacuum_that_cannot_be_is_unproven(shop_copy: Target, tmp_path: Path) -> None:
    vacuum = Fix(kind=Kind.MAINTENANCE, shown="VACUUM", statements=("VACUUM nowhere",))
    found = tried(shop_copy, tmp_path, vacuum, index("products (family)"))
    assert [trial.is_proven for trial in found] == [True, False]
    assert found[1].why == 'cannot be applied: relation "nowhere" does not exist (42P01)'


def test_the_step_is_measured_as_its_role(shop_copy: Target, tmp_path: Path) -> None:
    with connect(shop_copy) as connection:
        connection.execute("CREATE ROLE trial_reader")
        connection.execute("GRANT SELECT ON products TO trial_reader")
    try:
        (found,) = tried(shop_copy, tmp_path, index("products (family)"), role="trial_reader")
        assert found.is_proven
    finally:
        with connect(shop_copy) as connection:
            connection.execute("DROP OWNED BY trial_reader; DROP ROLE trial_reader")


def test_more_memory_is_not_tried_when_less_was_enough(shop_copy: Target, tmp_path: Path) -> None:
    queries = load_queries(_spilling(tmp_path))
    target = shop_copy.with_setting("work_mem", "64kB")
    found = capture(target, queries, SOURCE, seed=1, progress=silent, clone=True)
    drawn = {query.name: one_of_each_case(SOURCE, query, seed=1) for query in queries}
    (diagnosis,) = prove(target, found, queries, drawn, facts=NO_FACTS, progress=silent)
    assert diagnosis.advice.finding.code == "spilled-to-disk"
    settings = [trial for trial in diagnosis.trials if trial.fix.kind is Kind.SETTING]
    assert len(settings) == 1


def _spilling(folder: Path) -> Path:
    (folder / "sorted.sql").write_text("SELECT note, sku FROM products ORDER BY note, sku")
    return folder
