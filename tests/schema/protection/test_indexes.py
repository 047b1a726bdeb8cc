"""No policy costs a query class an index, or a condition that the index is looked up by."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.protection.acting import taken_back
from tests.schema.protection.plans import Use, uses
from tests.shop import QUERIES

_CLASSES = load_queries(QUERIES)
# class, step, index, condition: lost to a policy, and why that is bearable; today there is none
LOST: dict[tuple[str, str, str, str], str] = {}
_PLANNING = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}


@pytest.fixture(scope="module")
def tiny_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture
def session(tiny_shop: Target) -> Iterator[psycopg.Connection]:
    with taken_back(tiny_shop) as connection:
        for name, value in _PLANNING.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield connection


def _lost(connection: psycopg.Connection, query: QueryClass) -> Iterator[tuple[str, Use]]:
    """Yield what the owner's plans look up by and those of the class's role do not."""
    unguarded = [uses(connection, step) for step in query.steps]
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(query.role)))
    for step, before in zip(query.steps, unguarded, strict=True):
        yield from ((step.name, use) for use in sorted(before - uses(connection, step)))


@pytest.mark.parametrize("query", _CLASSES, ids=lambda query: query.name)
def test_a_class_loses_no_index_to_a_policy(
    session: psycopg.Connection, query: QueryClass
) -> None:
    lost = {
        (query.name, step, use.index, use.condition) for step, use in _lost(session, query)
    }
    assert lost == {each for each in LOST if each[0] == query.name}


def test_a_policy_that_is_computed_for_each_row_is_noticed(session: psycopg.Connection) -> None:
    """The control: with a policy whose rows no index finds, the index is lost."""
    session.execute(
        "ALTER POLICY buyer_own ON orders USING ((account_id + 0) = (SELECT shop_account_id()))"
    )
    session.execute("ALTER POLICY buyer_own ON carts USING (account_id::text = '1')")
    [query] = load_queries(QUERIES, ["read_cart"])
    assert list(_lost(session, query)) == []
    session.execute("RESET ROLE")
    session.execute("CREATE INDEX carts_text ON carts (status, account_id)")
    session.execute("DROP INDEX carts_account, carts_one_current, carts_one_of_a_name")
    assert [use.index for _, use in _lost(session, query)] == ["carts_text"]
