"""Stock of every variant at every location."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, picked
from loadgen.data.population import AS_OF_US, Population
from loadgen.data.vocabulary import REGIONS

_QUANTITIES = [0.0, 0, 3, 8, 15, 30, 55, 90, 160, 1500]


def locations(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """A warehouse in each of the first regions."""
    region = np.arange(start, stop, dtype=np.int64)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "name": picked(REGIONS, region) + " warehouse",
            "region": picked(REGIONS, region),
        }
    )


def inventory_locations(population: Population, start: int, stop: int) -> pl.DataFrame:
    """A fifth of the shelves is empty; nobody reserves more than there is."""
    seed, row = population.seed, np.arange(start, stop, dtype=np.int64)
    at = bits.uniform(seed, "inventory.quantity", start, stop)
    quantity = bits.quantiles(_QUANTITIES, at).astype(np.int64)
    share = bits.uniform(seed, "inventory.reserved", start, stop)
    updated = AS_OF_US - bits.whole(seed, "inventory.updated_at", start, stop, 20_000) * 60_000_000
    return pl.DataFrame(
        {
            "variant_id": row // population.locations + 1,
            "location_id": row % population.locations + 1,
            "quantity": quantity,
            "reserved": (quantity * share * share * 0.5).astype(np.int64),
            "updated_at": moments(updated),
        }
    )


TABLES = {"locations": locations, "inventory_locations": inventory_locations}
