"""Rows of each table: functions from a slice of row numbers to a frame with the table's columns."""

from collections.abc import Callable, Mapping

import polars as pl

from loadgen.data.population import Population
from loadgen.data.tables import (
    accounts,
    carts,
    catalogue,
    inventory,
    pricing,
    specifications,
    supplements,
    synchronisation,
    trade,
)

Rows = Callable[[Population, int, int], pl.DataFrame]
TABLES: Mapping[str, Rows] = {
    **accounts.TABLES,
    **catalogue.TABLES,
    **specifications.TABLES,
    **supplements.TABLES,
    **pricing.TABLES,
    **carts.TABLES,
    **trade.TABLES,
    **inventory.TABLES,
    **synchronisation.TABLES,
}
# rows of the tables that no profile states and no other part of the population needs
COUNTS: Mapping[str, Callable[[Population], int]] = {
    **specifications.COUNTS,
    **supplements.COUNTS,
    **inventory.COUNTS,
}

# their rows are made from those of their lines, some tens for each
OF_LINES = frozenset({"carts", "orders", "quote_revisions"})
# tables that are kept by months
PARTITIONED = frozenset({trade.AUDIT})
