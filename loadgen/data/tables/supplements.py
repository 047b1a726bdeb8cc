"""Labels of supplements: ingredients, allergens, certificates."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, money, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population
from loadgen.data.tables.specifications import unit_key
from loadgen.data.vocabulary import ALLERGENS, CERTIFICATIONS, INGREDIENTS

_LEAST_INGREDIENTS = 3
_UNITS = ("mg", "g", "ml")


def supplement_facts(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Every supplement has a label."""
    seed = population.seed
    size = 25 + bits.whole(seed, "supplement_facts.serving_size", start, stop, 4_000)
    unit = bits.whole(seed, "supplement_facts.unit", start, stop, 2)
    told = bits.chance(seed, "supplement_facts.directions", start, stop, 0.9)
    daily = picked(
        ("Take one serving daily with a meal.", "Mix one serving with 250 ml of cold water."), unit
    )
    return pl.DataFrame(
        {
            "product_id": population.supplements[start:stop] + 1,
            "serving_size": money(size),
            "serving_unit_id": np.asarray([unit_key("g"), unit_key("ml")])[unit],
            "servings_per_container": 10
            + bits.whole(seed, "supplement_facts.servings", start, stop, 90),
            "directions": where(told, daily),
        }
    )


def ingredients(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """What labels name."""
    return pl.DataFrame({"id": keys(start, stop), "name": list(INGREDIENTS[start:stop])})


def allergens(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """What labels must warn of."""
    return pl.DataFrame({"id": keys(start, stop), "name": list(ALLERGENS[start:stop])})


def _counts(population: Population, column: str, below: int) -> bits.Ints:
    return bits.whole(population.seed, column, 0, len(population.supplements), below)


def _ingredients_of(population: Population) -> bits.Ints:
    return _LEAST_INGREDIENTS + _counts(population, "product_ingredients.count", 7)


def product_ingredients(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Three to nine ingredients; the last is the capsule, which has no amount."""
    seed, counts = population.seed, _ingredients_of(population)
    label, place = bits.owners(counts, start, stop)
    has_amount = place < counts[label] - 1
    at = bits.uniform(seed, "product_ingredients.amount", start, stop)
    unit = bits.whole(seed, "product_ingredients.unit", start, stop, len(_UNITS))
    known = has_amount & bits.chance(seed, "product_ingredients.known", start, stop, 0.6)
    percent = bits.whole(seed, "product_ingredients.percent", start, stop, 30_000)
    return pl.DataFrame(
        {
            "product_id": population.supplements[label] + 1,
            "ingredient_id": population.few_of(
                "product_ingredients.ingredient", label, place, len(INGREDIENTS)
            )
            + 1,
            "amount_per_serving": where(has_amount, money(5 + (at * at * 99_000).astype(np.int64))),
            "unit_id": where(has_amount, np.asarray([unit_key(unit) for unit in _UNITS])[unit]),
            "daily_value_percent": where(
                known, picked([f"{n / 10:.1f}" for n in range(3_000)], percent // 10)
            ),
            "position": place + 1,
        }
    )


def product_allergens(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Up to three allergens that a label speaks of."""
    label, place = bits.owners(_counts(population, "product_allergens.count", 4), start, stop)
    presence = bits.whole(population.seed, "product_allergens.presence", start, stop, 3)
    return pl.DataFrame(
        {
            "product_id": population.supplements[label] + 1,
            "allergen_id": population.few_of(
                "product_allergens.allergen", label, place, len(ALLERGENS)
            )
            + 1,
            "presence": picked(("MAY_CONTAIN", "CONTAINS", "FREE_FROM"), presence),
        }
    )


def certifications(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """Who vouches for what."""
    return pl.DataFrame(
        CERTIFICATIONS[start:stop], schema=["code", "name", "body"], orient="row"
    ).insert_column(0, pl.Series("id", keys(start, stop)))


def product_certifications(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Up to three certificates, good for three years; some have run out."""
    label, place = bits.owners(_counts(population, "product_certifications.count", 4), start, stop)
    age = bits.whole(population.seed, "product_certifications.valid_from", start, stop, 1_300)
    begin = pl.Series(AS_OF_US - age * DAY_US).cast(pl.Datetime("us")).dt.date()
    return pl.DataFrame(
        {
            "product_id": population.supplements[label] + 1,
            "certification_id": population.few_of(
                "product_certifications.certification", label, place, len(CERTIFICATIONS)
            )
            + 1,
            "certificate": numbered("C-", keys(start, stop), 8),
            "valid_from": begin,
            "valid_until": begin.dt.offset_by("1095d"),
        }
    )


TABLES = {
    "supplement_facts": supplement_facts,
    "ingredients": ingredients,
    "product_ingredients": product_ingredients,
    "allergens": allergens,
    "product_allergens": product_allergens,
    "certifications": certifications,
    "product_certifications": product_certifications,
}
COUNTS = {
    "ingredients": lambda _population: len(INGREDIENTS),
    "allergens": lambda _population: len(ALLERGENS),
    "certifications": lambda _population: len(CERTIFICATIONS),
    "product_ingredients": lambda population: int(_ingredients_of(population).sum()),
    "product_allergens": lambda population: int(
        _counts(population, "product_allergens.count", 4).sum()
    ),
    "product_certifications": lambda population: int(
        _counts(population, "product_certifications.count", 4).sum()
    ),
}
