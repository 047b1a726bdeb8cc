"""Skews of what the query stream asks for, and of rows that should follow it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from psycopg import Connection

from b2bench.marker import DataSet
from loadgen.data import bits
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.skew import laws
from loadgen.data.skew.measures import (
    Skew,
    by_rank,
    curve,
    fetched,
    first_ranks,
    furthest,
    step_ends,
)

STREAM_DRAWS = 20_000
BUYER_FLATNESS = 10
_PRODUCT_FLATNESS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many children the average parent has, and the one that the query stream asks for."""

    name: str
    mean: float
    wanted_mean: float


def demands(connection: Connection, data_set: DataSet) -> tuple[Demand, ...]:
    """Measure what the query stream meets: wanted parents beside average ones."""
    population = Population(data_set.recipe, data_set.seed)
    values = {
        "accounts": _drawn_accounts(population).tolist(),
        "products": _drawn_products(population).tolist(),
    }
    return tuple(
        Demand(name=name, mean=mean, wanted_mean=wanted)
        for name, mean, wanted in fetched(connection, "seen_by_stream", values)
    )


def _drawn_products(population: Population) -> Ints:
    at = bits.uniform(population.seed, "skew/products", 0, STREAM_DRAWS)
    return population.wanted_products(at) + 1


def _drawn_accounts(population: Population) -> Ints:
    at = bits.uniform(population.seed, "skew/accounts", 0, STREAM_DRAWS)
    return population.active_buyers(at) + 1


def stream(connection: Connection, population: Population) -> Iterable[Skew]:
    """Yield the skews of lines and rules by demand, and of the query stream itself."""
    for name, query, sizes in (
        ("order lines", "order_lines_on_products", "lines_of_orders"),
        ("lines of quotation requests", "request_lines_on_products", "lines_of_requests"),
        ("cart lines", "cart_lines_on_products", "lines_of_carts"),
        ("price rules", "price_rules_on_products", "rules_of_accounts"),
    ):
        yield _by_demand(connection, population, query, fetched(connection, sizes), name)
    yield by_rank(
        connection,
        "wanted_products",
        ranked=(population.products_by_popularity + 1).tolist(),
        shares=laws.zipf(population.products, _PRODUCT_FLATNESS),
        drawn=_drawn_products(population).tolist(),
        name="products wanted in the stream",
        law="Zipf, 1 / (rank + 4)",
        horizontal="products, most wanted first",
        vertical=f"share of {STREAM_DRAWS:,} draws",
        draws=STREAM_DRAWS,
    )
    yield by_rank(
        connection,
        "active_accounts",
        ranked=(population.buyers_by_activity + 1).tolist(),
        shares=laws.zipf(len(population.buyers), BUYER_FLATNESS),
        drawn=_drawn_accounts(population).tolist(),
        name="accounts busy in the stream",
        law="Zipf, 1 / (rank + 9)",
        horizontal="accounts, busiest first",
        vertical=f"share of {STREAM_DRAWS:,} draws",
        draws=STREAM_DRAWS,
    )


def _by_demand(
    connection: Connection,
    population: Population,
    query: str,
    sizes: Sequence[tuple[int, int]],
    name: str,
) -> Skew:
    """Compare what parents have of products; each has different ones, drawn as demand falls.

    `query` names the query for the number of rows by rank of their product; `sizes` holds numbers
    of rows of a parent, and how many parents have so many.
    """
    shares = laws.zipf(population.products, _PRODUCT_FLATNESS)
    ends = step_ends(population.products)
    ranked = (population.products_by_popularity + 1).tolist()
    found = dict(fetched(connection, query, {"ranked": ranked, "bounds": ends.tolist()}))
    rows, parents = (sum(found.values()), sum(count for size, count in sizes if size))
    achieved = np.cumsum([found.get(step, 0) for step in range(len(ends))]) / max(rows, 1)
    expected = np.zeros(population.products)
    for size, count in sizes:
        expected += count * laws.drawn_together(shares, min(size, population.products))
    declared = np.cumsum(expected)[ends - 1] / max(expected.sum(), 1)
    return Skew(
        name=f"{name} by demand",
        law="different products for each, drawn by the query stream's Zipf, 1 / (rank + 4)",
        shape="ranks",
        horizontal="products, most wanted first",
        vertical=f"share of {name}",
        declared=curve(ends, declared),
        achieved=curve(ends, achieved),
        demand=curve(ends, np.cumsum(shares)[ends - 1]),
        declared_figures=first_ranks(ends, declared),
        achieved_figures=first_ranks(ends, achieved),
        distance=furthest(declared, achieved) if rows else 1.0,
        # of what is drawn together in equal steps, any first ranks get their part to less than one
        tolerance=laws.hoeffding(rows, parents, len(ends)),
        bound=f"Hoeffding bound, {parents:,} draws of several",
    )
