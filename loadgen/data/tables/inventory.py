"""Stock of every variant at every location; that of supplements in lots that expire."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF, AS_OF_US, DAY_US, Population
from loadgen.data.vocabulary import REGIONS

_QUANTITIES = [0.0, 0, 3, 8, 15, 30, 55, 90, 160, 1500]
_TWO_LOTS_FROM = 30
_EXPIRED = 0.04


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """What lies on shelves; a shelf is a variant at a location.

    Args:
        expired: whether the first of two lots must not be sold any more.
        lots: number of lots; 0 where stock does not expire.
    """

    quantity: bits.Ints
    reserved: bits.Ints
    expired: NDArray[np.bool_]
    lots: bits.Ints


def _stock(population: Population, start: int, stop: int) -> _Stock:
    seed, shelf = population.seed, np.arange(start, stop, dtype=np.int64)
    at = bits.uniform(seed, "inventory.quantity", start, stop)
    quantity = bits.quantiles(_QUANTITIES, at).astype(np.int64)
    share = bits.uniform(seed, "inventory.reserved", start, stop)
    reserved = (quantity * share * share * 0.5).astype(np.int64)
    product = population.product_of_variant[shelf // population.locations]
    lots = np.where(quantity >= _TWO_LOTS_FROM, 2, 1) * (quantity > 0)
    lots = np.where(population.is_supplement[product], lots, 0)
    expired = (lots == 2) & bits.chance(seed, "inventory.expired", start, stop, _EXPIRED)  # noqa: PLR2004
    return _Stock(
        quantity=quantity,
        reserved=np.where(expired, np.minimum(reserved, quantity // 3), reserved),
        expired=expired,
        lots=lots,
    )


@lru_cache(maxsize=2)
def shelves_with(population: Population, pieces: int, *, in_lots: bool) -> bits.Ints:
    """Return indexes of shelves on which so many pieces are free and some are reserved."""
    stock = _stock(population, 0, population.variants * population.locations)
    free = stock.quantity - stock.reserved >= pieces
    good = free & (stock.reserved > 0) & ((stock.lots > 0) == in_lots) & ~stock.expired
    return np.flatnonzero(good).astype(np.int64)


def inventory_locations(population: Population, start: int, stop: int) -> pl.DataFrame:
    """A fifth of the shelves is empty; nobody reserves more than there is."""
    shelf, stock = np.arange(start, stop, dtype=np.int64), _stock(population, start, stop)
    updated = _updated(population, start, stop)
    return pl.DataFrame(
        {
            "variant_id": shelf // population.locations + 1,
            "location_id": shelf % population.locations + 1,
            "quantity": stock.quantity,
            "reserved": stock.reserved,
            "updated_at": moments(updated),
            "observed_at": where(stock.lots == 0, moments(updated)),
        }
    )


def _updated(population: Population, start: int, stop: int) -> bits.Ints:
    minutes = bits.whole(population.seed, "inventory.updated_at", start, stop, 20_000)
    return AS_OF_US - minutes * 60_000_000


def lot_count(population: Population) -> int:
    """Return how many lots there are."""
    return int(_lots_of_shelf(population).sum())


def _lots_of_shelf(population: Population) -> bits.Ints:
    return _stock(population, 0, population.variants * population.locations).lots


def inventory_lots(population: Population, start: int, stop: int) -> pl.DataFrame:
    """One lot on a small shelf, two on a large one: the first expires, or has expired, earlier."""
    seed, shelves = population.seed, population.variants * population.locations
    stock = _stock(population, 0, shelves)
    shelf, place = bits.owners(stock.lots, start, stop)
    second, expired = stock.quantity[shelf] // 3, stock.expired[shelf]
    two = stock.lots[shelf] == 2  # noqa: PLR2004
    quantity = np.where(place == 1, second, stock.quantity[shelf] - np.where(two, second, 0))
    days = 30 + bits.whole(seed, "inventory_lots.expires_on", start, stop, 300) + 330 * place
    days = np.where(expired & (place == 0), 30 - days, days)
    expires = pl.Series(AS_OF_US + days * DAY_US).cast(pl.Datetime("us")).dt.date()
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "variant_id": shelf // population.locations + 1,
            "location_id": shelf % population.locations + 1,
            "lot": numbered(f"L{AS_OF:%y}-", keys(start, stop), 7),
            "expires_on": expires,
            "quantity": quantity,
            "reserved": np.where((place == 1) == expired, stock.reserved[shelf], 0),
            "updated_at": moments(_updated(population, 0, shelves)[shelf]),
        }
    )


TABLES = {
    "locations": locations,
    "inventory_locations": inventory_locations,
    "inventory_lots": inventory_lots,
}
COUNTS = {"inventory_lots": lot_count}
