"""Plans for unknown arguments, on a real server."""

from collections.abc import Iterator

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target
from reports.explaining import explain
from reports.generic import GenericPlan, generic_plan
from reports.plans import plan_shape
from tests.postgres import new_database

BY_KIND = "SELECT id FROM skewed WHERE kind = $1::int"


@pytest.fixture(scope="module")
def skewed(server: Target) -> Iterator[psycopg.Connection]:
    with new_database(server) as target, connect(target) as connection:
        connection.execute(
            "CREATE TABLE skewed (id int PRIMARY KEY, kind int, name text);"
            "INSERT INTO skewed SELECT i, CASE WHEN i <= 20 THEN i ELSE 0 END, 'n' || i"
            "  FROM generate_series(1, 20000) AS i;"
            "CREATE INDEX skewed_kind ON skewed (kind)"
        )
        connection.execute("VACUUM ANALYZE")
        connection.prepare_threshold = None
        yield connection


def planned(session: psycopg.Connection, statement: str, *texts: str | None) -> GenericPlan:
    with session.transaction():
        custom = explain(session, statement, texts)
        return generic_plan(session, statement, texts, plan_shape(custom))


def test_a_value_of_which_there_is_most_has_another_plan(skewed: psycopg.Connection) -> None:
    found = planned(skewed, BY_KIND, "0")
    assert found.is_other
    assert found.work is not None
    assert found.work.rows_returned == 19_980
    assert found.execution_ms is not None


def test_the_same_plan_is_not_executed_again(skewed: psycopg.Connection) -> None:
    found = planned(skewed, "SELECT name FROM skewed WHERE id = $1::int", "7")
    assert not found.is_other
    assert found.work is None
    assert "Actual Rows" not in found.plan["Plan"]
    assert "$1" in found.plan["Plan"]["Index Cond"]


@pytest.mark.parametrize(
    "text", [None, "", "it's", 'a "b" \\ c', "$1", "%s %(x)s", "{}", "x\n'; DROP TABLE skewed; --"]
)
def test_any_argument_reaches_it(skewed: psycopg.Connection, text: str | None) -> None:
    statement = "SELECT id FROM skewed WHERE name = $1::text OR kind = 0 AND $2::text IS NULL"
    found = planned(skewed, statement, text, text)
    assert found.plan["Plan"]["Node Type"]


def test_nothing_of_it_stays_in_the_session(skewed: psycopg.Connection) -> None:
    with skewed.transaction():
        for text in ("0", "0", "7"):
            custom = explain(skewed, BY_KIND, [text])
            generic_plan(skewed, BY_KIND, [text], plan_shape(custom))
        left = skewed.execute(
            "SELECT current_setting('plan_cache_mode'), current_setting('statement_timeout'),"
            " (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'b2bench%')"
        ).fetchone()
    assert left == ("auto", "0", 0)


def test_what_it_changes_is_undone(skewed: psycopg.Connection) -> None:
    delete = "DELETE FROM skewed WHERE kind = $1::int"
    with skewed.transaction():
        custom = explain(skewed, delete, ["0"])
        found = generic_plan(skewed, delete, ["0"], plan_shape(custom))
        count = skewed.execute("SELECT count(*) FROM skewed").fetchone()
    assert found.is_other
    assert count == (20_000,)


def test_a_failure_leaves_the_transaction_usable(skewed: psycopg.Connection) -> None:
    with skewed.transaction():
        with pytest.raises(psycopg.errors.UndefinedTable):
            generic_plan(skewed, "SELECT * FROM nowhere WHERE id = $1", ["0"], ())
        assert skewed.execute("SELECT 1").fetchone() == (1,)
