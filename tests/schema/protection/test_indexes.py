"""No policy costs a query class an index, or a condition that the index is looked up by."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from b2bench.queries import QueryClass, Step, load_queries
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.protection.acting import for_a_moment, taken_back
from tests.schema.protection.plans import Use, uses
from tests.shop import QUERIES

_CLASSES = load_queries(QUERIES)
# class, step, index, condition: lost to a policy, and why that is bearable; today there is none
LOST: dict[tuple[str, str, str, str], str] = {}
# what is not valid is not planned with; keys that ON CONFLICT names stay
_WITHOUT_OTHERS = """
UPDATE pg_index
   SET indisvalid = false
 WHERE indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass(%(index)s))
   AND indexrelid <> to_regclass(%(index)s)
   AND NOT indisunique
"""
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


def _unguarded(connection: psycopg.Connection, query: QueryClass) -> set[tuple[Step, Use]]:
    """Return what the steps' plans look up by for somebody without policies."""
    return {(step, use) for step in query.steps for use in uses(connection, step)}


def _lost(connection: psycopg.Connection, query: QueryClass) -> Iterator[tuple[Step, Use]]:
    """Yield what of it the plans of the class's role cannot look up by."""
    for step, use in _unguarded(connection, query):
        with for_a_moment(connection):
            is_there = use in _as_role(connection, query, step)
        # with another estimate another index may be the better one, so it has to stand alone
        with for_a_moment(connection):
            connection.execute(_WITHOUT_OTHERS, {"index": use.index})
            if not is_there and use not in _as_role(connection, query, step):
                yield step, use


def _named(query: QueryClass, step: Step, use: Use) -> tuple[str, str, str, str]:
    return query.name, step.name, use.index, use.condition


def _as_role(connection: psycopg.Connection, query: QueryClass, step: Step) -> frozenset[Use]:
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(query.role)))
    return uses(connection, step)


@pytest.mark.parametrize("query", _CLASSES, ids=lambda query: query.name)
def test_a_class_loses_no_index_to_a_policy(session: psycopg.Connection, query: QueryClass) -> None:
    used = {_named(query, *found) for found in _unguarded(session, query)}
    lost = {_named(query, *found) for found in _lost(session, query)}
    assert lost == used & set(LOST)


def test_an_index_that_a_policy_forbids_is_noticed(session: psycopg.Connection) -> None:
    """The control: for somebody with a policy, equality of an enum is no condition of an index."""
    [query] = load_queries(QUERIES, ["list_saved_carts"])
    session.execute("DROP INDEX carts_account, carts_one_current, carts_one_of_a_name")
    session.execute("CREATE INDEX carts_status ON carts (status)")
    [(step, use)] = _lost(session, query)
    assert (step.name, use.index) == ("main", "carts_status")
