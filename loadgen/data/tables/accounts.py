"""Dealers, professionals and the representatives who answer them."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population
from loadgen.data.tables.personal import sealed_columns
from loadgen.data.vocabulary import REGIONS, words


def accounts(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Every twentieth account is a representative; buyers have a tier and a region."""
    seed, ids = population.seed, keys(start, stop)
    representative = np.isin(ids - 1, population.representatives)
    region = bits.whole(seed, "accounts.region", start, stop, len(REGIONS))
    companies = words().companies
    pro = bits.chance(seed, "accounts.type", start, stop, 0.3)
    tier = np.digitize(bits.uniform(seed, "accounts.tier", start, stop), [0.6, 0.9])
    created = AS_OF_US - (1 + bits.whole(seed, "accounts.created_at", start, stop, 2000)) * DAY_US
    return pl.DataFrame(
        {
            "id": ids,
            "auth_id": auth_ids(ids),
            "type": picked(("DEALER", "PRO", "ACCOUNT_REP"), np.where(representative, 2, pro)),
            "tier": where(~representative, picked(("STANDARD", "PREMIUM", "ENTERPRISE"), tier)),
            "company": where(
                ~representative,
                picked(
                    companies, bits.whole(seed, "accounts.company", start, stop, len(companies))
                ),
            ),
            **sealed_columns(seed, ids),
            "region": where(~representative, picked(REGIONS, region)),
            "territory": where(representative, _territory(population, ids)),
            "max_rfq_capacity": where(
                representative, 50 + bits.whole(seed, "accounts.capacity", start, stop, 350)
            ),
            "active": bits.chance(seed, "accounts.active", start, stop, 0.97) | representative,
            "created_at": moments(created),
            "updated_at": moments(created),
        }
    )


def auth_ids(ids: bits.Ints) -> pl.Series:
    """Return ids at the authentication provider for account keys."""
    return numbered("auth0|", ids, 12)


def _territory(population: Population, ids: bits.Ints) -> pl.Series:
    """Return the regions of each representative; where these are few, each has more of them."""
    turns = min(len(population.representatives), len(REGIONS))
    territories = [
        sorted({*REGIONS[first::turns], REGIONS[(first + 1) % len(REGIONS)]})
        for first in range(turns)
    ]
    place = np.searchsorted(population.representatives, ids - 1)
    return picked(['{"' + '","'.join(regions) + '"}' for regions in territories], place % turns)


def account_shopify_customers(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Every buyer is a customer at Shopify too."""
    seed, ids = population.seed, keys(start, stop)
    linked = bits.whole(seed, "account_shopify_customers.linked_at", start, stop, 900)
    return pl.DataFrame(
        {
            "shopify_customer_id": 6_000_000_000 + ids,
            "account_id": population.buyers[start:stop] + 1,
            "linked_at": moments(AS_OF_US - linked * DAY_US),
        }
    )


TABLES = {"accounts": accounts, "account_shopify_customers": account_shopify_customers}
