"""Under its role a class loses no row, and tells nothing of another account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from b2bench.arguments import Arguments, Case, Value
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from scenarios.samplers import shop_source
from tests.postgres import new_database
from tests.schema.protection.access import declared
from tests.schema.protection.acting import NOBODY, Actor, for_a_moment, taken_back
from tests.schema.protection.rows import Rows
from tests.schema.protection.running import Answer, answer, run_steps
from tests.shop import QUERIES

ACCESS = declared()
_CLASSES = load_queries(QUERIES)
_SETTING = "shop.account_id"
_OF_ACCOUNTS = [q for q in _CLASSES if any(s.name == _SETTING for s in q.settings)]
_NO_ACCOUNT = 10**12
_DENIED = "42501"
_DRAWS = 200
_OF_EACH_CASE = 3
_REPRESENTATIVE = "shop_representative"


_NOBODY = """
INSERT INTO accounts (id, auth_id, type, max_rfq_capacity, territory, contact_name_sealed,
                      email_sealed, created_at, updated_at)
SELECT %s, 'nobody', 'ACCOUNT_REP', 1, '{}', s, s, '2026-01-01', '2026-01-01'
  FROM decode('01' || repeat('00', 31), 'hex') AS s
"""


@pytest.fixture(scope="module")
def tiny_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture
def with_nobody(session: psycopg.Connection) -> psycopg.Connection:
    """Give the session after somebody came who has nothing; representatives see all accounts."""
    session.execute(_NOBODY, (_NO_ACCOUNT,))
    return session


@pytest.fixture
def session(tiny_shop: Target) -> Iterator[psycopg.Connection]:
    with taken_back(tiny_shop) as connection:
        yield connection


def _drawn(target: Target, query: QueryClass) -> list[Arguments]:
    """Return a few arguments of each case."""
    drawn = shop_source(target).draw(query, seed=11, count=_DRAWS)
    return [
        each
        for case in Case
        for each in [arguments for arguments in drawn if arguments.case is case][:_OF_EACH_CASE]
    ]


@pytest.mark.parametrize("query", _CLASSES, ids=lambda query: query.name)
def test_no_class_loses_a_row_to_its_role(
    tiny_shop: Target, session: psycopg.Connection, query: QueryClass
) -> None:
    for arguments in _drawn(tiny_shop, query):
        unguarded = answer(session, query, arguments.values, role=NOBODY)
        assert unguarded.refused == ""
        assert answer(session, query, arguments.values, role=query.role) == unguarded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intrusion:
    """A class that one account runs with another's arguments.

    Args:
        values: arguments of the other account.
        own: what the settings say.
        other: the account that the arguments name.
    """

    query: QueryClass
    values: Mapping[str, Value]
    own: Mapping[str, Value]
    other: int

    def of_nobody(self) -> Mapping[str, Value]:
        """Return the same arguments for an account that has nothing."""
        [parameter] = [s.parameter for s in self.query.settings if s.name == _SETTING]
        return {**self.values, parameter: _NO_ACCOUNT}


def _intrusions(target: Target, query: QueryClass) -> Iterator[_Intrusion]:
    [parameter] = [s.parameter for s in query.settings if s.name == _SETTING]
    drawn = _drawn(target, query)
    for arguments in drawn:
        for own in drawn:
            if own.values[parameter] != arguments.values[parameter]:
                other = arguments.values[parameter]
                assert isinstance(other, int)
                yield _Intrusion(query=query, values=arguments.values, own=own.values, other=other)
                break


@pytest.mark.parametrize("query", _OF_ACCOUNTS, ids=lambda query: query.name)
def test_with_anothers_arguments_a_class_says_what_it_says_of_nobody(
    tiny_shop: Target, with_nobody: psycopg.Connection, query: QueryClass
) -> None:
    session = with_nobody
    intrusions = list(_intrusions(tiny_shop, query))
    assert intrusions
    for intrusion in intrusions:
        said = _said(session, intrusion, intrusion.values)
        assert said == _said(session, intrusion, intrusion.of_nobody())
        assert said.refused in {"", _DENIED}


def _said(
    connection: psycopg.Connection, intrusion: _Intrusion, values: Mapping[str, Value]
) -> Answer:
    query = intrusion.query
    return answer(connection, query, values, role=query.role, settings=intrusion.own)


@pytest.mark.parametrize("query", _OF_ACCOUNTS, ids=lambda query: query.name)
def test_with_anothers_arguments_a_class_changes_nothing_of_the_other(
    tiny_shop: Target, session: psycopg.Connection, query: QueryClass
) -> None:
    for intrusion in _intrusions(tiny_shop, query):
        before = _everything_of(session, query, intrusion.other)
        with for_a_moment(session):
            _run_for_good(session, intrusion)
            assert _everything_of(session, query, intrusion.other) == before


def _run_for_good(connection: psycopg.Connection, intrusion: _Intrusion) -> None:
    """Run the class so that what it did stays until the caller takes it back."""
    query = intrusion.query
    connection.execute("SAVEPOINT intrusion")
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(query.role)))
    try:
        run_steps(connection, query, intrusion.values, intrusion.own)
    except psycopg.errors.InsufficientPrivilege:
        connection.execute("ROLLBACK TO SAVEPOINT intrusion")
    connection.execute("RESET ROLE")


def _everything_of(
    connection: psycopg.Connection, query: QueryClass, account_id: int
) -> list[object]:
    """Return all rows of an account, those that it does not see itself included."""
    role = _REPRESENTATIVE if query.role == _REPRESENTATIVE else "shop_buyer"
    actor = Actor(role=role, settings={_SETTING: str(account_id)})
    return [
        Rows(actor=actor, table=table, columns=(), predicate=predicates[role]).declared(connection)
        for table, predicates in ACCESS.rows.items()
        if role in predicates
    ]


def test_every_class_that_takes_an_account_says_for_whom_it_acts() -> None:
    """The control: none of them is left out above."""
    taking = {
        query.name
        for query in _CLASSES
        for parameter in query.parameters
        if parameter.name in {"account_id", "representative_id"}
    }
    assert taking == {query.name for query in _OF_ACCOUNTS}
    assert {query.role for query in _OF_ACCOUNTS} == {"shop_buyer", _REPRESENTATIVE}


@pytest.mark.parametrize("query", _OF_ACCOUNTS, ids=lambda query: query.name)
def test_without_policies_the_same_arguments_would_tell(
    tiny_shop: Target, session: psycopg.Connection, query: QueryClass
) -> None:
    """The control: with all rows in sight, some class of the other's arguments finds them."""
    found = [
        answer(session, query, intrusion.values, role=NOBODY, settings=intrusion.own)
        != answer(session, query, intrusion.of_nobody(), role=NOBODY, settings=intrusion.own)
        for intrusion in _intrusions(tiny_shop, query)
    ]
    assert any(found)


def test_who_logs_in_with_anothers_id_under_its_own_sees_nobody(
    tiny_shop: Target, session: psycopg.Connection
) -> None:
    [query] = load_queries(QUERIES, ["account_by_auth_id"])
    [own, other, *_] = _drawn(tiny_shop, query)
    seen = answer(session, query, other.values, role=query.role, settings=own.values)
    assert other.values != own.values
    assert seen == Answer(steps=((),))
