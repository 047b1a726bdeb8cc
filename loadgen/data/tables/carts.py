"""Carts: one current cart for most buyers, and some put aside."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population
from loadgen.data.seasons import seasons

_NAME = "Project "


def carts(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The first carts are current, one for each buyer; what is left was saved."""
    ids = keys(start, stop)
    saved = ids > current_carts(population)
    lines, first = population.items_of_cart[start:stop], population.first_cart_item[start:stop]
    end = int(first[-1] + lines[-1])
    updated = np.maximum.reduceat(_added(population, int(first[0]), end), first - first[0])
    return pl.DataFrame(
        {
            "id": ids,
            "account_id": population.buyers[(ids - 1) % len(population.buyers)] + 1,
            "status": picked(("CURRENT", "SAVED"), saved.astype(np.int64)),
            "name": where(saved, numbered(_NAME, ids, 1)),
            "created_at": moments(_created(population, ids - 1)),
            "updated_at": moments(updated),
        }
    )


def _created(population: Population, cart: bits.Ints) -> bits.Ints:
    days = 1 + bits.whole_at(population.seed, "carts.created_at", cart, 90)
    return np.asarray(AS_OF_US - days * DAY_US)


def _added(population: Population, start: int, stop: int) -> bits.Ints:
    """Return when lines were put in their cart: at a busy hour since it is there."""
    cart, _ = bits.owners(population.items_of_cart, start, stop)
    at = bits.uniform(population.seed, "cart_items.added_at", start, stop)
    return seasons().between(at, _created(population, cart), AS_OF_US)


def cart_name(cart: int) -> str:
    """Return the name under which a cart was put aside."""
    return f"{_NAME}{cart}"


def current_carts(population: Population) -> int:
    """Return how many carts are current; cart i belongs to buyer i."""
    return min(len(population.buyers), population.carts * 9 // 10)


def cart_items(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of carts, of wanted products; a product stands in a cart once."""
    seed = population.seed
    cart, place = bits.owners(population.items_of_cart, start, stop)
    product = population.demanded("cart_items.product", population.items_of_cart[cart], cart, place)
    within = bits.uniform(seed, "cart_items.variant_id", start, stop)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "cart_id": cart + 1,
            "variant_id": population.variant_of(product, within) + 1,
            "quantity": 1 + bits.whole(seed, "cart_items.quantity", start, stop, 40),
            "added_at": moments(_added(population, start, stop)),
        }
    )


TABLES = {"carts": carts, "cart_items": cart_items}
