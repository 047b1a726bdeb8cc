"""Skews of accounts and of what belongs to them."""

from collections.abc import Iterable, Mapping

from psycopg import Connection

from loadgen.data.population import Population
from loadgen.data.skew import laws
from loadgen.data.skew.measures import Skew, by_name, by_rank
from loadgen.data.skew.stream import BUYER_FLATNESS

_REPRESENTATIVE_EACH = 20
_TYPES = {"DEALER": 0.7, "PRO": 0.3}
_TIERS = {"STANDARD": 0.6, "PREMIUM": 0.3, "ENTERPRISE": 0.1}


def customers(
    connection: Connection, population: Population, recipe: Mapping[str, int]
) -> Iterable[Skew]:
    """Yield the skews of accounts, of their price rules, requests and orders."""
    yield _kinds_of_accounts(connection, recipe["accounts"])
    accounts = (population.buyers_by_activity + 1).tolist()
    activity = laws.zipf(len(accounts), BUYER_FLATNESS)
    yield by_rank(
        connection,
        "price_rules_of_accounts",
        ranked=accounts,
        shares=activity,
        name="price rules of an account",
        law="Zipf, 1 / (rank + 9), for the accounts that the query stream acts for most",
        horizontal="accounts, busiest in the stream first",
        vertical="share of price rules",
        draws=recipe["account_pricing"],
        whole=True,
    )
    for name, query, rows in (
        ("quotation requests of an account", "requests_of_accounts", "rfq_requests"),
        ("orders of an account", "orders_of_accounts", "orders"),
    ):
        yield by_rank(
            connection,
            query,
            ranked=accounts,
            shares=activity,
            name=name,
            law="Zipf, 1 / (rank + 9), for the accounts that the query stream acts for most",
            horizontal="accounts, busiest in the stream first",
            vertical=f"share of {name.split()[-4]}",
            draws=recipe[rows],
        )


def _kinds_of_accounts(connection: Connection, accounts: int) -> Skew:
    representatives = accounts // _REPRESENTATIVE_EACH / accounts
    kinds = {"ACCOUNT_REP": representatives} | {
        f"{kind} {tier}": (1 - representatives) * of_kind * of_tier
        for kind, of_kind in _TYPES.items()
        for tier, of_tier in _TIERS.items()
    }
    return by_name(
        connection,
        "kinds_of_accounts",
        kinds,
        name="types and tiers of accounts",
        law="every 20th a representative; dealers 70 %, pros 30 %; tiers 60, 30, 10 %",
        vertical="share of accounts",
        draws=accounts,
    )
