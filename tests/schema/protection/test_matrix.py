"""Who may do what: declared, compared with the catalogue, and with every verb really tried."""

from collections.abc import Iterator

import psycopg
import pytest

from b2bench.target import Target
from tests.schema.protection.access import EVERYTHING, VERBS, declared
from tests.schema.protection.acting import (
    Actor,
    buyer,
    for_a_moment,
    new_monitor,
    read,
    refusal,
    taken_back,
)
from tests.schema.protection.attempts import VIEWS, attempts, columns_by_table
from tests.schema.protection.functions import Functions

ACCESS = declared()
# what an owner has besides the verbs; MAINTAIN came with 17
_OF_OWNERS = {"REFERENCES", "TRIGGER", "MAINTAIN"}
_MEMBERS = """
SELECT r.rolname, m.rolname
  FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
 WHERE r.rolname LIKE 'shop\\_%' AND m.rolname LIKE 'shop\\_%'
"""
_MAY_ENTER = "SELECT has_schema_privilege(%s, %s, %s)"
_LAST_VALUE = "SELECT last_value FROM {}"
_ROLES = """
SELECT rolname, rolcanlogin, rolinherit,
       rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication
  FROM pg_roles WHERE rolname = ANY (%s)
"""


@pytest.fixture
def session(guarded_shop: Target) -> Iterator[psycopg.Connection]:
    with taken_back(guarded_shop) as connection:
        yield connection


def test_every_table_is_declared(session: psycopg.Connection) -> None:
    found = columns_by_table(session) | columns_by_table(session, VIEWS)
    assert sorted(found) == sorted(ACCESS.tables)


def test_nobody_but_the_owner_comes_into_the_other_schemas(session: psycopg.Connection) -> None:
    for role in (*ACCESS.roles, "shop_application", new_monitor(session)):
        for schema in ("b2bench_audit", "b2bench_meta"):
            for right in ("USAGE", "CREATE"):
                may = session.execute(_MAY_ENTER, (role, schema, right)).fetchone()
                assert may == (False,), (role, schema, right)


def test_the_catalogue_grants_what_is_declared_and_nothing_else(
    session: psycopg.Connection,
) -> None:
    granted = set(session.execute(read("granted.sql")).fetchall())
    owners = {(ACCESS.owner, table, verb, EVERYTHING) for table in ACCESS.tables for verb in VERBS}
    declared_rights = {
        (role, table, verb, column)
        for (role, table, verb), columns in ACCESS.granted.items()
        for column in columns
    }
    besides = {right for right in granted if right[0] == ACCESS.owner and right[2] in _OF_OWNERS}
    assert granted - besides == declared_rights | owners


def test_every_verb_goes_through_where_it_is_declared_and_nowhere_else(
    session: psycopg.Connection,
) -> None:
    monitor = new_monitor(session)
    roles = (*ACCESS.roles, *ACCESS.nothing, ACCESS.owner)
    tried = list(
        attempts(session, ACCESS, tuple(monitor if role == "monitor" else role for role in roles))
    )
    assert len(tried) > len(ACCESS.tables) * len(roles) * len(VERBS)
    assert [attempt.why for attempt in tried if not attempt.holds(session)] == []


def test_row_level_security_is_on_where_rows_are_declared_and_not_for_the_public_catalogue(
    session: psycopg.Connection,
) -> None:
    guarded = session.execute(
        "SELECT relname FROM pg_class"
        " WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    assert [name for (name,) in guarded] == sorted(ACCESS.rows)


def test_whoever_reads_a_guarded_table_has_its_rows_declared() -> None:
    readers = {
        table: {r for (r, t, verb) in ACCESS.granted if (t, verb) == (table, "SELECT")}
        for table in ACCESS.rows
    }
    assert readers == {table: set(rows) for table, rows in ACCESS.rows.items()}


def test_functions_run_with_the_rights_that_are_declared(session: psycopg.Connection) -> None:
    assert Functions(access=ACCESS).differences(session) == []


def test_only_the_number_of_a_request_is_drawn_by_hand(session: psycopg.Connection) -> None:
    granted = session.execute(read("sequences.sql")).fetchall()
    assert set(granted) == {
        (role, name, "USAGE") for name, roles in ACCESS.sequences.items() for role in roles
    }


@pytest.mark.parametrize("role", [*ACCESS.roles, *ACCESS.nothing])
def test_no_sequence_says_how_many_there_are(session: psycopg.Connection, role: str) -> None:
    name = new_monitor(session) if role == "monitor" else role
    for sequence in ("orders_id_seq", "rfq_numbers", "carts_id_seq"):
        assert refusal(session, Actor(role=name), _LAST_VALUE.format(sequence)) == "42501"
        may_draw = role in ACCESS.sequences.get(sequence, ())
        drawn = refusal(session, Actor(role=name), f"SELECT nextval('{sequence}')")
        assert drawn == ("" if may_draw else "42501")
        setting = f"SELECT setval('{sequence}', 1)"
        assert refusal(session, Actor(role=name), setting) == "42501"


@pytest.mark.parametrize("role", [*ACCESS.roles, "shop_application"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.own (id int)",
        "CREATE VIEW public.own AS SELECT 1",
        "CREATE SEQUENCE public.own",
        "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.own() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
        "DO 'BEGIN END'",
        "CREATE SCHEMA own",
        "ALTER TABLE carts DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE carts DISABLE TRIGGER ALL",
        "CREATE POLICY own ON carts USING (true)",
        "DROP TABLE carts",
        "CREATE INDEX ON carts (id)",
        "SET LOCAL session_replication_role = replica",
        "SELECT * FROM b2bench_meta.data_set",
        "SELECT * FROM pg_statistic",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY products TO PROGRAM 'true'",
        "COPY products TO '/tmp/products'",
    ],
)
def test_a_role_that_acts_makes_and_changes_no_object(
    session: psycopg.Connection, role: str, statement: str
) -> None:
    assert refusal(session, Actor(role=role), statement) == "42501"


def test_the_owner_may_bring_code_along(session: psycopg.Connection) -> None:
    for language in ("sql", "plpgsql"):
        statement = f"CREATE FUNCTION own() RETURNS void LANGUAGE {language} AS ''"
        if language == "plpgsql":
            statement = "CREATE FUNCTION own() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'"
        assert refusal(session, Actor(role=ACCESS.owner), statement) == ""


def test_only_the_application_logs_in_and_it_takes_one_of_four_roles(
    session: psycopg.Connection,
) -> None:
    names = [ACCESS.owner, *ACCESS.roles, "shop_application"]
    assert set(session.execute(_ROLES, (names,)).fetchall()) == {
        *((name, False, True, False) for name in (ACCESS.owner, *ACCESS.roles)),
        ("shop_application", True, False, False),
    }
    members = set(session.execute(_MEMBERS).fetchall())
    acting = {role for role in ACCESS.roles if role != "shop_reader"}
    assert members == {(role, "shop_application") for role in acting}


def test_the_application_takes_a_role_and_becomes_neither_owner_nor_reader(
    session: psycopg.Connection,
) -> None:
    with for_a_moment(session):
        session.execute("SET LOCAL SESSION AUTHORIZATION shop_application")
        session.execute("SET LOCAL ROLE shop_buyer")
        for role in (ACCESS.owner, "shop_reader", "b2bench_monitor", "postgres"):
            with for_a_moment(session), pytest.raises(psycopg.Error):
                session.execute(f"SET LOCAL ROLE {role}".encode())


def test_a_right_that_is_not_declared_is_found(session: psycopg.Connection) -> None:
    """The control: one more right of a column is noticed by catalogue and attempt alike."""
    session.execute("GRANT SELECT (notes) ON rfq_requests TO shop_buyer")
    granted = set(session.execute(read("granted.sql")).fetchall())
    assert ("shop_buyer", "rfq_requests", "SELECT", "notes") in granted
    failed = [a.why for a in attempts(session, ACCESS, ("shop_buyer",)) if not a.holds(session)]
    assert failed == ["shop_buyer may not SELECT rfq_requests (notes)"]
    assert refusal(session, buyer(1), "SELECT notes FROM rfq_requests") == ""
