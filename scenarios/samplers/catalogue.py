"""What is looked for: words, pieces of words, categories, products, options."""

from collections.abc import Mapping

import numpy as np

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import Population
from loadgen.data.tables import catalogue
from loadgen.data.tables.specifications import word_facts
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_MISSES = 0.03
_SHORT = 0.3
_USUAL = 0.8
_DEEP = 0.25
_NOTHING = ("zyxwv", "quuxfrobnicator", "wombat plasma")


def _titles(population: Population, products: Ints) -> list[str]:
    titles = catalogue.titles(population, 0, population.products)
    return titles.gather(products.tolist()).to_list()


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
    family = population.family[population.product_of_variant[variants]]
    misses = (draws.uniform("miss") < _MISSES).tolist()
    skus = catalogue.skus(population, variants).to_list()
    return [
        (Case.MISS, {"sku": f"XX-{sku[3:]}"}) if miss else (_size(count), {"sku": sku})
        for sku, count, miss in zip(skus, family.tolist(), misses, strict=True)
    ]


def product_by_handle(population: Population, draws: Draws) -> Rows:
    """Return web addresses of wanted products."""
    products = _wanted(population, draws)
    handles = catalogue.handles(population, 0, population.products).gather(products.tolist())
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
    wanted = population.wanted_variants(draws.uniform("product"), draws.uniform("variant"))
    variable = np.flatnonzero(population.is_variable)
    other = population.first_variant[variable[draws.whole("other", len(variable))]]
    has_axes = population.is_variable[population.product_of_variant[wanted]]
    variants = np.where(has_axes, wanted, other)
    return [_chosen(population, variant) for variant in variants.tolist()]


def _chosen(population: Population, variant: int) -> tuple[Case, Mapping[str, Value]]:
    product = int(population.product_of_variant[variant])
    axes = np.arange(population.axes_of[product], dtype=np.int64)
    groups = population.first_group[product] + axes
    options = population.first_option[groups] + population.choice(np.full(len(axes), variant), axes)
    return _size(int(population.family[product])), {
        "group_ids": (groups + 1).tolist(),
        "option_ids": (options + 1).tolist(),
    }


SAMPLERS = {
    "search_full_text": search_full_text,
    "search_fuzzy": search_fuzzy,
    "autocomplete": autocomplete,
    "browse_category": browse_category,
    "product_by_sku": product_by_sku,
    "product_by_handle": product_by_handle,
    "filter_specifications": filter_specifications,
    "resolve_variant": resolve_variant,
}
