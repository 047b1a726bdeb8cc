"""Everything that misses a part of the protection when it is gone, as functions of a connection."""

from collections.abc import Iterator
from typing import Protocol

import psycopg

from tests.schema.protection.access import Access
from tests.schema.protection.acting import Actor, buyer, representative
from tests.schema.protection.attempts import attempts
from tests.schema.protection.audited import audit_checks
from tests.schema.protection.cases import protection_cases
from tests.schema.protection.functions import Functions
from tests.schema.protection.rows import rows_of


class Check(Protocol):
    """Something that has to hold."""

    @property
    def why(self) -> str:
        """The check in words."""

    @property
    def about(self) -> frozenset[str]:
        """Tables, roles, verbs and functions that it rests on."""

    def holds(self, connection: psycopg.Connection) -> bool:
        """Return whether it holds, and take back what it did."""


def actors(access: Access) -> tuple[Actor, ...]:
    """Return those who look at the small shop: with an account, with another, with none."""
    return (
        *(Actor(role=role) for role in access.roles),
        *(buyer(account) for account in (1, 2, 4, 6, 999)),
        *(representative(account) for account in (3, 5, 999)),
        Actor(role="shop_buyer", settings={"shop.auth_id": "auth|4"}),
        Actor(role="shop_buyer", settings={"shop.auth_id": "auth|4", "shop.account_id": "1"}),
    )


def checks(connection: psycopg.Connection, access: Access) -> Iterator[Check]:
    """Yield all checks."""
    yield from protection_cases()
    for actor in actors(access):
        yield from rows_of(access, actor)
    yield from audit_checks(connection)
    yield Functions(access=access)
    yield from attempts(connection, access, access.roles)
