"""The rows that each role sees are those declared, and each policy holds what it is for."""

from collections.abc import Iterator

import pytest

from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.protection.access import declared
from tests.schema.protection.acting import Actor, buyer, refusal, representative, taken_back
from tests.schema.protection.cases import Case, protection_cases
from tests.schema.protection.checks import actors
from tests.schema.protection.rows import rows_of

ACCESS = declared()
_SETTING_LESS = [Actor(role=role) for role in ACCESS.roles]
# the busiest account of the data set, a quiet one, one that only looks
_BUSY = """
SELECT account_id
  FROM account_pricing
 GROUP BY account_id
 ORDER BY count(*) DESC, account_id
 LIMIT 1
"""
# fails where there is no row
_SHARE = "SELECT 1 / count(*) FROM {}"
_SOME = "SELECT id FROM accounts WHERE type <> 'ACCOUNT_REP' ORDER BY id % 7, id LIMIT 5"
_ANSWERING = "SELECT id FROM accounts WHERE type = 'ACCOUNT_REP' ORDER BY id"


@pytest.fixture(scope="module")
def tiny_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.mark.parametrize(
    "actor", actors(ACCESS), ids=lambda a: "-".join((a.role, *a.settings.values()))
)
def test_a_role_sees_the_rows_that_are_declared(guarded_shop: Target, actor: Actor) -> None:
    with taken_back(guarded_shop) as connection:
        for rows in rows_of(ACCESS, actor):
            assert rows.seen(connection) == rows.declared(connection), rows.why


def test_buyers_and_representatives_of_the_data_set_see_the_rows_that_are_declared(
    tiny_shop: Target,
) -> None:
    with taken_back(tiny_shop) as connection:
        buyers = connection.execute(_BUSY).fetchall() + connection.execute(_SOME).fetchall()
        answering = connection.execute(_ANSWERING).fetchall()
        actors = [
            *(buyer(account) for (account,) in buyers),
            *(representative(account) for (account,) in answering),
            *_SETTING_LESS,
        ]
        checked = [rows for actor in actors for rows in rows_of(ACCESS, actor)]
        for rows in checked:
            assert rows.seen(connection) == rows.declared(connection), rows.why
        # what is compared is not empty, and not everything
        seen = [sum(rows.seen(connection).values()) for rows in checked]
    assert sum(count > 0 for count in seen) > len(seen) / 2


@pytest.mark.parametrize("setting", ["", " ", "0", "-1", "999999999999"])
def test_a_setting_that_names_no_account_shows_nothing(guarded_shop: Target, setting: str) -> None:
    with taken_back(guarded_shop) as connection:
        for rows in rows_of(ACCESS, buyer(setting)):
            statement = _SHARE.format(rows.table)
            expected = "22P02" if setting == " " else "22012"
            assert refusal(connection, buyer(setting), statement) == expected, rows.table


@pytest.mark.parametrize("setting", ["four", "4 OR true", "4.0", "9" * 30, "4;", "\u0664"])
def test_a_malformed_setting_is_refused_and_shows_nothing(
    guarded_shop: Target, setting: str
) -> None:
    with taken_back(guarded_shop) as connection:
        for rows in rows_of(ACCESS, buyer(setting)):
            said = refusal(connection, buyer(setting), _SHARE.format(rows.table))
            assert said in {"22P02", "22003"}, rows.table


@pytest.mark.parametrize("case", protection_cases(), ids=lambda case: case.why)
def test_the_policy_holds(guarded_shop: Target, case: Case) -> None:
    with taken_back(guarded_shop) as connection:
        assert case.outcome(connection) == case.ends
