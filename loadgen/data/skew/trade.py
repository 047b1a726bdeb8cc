"""Skews of requests, carts, orders and stock."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
from psycopg import Connection

from b2bench.figures.notation import share as per_cent
from loadgen.data.population import AS_OF, RFQ_SHARES
from loadgen.data.skew import laws
from loadgen.data.skew.laws import Allotment
from loadgen.data.skew.measures import (
    DRAW,
    Skew,
    by_count,
    by_name,
    fetched,
    furthest,
    middle_and_end,
    thinned,
)

_LINES = (1, 2, 3, 4, 6, 10, 16, 26, 45, 120)
_PIECES = (0, 0, 3, 8, 15, 30, 55, 90, 160, 1500)
_ORDERED_DAYS = 700
# how busy the shop is in a month, on a day of the week, in each hour of the day (UTC)
_MONTHS = {
    "Jan": 80, "Feb": 85, "Mar": 110, "Apr": 120, "May": 130, "Jun": 125,
    "Jul": 105, "Aug": 100, "Sep": 105, "Oct": 95, "Nov": 80, "Dec": 65,
}  # fmt: skip
_DAYS = {"Mon": 19, "Tue": 21, "Wed": 20, "Thu": 19, "Fri": 16, "Sat": 3, "Sun": 2}
_HOURS = (5, 3, 2, 1, 1, 1, 1, 2, 3, 4, 6, 12, 30, 60, 85, 95, 90, 80, 85, 90, 75, 50, 25, 12)
_PARTS_OF_A_DAY = ("0 to 4 h", "4 to 8 h", "8 to 12 h", "12 to 16 h", "16 to 20 h", "20 to 24 h")


def trade(connection: Connection, recipe: Mapping[str, int]) -> Iterable[Skew]:
    """Yield the skews of states, lines, stock and times."""
    yield by_name(
        connection,
        "statuses",
        RFQ_SHARES,
        name="statuses of quotation requests",
        law="fixed shares, met to the row",
        vertical="share of requests",
        draws=recipe["rfq_requests"],
        whole=True,
    )
    lines = laws.even(_LINES)
    for name, query, parents, children in (
        ("lines of a quotation request", "lines_of_requests", "rfq_requests", "rfq_items"),
        ("lines of a cart", "lines_of_carts", "carts", "cart_items"),
    ):
        yield by_count(
            fetched(connection, query),
            name=name,
            law="ten quantiles, from 1 to 120, scaled to the mean",
            horizontal=f"{name}, at most",
            vertical=f"share of {name.rpartition(' ')[2]}s",
            allotment=Allotment(
                parents=recipe[parents], children=recipe[children], weights=lines, least=1
            ),
        )
    direct = fetched(connection, "lines_of_direct_orders")
    yield by_count(
        direct,
        name="lines of a direct order",
        law="without a quote: ten quantiles, from 1 to 120, scaled to the mean that is found",
        horizontal="lines of a direct order, at most",
        vertical="share of direct orders",
        allotment=Allotment(
            parents=recipe["orders"] - _accepted(recipe["rfq_requests"]),
            children=sum(count * orders for count, orders in direct),
            weights=lines,
            least=1,
        ),
    )
    yield _pieces_on_shelves(connection, recipe["product_variants"] * recipe["locations"])
    yield from _seasons(connection, recipe["orders"] - _accepted(recipe["rfq_requests"]))


def _seasons(connection: Connection, orders: int) -> Iterable[Skew]:
    """Months are of unequal length, so all shares are counted hour by hour."""
    begin = AS_OF - timedelta(days=_ORDERED_DAYS)
    hours = [begin + timedelta(hours=hour) for hour in range(24 * _ORDERED_DAYS)]
    months, days = list(_MONTHS), list(_DAYS)
    busy = [
        (months[at.month - 1], days[at.weekday()], _PARTS_OF_A_DAY[at.hour // 4]) for at in hours
    ]
    weights = np.asarray(
        [
            _MONTHS[month] * _DAYS[day] * _HOURS[at.hour]
            for (month, day, _), at in zip(busy, hours, strict=True)
        ]
    )
    for place, query, names, name, law in (
        (0, "orders_of_months", months, "months", "weights from 65 in December to 130 in May"),
        (1, "orders_of_weekdays", days, "days of the week", "95 % from Monday to Friday"),
        (2, "orders_of_hours", _PARTS_OF_A_DAY, "hours", "weights of 24 hours (UTC), most at 15 h"),
    ):
        found = np.asarray([names.index(each[place]) for each in busy])
        shares = np.bincount(found, weights, len(names)) / weights.sum()
        yield by_name(
            connection,
            query,
            dict(zip(names, shares.tolist(), strict=True)),
            name=f"{name} of direct orders",
            law=law,
            vertical="share of direct orders",
            draws=orders,
        )


def _accepted(requests: int) -> int:
    """Return how many orders come from a quote: one for each accepted request."""
    before = list(RFQ_SHARES).index("ACCEPTED")
    bounds = np.floor(np.cumsum(list(RFQ_SHARES.values())) * requests + 0.5)
    return int(bounds[before] - bounds[before - 1])


def _pieces_on_shelves(connection: Connection, shelves: int) -> Skew:
    found = dict(fetched(connection, "pieces_on_shelves"))
    total = sum(found.values())
    counts = np.arange(max((*_PIECES, *found)) + 1)
    law = np.sort(np.floor(laws.even(_PIECES)))
    declared = np.searchsorted(law, counts, side="right") / len(law)
    achieved = np.cumsum([found.get(count, 0) for count in counts.tolist()]) / max(total, 1)
    return Skew(
        name="pieces on a shelf",
        law="ten quantiles, from 0 to 1,500, cut to whole pieces",
        shape="counts",
        horizontal="pieces of a variant at a location, at most",
        vertical="share of shelves",
        declared=thinned(counts, declared),
        achieved=thinned(counts, achieved),
        declared_figures=f"none {per_cent(declared[0])}, {middle_and_end(counts, declared)}",
        achieved_figures=f"none {per_cent(achieved[0])}, {middle_and_end(counts, achieved)}",
        distance=furthest(declared, achieved),
        tolerance=laws.kolmogorov(shelves),
        bound=f"{DRAW}, {shelves:,} draws",
    )
