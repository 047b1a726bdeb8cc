"""Carts: one current cart for most buyers, and some put aside."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population

_NAME = "Project "


def carts(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The first carts are current, one for each buyer; what is left was saved."""
    seed, ids = population.seed, keys(start, stop)
    saved = ids > current_carts(population)
    created = AS_OF_US - (1 + bits.whole(seed, "carts.created_at", start, stop, 90)) * DAY_US
    return pl.DataFrame(
        {
            "id": ids,
            "account_id": population.buyers[(ids - 1) % len(population.buyers)] + 1,
            "status": picked(("CURRENT", "SAVED"), saved.astype(np.int64)),
            "name": where(saved, numbered(_NAME, ids, 1)),
            "created_at": moments(created),
            "updated_at": moments(created),
        }
    )


def cart_name(cart: int) -> str:
    """Return the name under which a cart was put aside."""
    return f"{_NAME}{cart}"


def current_carts(population: Population) -> int:
    """Return how many carts are current; cart i belongs to buyer i."""
    return min(len(population.buyers), population.carts * 9 // 10)


def cart_items(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of carts; a variant stands in a cart once."""
    seed = population.seed
    cart, place = bits.owners(population.items_of_cart, start, stop)
    added = AS_OF_US - bits.whole(seed, "cart_items.added_at", start, stop, 60 * 24) * 60_000_000
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "cart_id": cart + 1,
            "variant_id": population.few_of("cart_items.variant", cart, place, population.variants)
            + 1,
            "quantity": 1 + bits.whole(seed, "cart_items.quantity", start, stop, 40),
            "added_at": moments(added),
        }
    )


TABLES = {"carts": carts, "cart_items": cart_items}
