"""What is exchanged with Shopify, reported and looked up."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import polars as pl

from b2bench.arguments import Case, Value
from loadgen.data.population import AS_OF, Population
from loadgen.data.tables import catalogue
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_BATCH = 250
_CHANGED_EACH = 3
_NEW_EACH = 50
_MISSES = 0.05
_SPANS_DAYS = ((Case.RARE, 7), (Case.TYPICAL, 30), (Case.COMMON, 90))


def sync_products(population: Population, draws: Draws) -> Rows:
    """Return batches of 250: a third was changed, a few are new."""
    firsts = draws.whole("first", population.products).tolist()
    spans = [_span(population, first) for first in firsts]
    origin = min(start for start, _ in spans)
    # one table for all batches: making products is what takes time
    known = catalogue.products(population, origin, max(stop for _, stop in spans)).select(
        "shopify_id", "title", "price"
    )
    return [
        (Case.TYPICAL, _batch(known[start - origin : stop - origin], first))
        for first, (start, stop) in zip(firsts, spans, strict=True)
    ]


def _span(population: Population, first: int) -> tuple[int, int]:
    start = min(first, max(population.products - _BATCH, 0))
    return start, min(start + _BATCH, population.products)


def _batch(known: pl.DataFrame, first: int) -> Mapping[str, Value]:
    products, titles, prices = list[int](), list[str](), list[Decimal]()
    for place, (key, title, price) in enumerate(known.iter_rows()):
        is_new, is_changed = place % _NEW_EACH == 1, place % _CHANGED_EACH == 0
        products.append(key + 1_000_000_000 if is_new else key)
        titles.append(f"{title} {first}" if is_changed else title)
        prices.append(Decimal(price))
    return {"category_id": 1, "shopify_ids": products, "titles": titles, "prices": prices}


def sync_status(_population: Population, draws: Draws) -> Rows:
    """Return the last day, or the last week."""
    weeks = (draws.uniform("week") < _MISSES).tolist()
    return [(Case.COMMON, {"hours": 168}) if w else (Case.TYPICAL, {"hours": 24}) for w in weeks]


def sync_failures(_population: Population, draws: Draws) -> Rows:
    """Return the newest page, and pages further back."""
    days = draws.whole("days", 60).tolist()
    return [
        (Case.TYPICAL if day == 0 else Case.RARE, {"before": AS_OF - timedelta(days=day)})
        for day in days
    ]


def report_days(_population: Population, draws: Draws) -> Rows:
    """Return a week, a month or a quarter."""
    return [
        (case, {"days": days})
        for case, days in (_SPANS_DAYS[at] for at in draws.whole("span", 3).tolist())
    ]


def report_price_bands(_population: Population, draws: Draws) -> Rows:
    """Return how many bands are wanted."""
    return [(Case.TYPICAL, {"bands": 4 + bands}) for bands in draws.whole("bands", 9).tolist()]


def audit_history(population: Population, draws: Draws) -> Rows:
    """Return quotation requests; a few never existed."""
    misses = (draws.uniform("miss") < _MISSES).tolist()
    keys = (1 + draws.whole("record", population.rfqs)).tolist()
    return [
        (
            Case.MISS if miss else Case.TYPICAL,
            {"table_name": "rfq_requests", "record_key": str(key + population.rfqs * miss)},
        )
        for key, miss in zip(keys, misses, strict=True)
    ]


SAMPLERS = {
    "sync_products": sync_products,
    "sync_status": sync_status,
    "sync_failures": sync_failures,
    "report_tier_mix": report_days,
    "report_rfq_funnel": report_days,
    "report_price_bands": report_price_bands,
    "audit_history": audit_history,
}
