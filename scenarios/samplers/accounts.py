"""Who asks: accounts, as activity falls on them."""

from collections.abc import Mapping

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.tables.accounts import auth_ids
from loadgen.data.tables.personal import email_indexes
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_MISSES = 0.02
_WHALES = 10


def buyers(population: Population, draws: Draws) -> Ints:
    """Return keys of buying accounts, as activity falls on them."""
    return population.active_buyers(draws.uniform("account")) + 1


def buyer_cases(population: Population, account_ids: Ints) -> list[Case]:
    """Return `common` for the busiest accounts, `rare` for those of the quieter half."""
    rank = np.empty(population.accounts + 1, dtype=np.int64)
    rank[population.buyers_by_activity + 1] = np.arange(len(population.buyers))
    return [
        Case.COMMON
        if place < _WHALES
        else Case.RARE
        if place > len(population.buyers) // 2
        else Case.TYPICAL
        for place in rank[account_ids].tolist()
    ]


def account_by_auth_id(population: Population, draws: Draws) -> Rows:
    """Return ids at the authentication provider; a few are unknown."""
    misses = draws.uniform("miss") < _MISSES
    ids = np.where(
        misses, population.accounts + 1 + draws.whole("unknown", 1000), buyers(population, draws)
    )
    return [
        (Case.MISS if miss else Case.TYPICAL, {"auth_id": auth_id})
        for miss, auth_id in zip(misses.tolist(), auth_ids(ids).to_list(), strict=True)
    ]


def account_by_email(population: Population, draws: Draws) -> Rows:
    """Return blind indexes of e-mail addresses, any account's; a few are nobody's."""
    misses = draws.uniform("miss") < _MISSES
    known = 1 + draws.whole("account", population.accounts)
    ids = np.where(misses, population.accounts + known, known)
    indexes = email_indexes(population.seed, ids)
    return [
        (Case.MISS if miss else Case.TYPICAL, {"email_index": f"\\x{index.hex()}"})
        for miss, index in zip(misses.tolist(), indexes, strict=True)
    ]


SAMPLERS = {"account_by_auth_id": account_by_auth_id, "account_by_email": account_by_email}
