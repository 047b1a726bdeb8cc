"""What is priced: items and pages, for accounts with few rules and with thousands."""

from collections.abc import Mapping

from b2bench.arguments import Case, Value
from loadgen.data.population import Population
from scenarios.samplers.accounts import buyer_cases, buyers
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_PAGE = 20


def price_item(population: Population, draws: Draws) -> Rows:
    """Return a buyer, a wanted variant, and a quantity that may reach a volume band."""
    account_ids = buyers(population, draws)
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant")) + 1
    quantities = 1 + draws.whole("quantity", 120)
    return [
        (case, {"account_id": account, "variant_id": variant, "quantity": quantity})
        for case, account, variant, quantity in zip(
            buyer_cases(population, account_ids),
            account_ids.tolist(),
            variants.tolist(),
            quantities.tolist(),
            strict=True,
        )
    ]


def price_page(population: Population, draws: Draws) -> Rows:
    """Return a buyer and the first variants of twenty products that stand together in the shop."""
    account_ids = buyers(population, draws)
    first = population.wanted_products(draws.uniform("product")).tolist()
    return [
        (
            case,
            {
                "account_id": account,
                "variant_ids": [
                    int(population.first_variant[(product + place) % population.products]) + 1
                    for place in range(_PAGE)
                ],
            },
        )
        for case, account, product in zip(
            buyer_cases(population, account_ids), account_ids.tolist(), first, strict=True
        )
    ]


def price_ladder(population: Population, draws: Draws) -> Rows:
    """Return a buyer and a wanted variant."""
    account_ids = buyers(population, draws)
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant")) + 1
    return [
        (case, {"account_id": account, "variant_id": variant})
        for case, account, variant in zip(
            buyer_cases(population, account_ids),
            account_ids.tolist(),
            variants.tolist(),
            strict=True,
        )
    ]


SAMPLERS = {"price_item": price_item, "price_page": price_page, "price_ladder": price_ladder}
