"""Skews of products and of what belongs to them."""

from collections.abc import Iterable, Mapping

import numpy as np
from psycopg import Connection

from loadgen.data.bits import Ints
from loadgen.data.skew import laws
from loadgen.data.skew.laws import Allotment
from loadgen.data.skew.measures import (
    Skew,
    by_count,
    by_rank,
    curve,
    fetched,
    first_ranks,
    furthest,
)
from loadgen.data.tables.specifications import word_facts
from loadgen.data.vocabulary import (
    CATEGORIES,
    HARDWARE_QUALITIES,
    HARDWARE_THINGS,
    SUPPLEMENT_QUALITIES,
    SUPPLEMENT_THINGS,
    words,
)

_SUPPLEMENTS = 0.45
_CATEGORY_FLATNESS = 2
_THING_FLATNESS = 3
_VENDORS, _VENDOR_FLATNESS = 60, 4
_VARIANTS = (4, 6, 9, 13, 18, 24, 32, 45, 80, 230)
_SPECIFICATION_WEIGHTS = range(60, 140)
_IMAGE_WEIGHTS = range(60, 180)
_BAND_WEIGHTS = range(1, 4)
_LONG_TITLES = 0.005
_FACTS, _WORD_FACTS = 43, 20


def catalogue(connection: Connection, recipe: Mapping[str, int]) -> Iterable[Skew]:
    """Yield the skews of products, of their variants, specifications, pictures and bands."""
    products, variable = recipe["products"], recipe["products"] - recipe["simple_products"]
    yield by_count(
        fetched(connection, "variants_of_products"),
        name="variants of a variable product",
        law="ten quantiles, from 4 to 230, scaled to the mean",
        horizontal="variants of a product, at most",
        vertical="share of variable products",
        allotment=Allotment(
            parents=variable,
            children=recipe["product_variants"] - recipe["simple_products"],
            weights=laws.even(_VARIANTS),
            least=2,
        ),
    )
    yield _products_of_categories(connection, products)
    yield by_rank(
        connection,
        "products_of_vendors",
        ranked=words().companies.head(_VENDORS).to_list(),
        shares=laws.zipf(_VENDORS, _VENDOR_FLATNESS),
        name="products of a vendor",
        law="Zipf, 1 / (rank + 3)",
        horizontal="vendors, by declared rank",
        vertical="share of products",
        draws=products,
    )
    for name, query, rows, weights in (
        (
            "specifications of a product",
            "specifications_of_products",
            "technical_specifications",
            _SPECIFICATION_WEIGHTS,
        ),
        ("images of a product", "images_of_products", "product_images", _IMAGE_WEIGHTS),
        ("volume bands of a product", "bands_of_products", "volume_discounts", _BAND_WEIGHTS),
    ):
        yield by_count(
            fetched(connection, query),
            name=name,
            law=f"even weights from {weights[0]} to {weights[-1]}, scaled to the mean",
            horizontal=f"{name}, at most",
            vertical="share of products",
            allotment=Allotment(
                parents=products, children=recipe[rows], weights=np.asarray(weights, np.float64)
            ),
        )
    yield _values_of_specifications(connection, recipe["technical_specifications"])
    yield _words_of_titles(connection, products)


def _products_of_categories(connection: Connection, products: int) -> Skew:
    half = len(CATEGORIES) // 2
    within = laws.zipf(half, _CATEGORY_FLATNESS)
    shares = np.concatenate(((1 - _SUPPLEMENTS) * within, _SUPPLEMENTS * within))
    order = np.argsort(-shares, kind="stable")
    return by_rank(
        connection,
        "products_of_categories",
        ranked=[CATEGORIES[place] for place in order],
        shares=shares[order],
        name="products of a category",
        law="hardware 55 %, supplements 45 %, each Zipf, 1 / (rank + 1)",
        horizontal="categories, by declared rank",
        vertical="share of products",
        draws=products,
    )


def _values_of_specifications(connection: Connection, specifications: int) -> Skew:
    """Pool the facts that are words, 20 of 43: of k values the first j have sqrt(j / k)."""
    draws = specifications * _WORD_FACTS // _FACTS
    known = [
        (fact, value, place)
        for fact, values in word_facts()
        for place, value in enumerate(values, start=1)
    ]
    names, values, places = (list(column) for column in zip(*known, strict=True))
    lengths = {fact: len(values) for fact, values in word_facts()}
    rows = fetched(
        connection, "values_of_specifications", {"names": names, "values": values, "places": places}
    )
    total = sum(count for _, _, count in rows)
    at = np.arange(1, max(lengths.values()) + 1)
    declared, achieved = np.zeros(len(at)), np.zeros(len(at))
    for fact, place, count in rows:
        declared += count * np.sqrt(np.minimum(at, lengths[fact]) / lengths[fact])
        achieved += count * (at >= (place or len(at) + 1))
    declared, achieved = declared / max(total, 1), achieved / max(total, 1)
    return Skew(
        name="values of a specification",
        law="of k words that it may have, the first j have a share of the root of j / k",
        shape="ranks",
        horizontal="values of a specification, by declared rank",
        vertical="share of words",
        declared=curve(at, declared),
        achieved=curve(at, achieved),
        declared_figures=first_ranks(at, declared),
        achieved_figures=first_ranks(at, achieved),
        distance=furthest(declared, achieved) if total else 1.0,
        tolerance=laws.hoeffding(draws, draws, len(at)),
        bound=f"Hoeffding bound, {draws:,} draws",
    )


def _words_of_titles(connection: Connection, products: int) -> Skew:
    law = _shares_of_words()
    order = sorted(law, key=lambda word: -law[word])
    rows = fetched(connection, "words_of_titles", {"words": order})
    found = np.asarray([in_titles for _, in_titles, _ in rows], dtype=np.int64)
    anywhere = np.asarray([count for _, _, count in rows], dtype=np.int64)
    at, declared = np.arange(1, len(order) + 1), np.asarray([law[word] for word in order])
    return Skew(
        name="products that a word finds",
        law="words of titles: qualities evenly, things by Zipf, 1 / (rank + 2)",
        shape="shares",
        horizontal="words of titles, by declared rank",
        vertical="share of products, by title",
        declared=curve(at, declared),
        achieved=curve(at, found / products),
        declared_figures=_finds(np.rint(declared * products).astype(np.int64)),
        achieved_figures=f"{_finds(found)}; in all text {_finds(anywhere)}",
        distance=furthest(declared, found / products) if found.any() else 1.0,
        tolerance=laws.hoeffding(products, products, len(order)),
        bound=f"Hoeffding bound, {products:,} draws, {len(order)} words",
    )


def _shares_of_words() -> dict[str, float]:
    """Return for each word of the vocabulary the share of titles that have it."""
    shares = dict[str, float]()
    goods = (
        (1 - _SUPPLEMENTS, HARDWARE_QUALITIES, HARDWARE_THINGS),
        (_SUPPLEMENTS, SUPPLEMENT_QUALITIES, SUPPLEMENT_THINGS),
    )
    for part, qualities, things in goods:
        weights = laws.zipf(len(things), _THING_FLATNESS)
        for word in {word for phrase in qualities + things for word in phrase.lower().split()}:
            quality = np.mean([word in phrase.lower().split() for phrase in qualities])
            # a long title names every quality
            quality += (1 - quality) * _LONG_TITLES * bool(quality)
            thing = weights[[word in phrase.lower().split() for phrase in things]].sum()
            shares[word] = shares.get(word, 0) + part * float(1 - (1 - quality) * (1 - thing))
    return shares


def _finds(matches: Ints) -> str:
    return f"median {int(np.median(matches)):,}, most {matches.max():,}, least {matches.min():,}"
