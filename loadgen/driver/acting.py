"""The roles under which a plan's query classes run, for a session or for each transaction."""

from collections.abc import Iterable
from dataclasses import replace

from b2bench.queries import QueryClass
from b2bench.runs import RunPlan


def session_roles(plan: RunPlan) -> dict[str, str]:
    """Return the role that a session takes on before a query class, by the class's name."""
    if plan.via != "direct":
        return {}
    return {query.name: query.role for query in plan.queries if query.role is not None}


def acting(plan: RunPlan, queries: Iterable[QueryClass]) -> tuple[QueryClass, ...]:
    """Return query classes as a plan runs them.

    Through a pooler, which may hand the session to somebody else after each transaction, each
    takes on its role in a transaction of its own, and a failure leaves nothing behind.
    """
    if plan.via == "direct":
        return tuple(queries)
    roles = {query.name: query.role for query in plan.queries}
    return tuple(replace(query, local_role=roles.get(query.name)) for query in queries)
