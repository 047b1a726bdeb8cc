"""What is counted, promised and released."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import AS_OF, Population
from loadgen.data.tables.inventory import shelves_with
from loadgen.data.tables.synchronisation import webhook_ids
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_PIECES = 5
_REPEATED = 0.1
_LATE = 0.3


def stock_by_location(population: Population, draws: Draws) -> Rows:
    """Return wanted variants; those of supplements have lots."""
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant"))
    expires = population.is_supplement[population.product_of_variant(variants)]
    return [
        (Case.COMMON if in_lots else Case.TYPICAL, {"variant_id": variant + 1})
        for variant, in_lots in zip(variants.tolist(), expires.tolist(), strict=True)
    ]


def reserve_stock(population: Population, draws: Draws) -> Rows:
    """Return a few pieces of hardware at a location that had some."""
    return _pieces(population, draws, 1 + draws.whole("quantity", _PIECES), in_lots=False)


def reserve_lots(population: Population, draws: Draws) -> Rows:
    """Return a few pieces of a supplement at a location that had some."""
    return _pieces(population, draws, 1 + draws.whole("quantity", _PIECES), in_lots=True)


def release_stock(population: Population, draws: Draws) -> Rows:
    """Return one piece of hardware at a location where some were promised."""
    return _pieces(population, draws, 1 + draws.whole("quantity", 1), in_lots=False)


def release_lots(population: Population, draws: Draws) -> Rows:
    """Return one piece of a supplement at a location where some were promised."""
    return _pieces(population, draws, 1 + draws.whole("quantity", 1), in_lots=True)


def _pieces(population: Population, draws: Draws, quantities: Ints, *, in_lots: bool) -> Rows:
    variants, places = _shelves(population, draws, in_lots=in_lots)
    return [
        (Case.TYPICAL, {"variant_id": variant, "location_id": place, "quantity": quantity})
        for variant, place, quantity in zip(
            variants.tolist(), places.tolist(), quantities.tolist(), strict=True
        )
    ]


def _shelves(population: Population, draws: Draws, *, in_lots: bool) -> tuple[Ints, Ints]:
    """Return keys of variants and locations; a few shelves are asked for much more often."""
    shelves = shelves_with(population, _PIECES, in_lots=in_lots)
    at = draws.uniform("shelf")
    shelf = shelves[(at * at * at * len(shelves)).astype(np.int64)]
    return shelf // population.locations + 1, shelf % population.locations + 1


def inventory_webhook(population: Population, draws: Draws) -> Rows:
    """Return counts of hardware: most new, some late, some that came before."""
    variants, places = _shelves(population, draws, in_lots=False)
    known = webhook_ids(1 + draws.whole("known", population.rows["inventory_webhooks"])).to_list()
    fresh = draws.whole("fresh", 2**53).tolist()
    minutes = draws.whole("minutes", 60).tolist()
    available = draws.whole("available", 200).tolist()
    shape = draws.uniform("shape").tolist()
    return [
        (
            Case.MISS if at < _REPEATED else Case.RARE if at < _LATE else Case.TYPICAL,
            {
                "webhook_id": seen if at < _REPEATED else f"wh-load-{new:014x}",
                "variant_id": variant,
                "location_id": place,
                "available": count,
                "occurred_at": AS_OF - timedelta(days=30 if at < _LATE else 0, seconds=minute / 60),
            },
        )
        for at, seen, new, variant, place, count, minute in zip(
            shape,
            known,
            fresh,
            variants.tolist(),
            places.tolist(),
            available,
            minutes,
            strict=True,
        )
    ]


SAMPLERS = {
    "stock_by_location": stock_by_location,
    "reserve_stock": reserve_stock,
    "release_stock": release_stock,
    "reserve_lots": reserve_lots,
    "release_lots": release_lots,
    "inventory_webhook": inventory_webhook,
}
