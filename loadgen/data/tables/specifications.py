"""Units, headings, and forty kinds of facts about products."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, money, picked, where
from loadgen.data.population import SPECIFICATIONS_PER_PRODUCT, Population

_UNITS = (
    ("mm", "millimetre", "length", "1"), ("cm", "centimetre", "length", "10"),
    ("m", "metre", "length", "1000"), ("in", "inch", "length", "25.4"),
    ("ft", "foot", "length", "304.8"), ("g", "gram", "mass", "1"),
    ("mg", "milligram", "mass", "0.001"), ("kg", "kilogram", "mass", "1000"),
    ("oz", "ounce", "mass", "28.349523125"), ("lb", "pound", "mass", "453.59237"),
    ("ml", "millilitre", "volume", "1"), ("l", "litre", "volume", "1000"),
    ("fl oz", "fluid ounce", "volume", "29.5735295625"), ("N", "newton", "force", "1"),
    ("kN", "kilonewton", "force", "1000"), ("V", "volt", "voltage", "1"),
    ("A", "ampere", "current", "1"), ("W", "watt", "power", "1"), ("min", "minute", "time", "60"),
    ("h", "hour", "time", "3600"), ("kcal", "kilocalorie", "energy", "1"),
)  # fmt: skip
_HEADINGS = (
    "Dimensions", "Materials", "Performance", "Electrical", "Certification", "Nutrition",
    "Composition", "Packaging", "Use",
)  # fmt: skip
_WORD_FACTS = (
    ("Material", ("steel", "brass", "zinc", "aluminium", "nylon", "bronze")),
    ("Finish", ("satin", "polished", "matte black", "antique", "chrome", "raw")),
    ("Handing", ("left", "right", "reversible")),
    ("Fire rating", ("none", "30 minutes", "60 minutes", "90 minutes")),
    ("Grade", ("1", "2", "3")),
    ("Key type", ("alike", "different", "master", "keyless")),
    ("Mounting", ("surface", "concealed", "mortise", "rim")),
    ("Organic", ("true", "false")),
    ("Halal", ("true", "false")),
    ("NSF certified", ("true", "false")),
    ("Allergen", ("none", "milk", "soy", "nuts", "gluten")),
    ("Country of origin", ("USA", "Germany", "Canada", "Italy", "Mexico", "Taiwan")),
    ("Storage", ("cool and dry", "refrigerated", "room temperature")),
    ("Age group", ("adult", "teen", "all")),
    ("Warranty", ("1 year", "5 years", "10 years", "lifetime")),
    ("Colour family", ("grey", "gold", "black", "brown", "white", "natural")),
    ("Packaging", ("box", "blister", "pouch", "tub", "bulk")),
    ("Corrosion class", ("C1", "C2", "C3", "C4", "C5")),
    ("ADA compliant", ("true", "false")),
    ("Vegan", ("true", "false")),
)
_NUMBER_FACTS = (
    ("Width", "mm"), ("Height", "mm"), ("Depth", "in"), ("Backset", "mm"), ("Door thickness", "in"),
    ("Weight", "g"), ("Cable length", "ft"), ("Holding force", "N"), ("Voltage", "V"),
    ("Current", "A"),
    ("Power", "W"), ("Serving size", "g"), ("Protein per serving", "g"), ("Sugar per serving", "g"),
    ("Energy per serving", "kcal"), ("Net weight", "kg"), ("Volume", "ml"), ("Opening time", "min"),
    ("Spindle", "mm"), ("Caffeine per serving", "mg"),
)  # fmt: skip
_IMPORTANCE = ("CRITICAL", "IMPORTANT", "STANDARD", "AUXILIARY")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """All values of all word facts end to end, and where each fact's begin."""

    names: list[str]
    values: list[str]
    first: bits.Ints
    count: bits.Ints


@cache
def _facts() -> _Facts:
    counts = np.asarray([len(values) for _, values in _WORD_FACTS], dtype=np.int64)
    return _Facts(
        names=[name for name, _ in _WORD_FACTS] + [name for name, _ in _NUMBER_FACTS],
        values=[value for _, values in _WORD_FACTS for value in values],
        first=bits.firsts(counts),
        count=counts,
    )


def standard_units(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """Units with their factors to the base unit of the dimension."""
    return pl.DataFrame(
        _UNITS[start:stop], schema=["symbol", "name", "dimension", "to_base"], orient="row"
    ).insert_column(0, pl.Series("id", keys(start, stop)))


def specification_categories(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """Headings, one level."""
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "parent_id": pl.Series([None] * (stop - start), dtype=pl.Int64),
            "name": list(_HEADINGS[start:stop]),
        }
    )


def technical_specifications(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Facts about products: words from short lists, numbers with a unit."""
    seed, facts = population.seed, _facts()
    product, place = bits.owners(population.specifications_of_product, start, stop)
    fact = population.few_of("specifications.fact", product, place, SPECIFICATIONS_PER_PRODUCT)
    is_word = fact < len(_WORD_FACTS)
    word_fact = np.where(is_word, fact, 0)
    # low places in a list are common, high ones rare: the square of a uniform number
    at = bits.uniform(seed, "specifications.value", start, stop)
    word = picked(
        facts.values, facts.first[word_fact] + (at * at * facts.count[word_fact]).astype(np.int64)
    )
    number = money(25 * (1 + (at * at * 2000).astype(np.int64)))
    unit = np.asarray([_unit(symbol) for _, symbol in _NUMBER_FACTS])[
        np.where(is_word, 0, fact - len(_WORD_FACTS))
    ]
    value = pl.select(pl.when(pl.Series(is_word)).then(word).otherwise(number)).to_series()
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "product_id": product + 1,
            "category_id": fact % len(_HEADINGS) + 1,
            "unit_id": where(~is_word, unit),
            "name": picked(facts.names, fact),
            "value": value,
            "data_type": picked(("NUMERIC", "ENUM"), is_word.astype(np.int64)),
            "importance": picked(_IMPORTANCE, fact % 4),
            "searchable": bits.chance(seed, "specifications.searchable", start, stop, 0.9),
            "comparable": fact % 3 != 0,
            "numeric_value": where(~is_word, number),
        }
    )


def word_facts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the names of facts that are words, with their values, the most common first."""
    return _WORD_FACTS


def _unit(symbol: str) -> int:
    return 1 + next(place for place, unit in enumerate(_UNITS) if unit[0] == symbol)


UNITS = len(_UNITS)
HEADINGS = len(_HEADINGS)
TABLES = {
    "standard_units": standard_units,
    "specification_categories": specification_categories,
    "technical_specifications": technical_specifications,
}
