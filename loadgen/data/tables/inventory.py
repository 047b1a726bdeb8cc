"""Stock of every variant at every location; that of supplements in lots that expire."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF, AS_OF_US, DAY_US, Population
from loadgen.data.vocabulary import REGIONS

_BLOCK = 16_384
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
class Stock:
    """What lies on shelves; a shelf is a variant at a location.

    Args:
        quantity: pieces.
        reserved: of these.
        expired: whether the first of two lots must not be sold any more.
        lots: number of lots; 0 where stock does not expire.
        updated: when it last changed, in microseconds.
    """

    quantity: bits.Ints
    reserved: bits.Ints
    expired: NDArray[np.bool_]
    lots: bits.Ints
    updated: bits.Ints


def stock_on(population: Population, shelf: bits.Ints) -> Stock:
    """Return what lies on any shelves."""
    seed = population.seed
    quantity = _quantity(population, shelf)
    share = bits.uniform_at(seed, "inventory.reserved", shelf)
    reserved = (quantity * share * share * 0.5).astype(np.int64)
    lots = _lots(population, shelf, quantity)
    expired = (lots == 2) & bits.chance_at(seed, "inventory.expired", shelf, _EXPIRED)  # noqa: PLR2004
    minutes = bits.whole_at(seed, "inventory.updated_at", shelf, 20_000)
    return Stock(
        quantity=quantity,
        reserved=np.where(expired, np.minimum(reserved, quantity // 3), reserved),
        expired=expired,
        lots=lots,
        updated=AS_OF_US - minutes * 60_000_000,
    )


def _quantity(population: Population, shelf: bits.Ints) -> bits.Ints:
    at = bits.uniform_at(population.seed, "inventory.quantity", shelf)
    return bits.quantiles(_QUANTITIES, at).astype(np.int64)


def _lots(population: Population, shelf: bits.Ints, quantity: bits.Ints) -> bits.Ints:
    """Return in how many lots the pieces on shelves lie."""
    product = population.product_of_variant(shelf // population.locations)
    lots = np.where(quantity >= _TWO_LOTS_FROM, 2, 1) * (quantity > 0)
    return np.where(population.is_supplement[product], lots, 0)


def hardware_shelves(population: Population, at: bits.Floats) -> bits.Ints:
    """Return shelves with stock that does not expire, all alike, for uniform numbers."""
    begins = bits.edges(np.where(population.is_supplement, 0, population.family))
    variants, location = np.divmod(
        (at * (int(begins[-1]) * population.locations)).astype(np.int64), population.locations
    )
    product, place = bits.places(begins, variants)
    return (population.first_variant[product] + place) * population.locations + location


@lru_cache(maxsize=2)
def shelves_with(population: Population, pieces: int, *, in_lots: bool) -> bits.Ints:
    """Return indexes of shelves on which so many pieces are free and some are reserved."""
    good = list[bits.Ints]()
    for shelf in _blocks(population):
        stock = stock_on(population, shelf)
        free = stock.quantity - stock.reserved >= pieces
        known = free & (stock.reserved > 0) & ((stock.lots > 0) == in_lots) & ~stock.expired
        good.append(shelf[known])
    return np.concatenate(good)


def _blocks(population: Population) -> Iterator[bits.Ints]:
    """Yield all shelves, a bounded number at once."""
    count = population.variants * population.locations
    for start in range(0, count, _BLOCK):
        yield np.arange(start, min(count, start + _BLOCK), dtype=np.int64)


def inventory_locations(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Every seventh shelf is empty; nobody reserves more than there is."""
    shelf = np.arange(start, stop, dtype=np.int64)
    stock = stock_on(population, shelf)
    updated = moments(stock.updated)
    return pl.DataFrame(
        {
            "variant_id": shelf // population.locations + 1,
            "location_id": shelf % population.locations + 1,
            "quantity": stock.quantity,
            "reserved": stock.reserved,
            "updated_at": updated,
            "observed_at": where(stock.lots == 0, updated),
        }
    )


def lot_count(population: Population) -> int:
    """Return how many lots there are."""
    return int(_first_lots(population)[-1])


@lru_cache(maxsize=2)
def _first_lots(population: Population) -> bits.Ints:
    """Return where the lots of each block of shelves begin, and where all end."""
    counts = [
        _lots(population, shelf, _quantity(population, shelf)).sum()
        for shelf in _blocks(population)
    ]
    return bits.edges(np.asarray(counts, dtype=np.int64))


def inventory_lots(population: Population, start: int, stop: int) -> pl.DataFrame:
    """One lot on a small shelf, two on a large one: the first expires, or has expired, earlier."""
    seed, begins = population.seed, _first_lots(population)
    first, last = (int(np.searchsorted(begins, row, side="right")) - 1 for row in (start, stop - 1))
    shelves = np.arange(
        first * _BLOCK,
        min((last + 1) * _BLOCK, population.variants * population.locations),
        dtype=np.int64,
    )
    stock = stock_on(population, shelves)
    skipped = int(begins[first])
    shelf, place = bits.owners(stock.lots, start - skipped, stop - skipped)
    second, expired = stock.quantity[shelf] // 3, stock.expired[shelf]
    two = stock.lots[shelf] == 2  # noqa: PLR2004
    quantity = np.where(place == 1, second, stock.quantity[shelf] - np.where(two, second, 0))
    days = 30 + bits.whole(seed, "inventory_lots.expires_on", start, stop, 300) + 330 * place
    days = np.where(expired & (place == 0), 30 - days, days)
    expires = pl.Series(AS_OF_US + days * DAY_US).cast(pl.Datetime("us")).dt.date()
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "variant_id": shelves[shelf] // population.locations + 1,
            "location_id": shelves[shelf] % population.locations + 1,
            "lot": numbered(f"L{AS_OF:%y}-", keys(start, stop), 7),
            "expires_on": expires,
            "quantity": quantity,
            "reserved": np.where((place == 1) == expired, stock.reserved[shelf], 0),
            "updated_at": moments(stock.updated[shelf]),
        }
    )


TABLES = {
    "locations": locations,
    "inventory_locations": inventory_locations,
    "inventory_lots": inventory_lots,
}
COUNTS = {"inventory_lots": lot_count}
