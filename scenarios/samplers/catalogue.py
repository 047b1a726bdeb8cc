"""What is looked for: words, pieces of words, categories, products, options."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.tables import catalogue
from loadgen.data.tables.specifications import number_facts, word_facts
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_MISSES = 0.03
_SHORT = 0.3
_USUAL = 0.8
_DEEP = 0.25
_FILTERED = 0.4
_NOTHING = ("zyxwv", "quuxfrobnicator", "wombat plasma")


def _titles(population: Population, products: Ints) -> list[str]:
    return catalogue.titles(population, products).to_list()


def _wanted(population: Population, draws: Draws) -> Ints:
    return population.wanted_products(draws.uniform("product"))


def search_full_text(population: Population, draws: Draws) -> Rows:
    """Return one to three words of a wanted title: one word finds many, all of them a few."""
    titles = _titles(population, _wanted(population, draws))
    shape = draws.uniform("shape").tolist()
    nothing = draws.whole("nothing", len(_NOTHING)).tolist()
    return [
        _searched(title.split()[:-1], at, _NOTHING[miss])
        for title, at, miss in zip(titles, shape, nothing, strict=True)
    ]


def _searched(words: list[str], at: float, nothing: str) -> tuple[Case, Mapping[str, Value]]:
    if at < _MISSES:
        return Case.MISS, {"words": nothing}
    if at < _SHORT:
        return Case.COMMON, {"words": words[-1].lower()}
    if at < _USUAL:
        return Case.TYPICAL, {"words": " ".join(words[-2:]).lower()}
    return Case.RARE, {"words": " ".join(words).lower()}


def search_fuzzy(population: Population, draws: Draws) -> Rows:
    """Return words with a typing mistake, or a piece of a part number."""
    products = _wanted(population, draws)
    titles = _titles(population, products)
    shape, place = draws.uniform("shape").tolist(), draws.whole("place", 1000).tolist()
    return [
        _mistyped(" ".join(title.split()[-3:-1]).lower(), product, at, where)
        for title, product, at, where in zip(titles, products.tolist(), shape, place, strict=True)
    ]


def _mistyped(words: str, product: int, at: float, place: int) -> tuple[Case, Mapping[str, Value]]:
    if at < _MISSES:
        return Case.MISS, {"fragment": "xqzvwk jjkq"}
    if at < _SHORT:
        return Case.RARE, {"fragment": f"p-{product + 1:07d}"}
    hole = 1 + place % (len(words) - 1)
    return Case.TYPICAL, {"fragment": words[:hole] + words[hole + 1 :]}


def autocomplete(population: Population, draws: Draws) -> Rows:
    """Return the first two to eight letters of wanted titles."""
    titles = _titles(population, _wanted(population, draws))
    lengths = (2 + draws.whole("length", 7)).tolist()
    misses = (draws.uniform("miss") < _MISSES).tolist()
    return [
        (Case.MISS, {"prefix": "zzq"})
        if miss
        else (
            Case.COMMON if length == 2 else Case.RARE if length == 8 else Case.TYPICAL,  # noqa: PLR2004
            {"prefix": title[:length].lower()},
        )
        for title, length, miss in zip(titles, lengths, misses, strict=True)
    ]


def browse_category(population: Population, draws: Draws) -> Rows:
    """Return first pages mostly; deep ones begin behind a title in the middle of the alphabet."""
    categories = population.category[_wanted(population, draws)] + 1
    deep = draws.uniform("deep") < _DEEP
    titles = _titles(population, draws.whole("after", population.products))
    return [
        (
            Case.RARE if is_deep else Case.TYPICAL,
            {
                "category_id": category,
                "after_title": title.lower() if is_deep else "",
                "after_id": 0,
            },
        )
        for category, is_deep, title in zip(categories.tolist(), deep.tolist(), titles, strict=True)
    ]


def product_by_sku(population: Population, draws: Draws) -> Rows:
    """Return SKUs of wanted variants; large families are the common case, a few are unknown."""
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant"))
    family = population.family[population.product_of_variant(variants)]
    misses = (draws.uniform("miss") < _MISSES).tolist()
    skus = catalogue.skus(population, variants).to_list()
    return [
        (Case.MISS, {"sku": f"XX-{sku[3:]}"}) if miss else (_size(count), {"sku": sku})
        for sku, count, miss in zip(skus, family.tolist(), misses, strict=True)
    ]


def product_by_handle(population: Population, draws: Draws) -> Rows:
    """Return web addresses of wanted products."""
    products = _wanted(population, draws)
    handles = catalogue.handles(population, products)
    return [
        (_size(count), {"handle": handle})
        for handle, count in zip(
            handles.to_list(), population.family[products].tolist(), strict=True
        )
    ]


def _size(variants: int) -> Case:
    return Case.RARE if variants == 1 else Case.COMMON if variants > 100 else Case.TYPICAL  # noqa: PLR2004


def filter_specifications(_population: Population, draws: Draws) -> Rows:
    """Return one to three specifications; common values find hundreds."""
    facts = word_facts()
    first = draws.whole("fact", len(facts)).tolist()
    counts = (1 + draws.whole("count", 3)).tolist()
    depth = draws.uniform("value").tolist()
    return [
        _filter([facts[(fact + 7 * place) % len(facts)] for place in range(count)], at)
        for fact, count, at in zip(first, counts, depth, strict=True)
    ]


def _filter(
    chosen: list[tuple[str, tuple[str, ...]]], at: float
) -> tuple[Case, Mapping[str, Value]]:
    case = Case.COMMON if len(chosen) == 1 else Case.TYPICAL if len(chosen) == 2 else Case.RARE  # noqa: PLR2004
    return case, {
        "names": [name for name, _ in chosen],
        "spec_values": [values[int(at * at * len(values))] for _, values in chosen],
    }


def resolve_variant(population: Population, draws: Draws) -> Rows:
    """Return the options of a variant of a wanted product that has options."""
    product = _variable(population, draws)
    within = (draws.uniform("variant") * population.family[product]).astype(np.int64)
    variants = population.first_variant[product] + within
    return [_chosen(population, variant) for variant in variants.tolist()]


def _variable(population: Population, draws: Draws) -> Ints:
    """Return products that have options: wanted ones where they have, else any."""
    wanted = _wanted(population, draws)
    variable = np.flatnonzero(population.is_variable)
    other = variable[draws.whole("other", len(variable))]
    return np.where(population.is_variable[wanted], wanted, other)


def _chosen(population: Population, variant: int) -> tuple[Case, Mapping[str, Value]]:
    product = int(population.product_of_variant(np.asarray([variant]))[0])
    axes = np.arange(population.axes_of[product], dtype=np.int64)
    groups = population.first_group[product] + axes
    options = population.first_option[groups] + population.choice(np.full(len(axes), variant), axes)
    return _size(int(population.family[product])), {
        "product_id": product + 1,
        "option_ids": (options + 1).tolist(),
    }


def option_matrix(population: Population, draws: Draws) -> Rows:
    """Return products that have options; large families are the common case."""
    products = _variable(population, draws).tolist()
    return [
        (_size(int(population.family[product])), {"product_id": product + 1})
        for product in products
    ]


def related_products(population: Population, draws: Draws) -> Rows:
    """Return wanted products; those with many variants were bought more often."""
    return [
        (_size(int(population.family[product])), {"product_id": product + 1})
        for product in _wanted(population, draws).tolist()
    ]


def compare_products(population: Population, draws: Draws) -> Rows:
    """Return two to five wanted products."""
    first = _wanted(population, draws).tolist()
    counts = (2 + draws.whole("count", 4)).tolist()
    return [
        (
            Case.RARE if count == 2 else Case.COMMON if count == 5 else Case.TYPICAL,  # noqa: PLR2004
            {
                "product_ids": [
                    (product + 37 * place) % population.products + 1 for place in range(count)
                ]
            },
        )
        for product, count in zip(first, counts, strict=True)
    ]


def facet_counts(population: Population, draws: Draws) -> Rows:
    """Return categories, with no filter chosen yet or with one."""
    categories = (population.category[_wanted(population, draws)] + 1).tolist()
    facts = word_facts()
    chosen = draws.whole("fact", len(facts)).tolist()
    filtered = (draws.uniform("filtered") < _FILTERED).tolist()
    return [
        (
            Case.RARE if one else Case.TYPICAL,
            {
                "category_id": category,
                "names": [facts[fact][0]] if one else [],
                "spec_values": [facts[fact][1][0]] if one else [],
            },
        )
        for category, fact, one in zip(categories, chosen, filtered, strict=True)
    ]


def filter_numeric_range(_population: Population, draws: Draws) -> Rows:
    """Return ranges in the unit that most makers use, or in another one of its dimension."""
    facts = number_facts()
    chosen = draws.whole("fact", len(facts)).tolist()
    low, shape = draws.uniform("low").tolist(), draws.uniform("shape").tolist()
    return [
        _range(facts[fact], at, kind) for fact, at, kind in zip(chosen, low, shape, strict=True)
    ]


def _range(fact: tuple[str, str], at: float, kind: float) -> tuple[Case, Mapping[str, Value]]:
    name, unit = fact
    low = Decimal(int(at * at * 800)) / 4
    if kind < _MISSES:
        return Case.MISS, {"name": name, "low": low + 90_000, "high": low + 90_100, "unit": unit}
    if kind < _SHORT:
        return Case.COMMON, {"name": name, "low": 0, "high": low + 200, "unit": unit}
    if kind < _USUAL:
        return Case.TYPICAL, {"name": name, "low": low, "high": low + 20, "unit": unit}
    return Case.RARE, {"name": "Width", "low": low / 25, "high": low / 25 + 1, "unit": "in"}


def search_sku(population: Population, draws: Draws) -> Rows:
    """Return pieces of SKUs of wanted variants: the product's number, or only the end."""
    variants = population.wanted_variants(draws.uniform("product"), draws.uniform("variant"))
    skus = catalogue.skus(population, variants).to_list()
    return [
        (Case.MISS, {"fragment": "zz-9x"})
        if at < _MISSES
        else (Case.COMMON, {"fragment": sku[-4:]})
        if at < _SHORT
        else (Case.TYPICAL, {"fragment": sku[5:].lower()})
        for sku, at in zip(skus, draws.uniform("shape").tolist(), strict=True)
    ]


SAMPLERS = {
    "search_full_text": search_full_text,
    "search_fuzzy": search_fuzzy,
    "autocomplete": autocomplete,
    "browse_category": browse_category,
    "product_by_sku": product_by_sku,
    "product_by_handle": product_by_handle,
    "filter_specifications": filter_specifications,
    "resolve_variant": resolve_variant,
    "option_matrix": option_matrix,
    "related_products": related_products,
    "compare_products": compare_products,
    "facet_counts": facet_counts,
    "filter_numeric_range": filter_numeric_range,
    "search_sku": search_sku,
}
