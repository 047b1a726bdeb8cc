"""What was exchanged with Shopify: products pushed, stock reported."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population
from loadgen.data.tables.inventory import hardware_shelves, stock_on

_ERRORS = (
    "429 Too Many Requests",
    "422 Unprocessable Entity: sku has already been taken",
    "503 Service Unavailable",
    "image could not be downloaded",
)
_MINUTE_US = 60_000_000


def product_sync_log(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Most products were updated or had not changed; one in twenty-five went wrong."""
    seed, ids = population.seed, keys(start, stop)
    product = bits.whole(seed, "product_sync_log.product_id", start, stop, population.products)
    operation = np.digitize(
        bits.uniform(seed, "product_sync_log.operation", start, stop), [0.5, 0.9, 0.98]
    )
    status = np.digitize(bits.uniform(seed, "product_sync_log.status", start, stop), [0.96, 0.99])
    error = bits.whole(seed, "product_sync_log.error", start, stop, len(_ERRORS))
    age = bits.uniform(seed, "product_sync_log.started_at", start, stop) * 90 * DAY_US
    started = AS_OF_US - _MINUTE_US - age.astype(np.int64)
    took = bits.whole(seed, "product_sync_log.finished_at", start, stop, 20_000_000)
    return pl.DataFrame(
        {
            "id": ids,
            # what was deleted at Shopify's request is not in the catalogue any more
            "product_id": where(operation != 3, product + 1),  # noqa: PLR2004
            "shopify_id": 7_000_000_000 + product + 1,
            "operation": picked(("UPDATE", "SKIP", "CREATE", "DELETE"), operation),
            "status": picked(("SUCCESS", "FAILED", "PARTIAL"), status),
            "error": where(status > 0, picked(_ERRORS, error)),
            "started_at": moments(started),
            "finished_at": moments(started + took),
        }
    )


def inventory_webhooks(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Counts of stock that does not expire; the newest one is what the shelf says."""
    seed, ids = population.seed, keys(start, stop)
    shelf = hardware_shelves(
        population, bits.uniform(seed, "inventory_webhooks.shelf", start, stop)
    )
    stock = stock_on(population, shelf)
    late = bits.whole(seed, "inventory_webhooks.received_at", start, stop, 600) * 1_000_000
    return pl.DataFrame(
        {
            "webhook_id": webhook_ids(ids),
            "variant_id": shelf // population.locations + 1,
            "location_id": shelf % population.locations + 1,
            "available": stock.quantity - stock.reserved,
            "occurred_at": moments(stock.updated),
            "received_at": moments(stock.updated + late),
        }
    )


def webhook_ids(ids: bits.Ints) -> pl.Series:
    """Return ids of messages."""
    return numbered("wh-", ids, 12)


TABLES = {"product_sync_log": product_sync_log, "inventory_webhooks": inventory_webhooks}
