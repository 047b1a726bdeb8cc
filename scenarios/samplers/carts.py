"""What goes into carts, and what is put aside."""

from collections.abc import Mapping, Sequence

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.tables.carts import cart_name, current_carts
from loadgen.data.tables.catalogue import skus
from scenarios.samplers.accounts import buyers
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_PASTED_LINES = 200
_UNKNOWN_EACH = 25


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


def bulk_add_by_sku(population: Population, draws: Draws) -> Rows:
    """Return a buyer and 200 lines of a list, of which some SKUs are unknown."""
    first = draws.whole("first", population.variants)
    places = np.arange(_PASTED_LINES, dtype=np.int64)
    variants = (first[:, None] + 7919 * places) % population.variants
    # one call for all lists: making SKUs is what takes time
    known: list[str] = skus(population, variants.ravel()).to_list()
    return [
        (Case.TYPICAL, {"account_id": account, **_list(known[at : at + _PASTED_LINES], start)})
        for account, at, start in zip(
            buyers(population, draws).tolist(),
            range(0, len(known), _PASTED_LINES),
            first.tolist(),
            strict=True,
        )
    ]


def _list(known: Sequence[str], start: int) -> Mapping[str, Value]:
    places = range(len(known))
    return {
        "skus": [
            f"XX-{sku}" if place % _UNKNOWN_EACH == 0 else sku
            for place, sku in zip(places, known, strict=True)
        ],
        "quantities": [1 + (start + place) % 20 for place in places],
    }


def saved_cart(population: Population, draws: Draws) -> Rows:
    """Return accounts with a cart put aside, and its name."""
    cart, account_ids = _saved(population, draws)
    return [
        (Case.TYPICAL, {"account_id": account, "name": cart_name(number)})
        for account, number in zip(account_ids.tolist(), cart.tolist(), strict=True)
    ]


def list_saved_carts(population: Population, draws: Draws) -> Rows:
    """Return accounts with a cart put aside."""
    _, account_ids = _saved(population, draws)
    return [(Case.TYPICAL, {"account_id": account}) for account in account_ids.tolist()]


def _saved(population: Population, draws: Draws) -> tuple[Ints, Ints]:
    """Return keys of saved carts and of their accounts."""
    current = current_carts(population)
    cart = current + draws.whole("cart", population.carts - current)
    return cart + 1, population.buyers[cart % len(population.buyers)] + 1


def save_cart(population: Population, draws: Draws) -> Rows:
    """Return buyers with a current cart, and what they call it."""
    weeks = (1 + draws.whole("week", 4)).tolist()
    return [
        (case, {**values, "name": f"Week {week}"})
        for (case, values), week in zip(current_cart(population, draws), weeks, strict=True)
    ]


SAMPLERS = {
    "read_cart": current_cart,
    "price_cart": current_cart,
    "validate_cart": current_cart,
    "add_to_cart": add_to_cart,
    "bulk_add_by_sku": bulk_add_by_sku,
    "save_cart": save_cart,
    "list_saved_carts": list_saved_carts,
    "restore_cart": saved_cart,
}
