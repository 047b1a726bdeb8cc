"""Who asks: accounts, their carts, and the representatives' queues."""

from collections.abc import Mapping

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.tables.accounts import auth_ids
from loadgen.data.tables.carts import current_carts
from loadgen.data.vocabulary import words
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_MISSES = 0.02
_WHALES = 10
_LINES_MOST = 20


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


def current_cart(population: Population, draws: Draws) -> Rows:
    """Return accounts that look at their cart: those with long ones more often."""
    carts = current_carts(population)
    lines = population.items_of_cart[:carts]
    cart = np.searchsorted(np.cumsum(lines), draws.uniform("cart") * lines.sum(), side="right")
    account_ids = population.buyers[cart] + 1
    length = lines[cart]
    long, short = np.quantile(lines, [0.97, 0.3])
    return [
        (
            Case.COMMON if count >= long else Case.RARE if count <= short else Case.TYPICAL,
            {"account_id": account_id},
        )
        for account_id, count in zip(account_ids.tolist(), length.tolist(), strict=True)
    ]


def add_to_cart(population: Population, draws: Draws) -> Rows:
    """Return a buyer, a variant that many want, and how many of it."""
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant")) + 1
    quantities = 1 + draws.whole("quantity", 20)
    return [
        (Case.TYPICAL, {"account_id": account, "variant_id": variant, "quantity": quantity})
        for account, variant, quantity in zip(
            buyers(population, draws).tolist(), variants.tolist(), quantities.tolist(), strict=True
        )
    ]


def create_rfq(population: Population, draws: Draws) -> Rows:
    """Return a buyer, a message and one to twenty lines, no variant twice."""
    account_ids = buyers(population, draws).tolist()
    counts = (1 + draws.whole("lines", _LINES_MOST)).tolist()
    first = draws.whole("first", population.variants).tolist()
    sentences = words().sentences.to_list()
    messages = draws.whole("message", len(sentences)).tolist()
    rows: Rows = []
    for account_id, count, start, message in zip(account_ids, counts, first, messages, strict=True):
        variants = [(start + 7919 * place) % population.variants + 1 for place in range(count)]
        variants = list(dict.fromkeys(variants))
        rows.append(
            (
                Case.COMMON if count == _LINES_MOST else Case.RARE if count == 1 else Case.TYPICAL,
                {
                    "account_id": account_id,
                    "message": sentences[message],
                    "variant_ids": variants,
                    "quantities": [1 + (start + place) % 50 for place in range(len(variants))],
                },
            )
        )
    return rows


def representative_dashboard(population: Population, draws: Draws) -> Rows:
    """Return representatives, all as likely."""
    chosen = population.representatives[draws.whole("rep", len(population.representatives))] + 1
    return [(Case.TYPICAL, {"representative_id": key}) for key in chosen.tolist()]


SAMPLERS = {
    "account_by_auth_id": account_by_auth_id,
    "read_cart": current_cart,
    "price_cart": current_cart,
    "add_to_cart": add_to_cart,
    "create_rfq": create_rfq,
    "representative_dashboard": representative_dashboard,
}
