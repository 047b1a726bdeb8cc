"""Prices agreed with accounts, and volume bands."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import days, keys, money, where
from loadgen.data.population import AS_OF_US, DAY_US, Population

_BANDS = np.asarray([5, 10, 25, 50, 100, 200, 250, 500, 750, 1000, 1500, 2000], dtype=np.int64)


def account_pricing(population: Population, start: int, stop: int) -> pl.DataFrame:
    """A buyer has at most one rule for a product, wanted ones first, so no two can overlap.

    They begin and end with a day, by the clock in Greenwich.
    """
    seed = population.seed
    rank, place = bits.owners(population.rules_of_buyer, start, stop)
    product = population.demanded(
        "account_pricing.product", population.rules_of_buyer[rank], rank, place
    )
    of_variant = bits.chance(seed, "account_pricing.of_variant", start, stop, 0.25)
    within = bits.uniform(seed, "account_pricing.variant_id", start, stop)
    variant = population.variant_of(product, within)
    fixed = bits.chance(seed, "account_pricing.kind", start, stop, 0.3)
    bounded = bits.chance(seed, "account_pricing.max_quantity", start, stop, 0.1)
    least = 1 + bits.whole(seed, "account_pricing.min_quantity", start, stop, 3) * bounded
    begin = AS_OF_US // DAY_US - 1 - bits.whole(seed, "account_pricing.from", start, stop, 700)
    ends = bits.chance(seed, "account_pricing.ends", start, stop, 0.3)
    length = 30 + bits.whole(seed, "account_pricing.until", start, stop, 700)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "account_id": population.buyers_by_activity[rank] + 1,
            "product_id": product + 1,
            "variant_id": where(of_variant, variant + 1),
            "markdown_percent": where(
                ~fixed, money(100 + _drawn(population, "markdown", start, stop, 3900))
            ),
            "fixed_price": where(
                fixed, money(150 + _drawn(population, "fixed", start, stop, 9850))
            ),
            "min_quantity": least,
            "max_quantity": where(bounded, least + 500),
            "active": bits.chance(seed, "account_pricing.active", start, stop, 0.95),
            "effective_from": days(begin),
            "effective_until": where(ends, days(begin + length)),
        }
    )


def _drawn(population: Population, column: str, start: int, stop: int, below: int) -> bits.Ints:
    return bits.whole(population.seed, f"account_pricing.{column}", start, stop, below)


def volume_discounts(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The larger the quantity, the larger the discount."""
    product, place = bits.owners(population.bands_of_product, start, stop)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "product_id": product + 1,
            "min_quantity": _BANDS[place],
            "percent": money((place + 1) * 250),
        }
    )


TABLES = {"account_pricing": account_pricing, "volume_discounts": volume_discounts}
