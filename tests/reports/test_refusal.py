"""What the server refuses is told without anybody's data, on a real server."""

from collections.abc import Iterator

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target
from reports.refusal import refusal
from tests.postgres import new_database

CANARY = "canary4711"


@pytest.fixture(scope="module")
def session(server: Target) -> Iterator[psycopg.Connection]:
    with new_database(server) as target, connect(target) as connection:
        connection.execute(
            "CREATE TABLE items (id int PRIMARY KEY, name text);"
            "CREATE FUNCTION complain(word text, code text) RETURNS int LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'no %', word USING ERRCODE = code; END$$;"
            "CREATE FUNCTION look_at(word text) RETURNS int LANGUAGE plpgsql AS"
            " $$BEGIN EXECUTE format('SELECT id FROM %I', word); RETURN 1; END$$;"
        )
        yield connection


def refused(session: psycopg.Connection, statement: str, *texts: str) -> str:
    with pytest.raises(psycopg.Error) as caught:
        psycopg.RawCursor(session).execute(statement, texts)
    return refusal(caught.value, [statement])


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT id FROM itmes", 'relation "itmes" does not exist (42P01)'),
        ("SELECT ID, Nme FROM items", 'column "nme" does not exist (42703)'),
        ("SELECT id FORM items WERE id = 1", 'syntax error at or near "items" (42601)'),
        ("SELECT foldit(name) FROM items", "function foldit(text) does not exist (42883)"),
        ("SELECT id FROM items WHERE", "syntax error at end of input (42601)"),
    ],
)
def test_a_mistake_in_the_statement_is_told_in_the_servers_words(
    session: psycopg.Connection, statement: str, said: str
) -> None:
    assert refused(session, statement) == said


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a' 'canary4711'",
        "SELECT 'canary4711'::int",
        "SELECT 'canary4711'::date",
        "SELECT 'canary4711'::regclass",
        "SELECT 'canary4711'::regtype",
        "SELECT 'canary4711'::regproc",
        "SELECT 'canary4711('::regprocedure",
        "SELECT 'canary4711 &'::tsquery",
        "SELECT '{canary4711'::jsonb",
        "SELECT 'canary4711.canary4711'::regclass",
        "SELECT nextval('canary4711')",
        "SELECT current_setting('canary4711')",
        "SELECT set_config('canary4711', 'x', false)",
        "SELECT pg_has_role('canary4711', 'USAGE')",
        "SELECT complain('canary4711', 'P0001')",
        "SELECT complain('canary4711', '42501')",
        "SELECT complain('canary4711', '42P01')",
        "SELECT look_at('canary4711')",
        "SELECT 'canary4711'::uuid",
        "SELECT to_date('canary4711', 'YYYY-MM-DD')",
        "SELECT regexp_replace('x', 'canary4711(', '')",
        "INSERT INTO items VALUES (1, 'x'), (1, 'canary4711')",
    ],
)
def test_no_constant_is_in_a_refusal(session: psycopg.Connection, statement: str) -> None:
    found = refused(session, statement)
    assert CANARY not in found
    assert found.endswith(")")


@pytest.mark.parametrize("type_", ["regclass", "regtype", "regproc", "int", "date", "regrole"])
def test_no_argument_is_in_a_refusal(session: psycopg.Connection, type_: str) -> None:
    assert CANARY not in refused(session, f"SELECT $1::{type_}", CANARY)


def test_a_missing_privilege_is_told_by_name(session: psycopg.Connection) -> None:
    with session.transaction(force_rollback=True):
        session.execute("CREATE ROLE refused_reader")
        session.execute("SET LOCAL ROLE refused_reader")
        with session.transaction():
            said = refused_inside(session, "SELECT id FROM items")
    assert said == "permission denied for table items (42501)"


def refused_inside(session: psycopg.Connection, statement: str) -> str:
    try:
        with session.transaction():
            session.execute(statement.encode())
    except psycopg.Error as error:
        return refusal(error, [statement])
    return "nothing was refused"
