"""The statements around a transaction, as the driver sends them and the server counts them."""

from b2bench.queries import QueryClass
from b2bench.queryids import SET_CONFIG

BEGIN, COMMIT, ROLLBACK = "begin", "commit", "rollback"


def around(query: QueryClass) -> dict[str, str]:
    """Return the statements around a query class's steps by name; none without a transaction."""
    if not query.is_transaction:
        return {}
    isolation = f" ISOLATION LEVEL {query.isolation.upper()}" if query.isolation else ""
    return {BEGIN: f"BEGIN{isolation}", COMMIT: "COMMIT", ROLLBACK: "ROLLBACK"}


def step_names(query: QueryClass) -> tuple[str, ...]:
    """Return the names under which a query class's executions are counted."""
    settings = (SET_CONFIG,) if query.settings else ()
    return (*around(query), *settings, *(step.name for step in query.steps))
