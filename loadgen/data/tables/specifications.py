"""Units, headings, and more than forty kinds of facts about products."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loadgen.data import bits
from loadgen.data.columns import joined, keys, moments, money, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, SPECIFICATIONS_PER_PRODUCT, Population
from loadgen.data.tables.catalogue import said_of
from loadgen.data.vocabulary import CATEGORIES

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
_YES_OR_NO = ("true", "false")
_WORD_FACTS = (
    ("Material", ("steel", "brass", "zinc", "aluminium", "nylon", "bronze")),
    ("Finish", ("satin", "polished", "matte black", "antique", "chrome", "raw")),
    ("Handing", ("left", "right", "reversible")),
    ("Fire rating", ("none", "30 minutes", "60 minutes", "90 minutes")),
    ("Grade", ("1", "2", "3")),
    ("Key type", ("alike", "different", "master", "keyless")),
    ("Mounting", ("surface", "concealed", "mortise", "rim")),
    ("Organic", _YES_OR_NO),
    ("Halal", _YES_OR_NO),
    ("NSF certified", _YES_OR_NO),
    ("Allergen", ("none", "milk", "soy", "nuts", "gluten")),
    ("Country of origin", ("USA", "Germany", "Canada", "Italy", "Mexico", "Taiwan")),
    ("Storage", ("cool and dry", "refrigerated", "room temperature")),
    ("Age group", ("adult", "teen", "all")),
    ("Warranty", ("1 year", "5 years", "10 years", "lifetime")),
    ("Colour family", ("grey", "gold", "black", "brown", "white", "natural")),
    ("Packaging", ("box", "blister", "pouch", "tub", "bulk")),
    ("Corrosion class", ("C1", "C2", "C3", "C4", "C5")),
    ("ADA compliant", _YES_OR_NO),
    ("Vegan", _YES_OR_NO),
)
_NUMBER_FACTS = (
    ("Width", "mm"), ("Height", "mm"), ("Depth", "in"), ("Backset", "mm"), ("Door thickness", "in"),
    ("Weight", "g"), ("Cable length", "ft"), ("Holding force", "N"), ("Voltage", "V"),
    ("Current", "A"),
    ("Power", "W"), ("Serving size", "g"), ("Protein per serving", "g"), ("Sugar per serving", "g"),
    ("Energy per serving", "kcal"), ("Net weight", "kg"), ("Volume", "ml"), ("Opening time", "min"),
    ("Spindle", "mm"), ("Caffeine per serving", "mg"),
)  # fmt: skip
# facts that are text or lead to it
_TEXT_FACTS = ("Care", "Manual", "Drawing")
_TEXT_TYPES = ("TEXT", "URL", "FILE")
_TYPES = ("NUMERIC", "RANGE", "ENUM", "BOOLEAN", *_TEXT_TYPES)
# facts that are ranges: a lock fits doors from this thickness to that
_RANGES = frozenset({"Door thickness", "Opening time"})
# some makers state the same fact in another unit
_OTHER_UNITS = {"mm": "in", "in": "mm", "kg": "lb", "g": "oz", "ft": "m", "N": "kN"}
_LARGE_UNITS = ("in", "m", "kN", "kg", "lb", "oz", "ft")
_TEXTS_FROM = len(_WORD_FACTS) + len(_NUMBER_FACTS)
_TEMPLATES_EACH = 6
_CHANGES = (
    "CREATED", "VALUE_UPDATED", "VALIDATED", "UNIT_CHANGED", "CATEGORY_MOVED", "METADATA_UPDATED",
    "DELETED",
)  # fmt: skip
_IMPORTANCE = ("CRITICAL", "IMPORTANT", "STANDARD", "AUXILIARY")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """All values of all word facts end to end, where each fact's begin; units of number facts."""

    names: list[str]
    values: list[str]
    first: bits.Ints
    count: bits.Ints
    unit: bits.Ints
    other_unit: bits.Ints
    large_units: bits.Ints
    is_range: NDArray[np.bool_]
    data_type: bits.Ints


@cache
def _facts() -> _Facts:
    counts = np.asarray([len(values) for _, values in _WORD_FACTS], dtype=np.int64)
    return _Facts(
        names=[name for name, _ in (*_WORD_FACTS, *_NUMBER_FACTS)] + list(_TEXT_FACTS),
        values=[value for _, values in _WORD_FACTS for value in values],
        first=bits.firsts(counts),
        count=counts,
        unit=_unit_keys(unit for _, unit in _NUMBER_FACTS),
        other_unit=_unit_keys(_OTHER_UNITS.get(unit, unit) for _, unit in _NUMBER_FACTS),
        large_units=_unit_keys(_LARGE_UNITS),
        is_range=np.asarray([name in _RANGES for name, _ in _NUMBER_FACTS], dtype=np.bool_),
        data_type=np.asarray([_TYPES.index(kind) for kind in _data_types()], dtype=np.int64),
    )


def _data_types() -> Iterator[str]:
    """Yield the data type of every fact: words, numbers, text."""
    for _, values in _WORD_FACTS:
        yield "BOOLEAN" if values == _YES_OR_NO else "ENUM"
    for name, _ in _NUMBER_FACTS:
        yield "RANGE" if name in _RANGES else "NUMERIC"
    yield from _TEXT_TYPES


def _unit_keys(symbols: Iterable[str]) -> bits.Ints:
    return np.asarray([unit_key(symbol) for symbol in symbols], dtype=np.int64)


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
    """Facts about products: words from short lists, numbers with a unit, a few texts and links."""
    seed, facts = population.seed, _facts()
    product, place = bits.owners(population.specifications_of_product, start, stop)
    fact = population.few_of("specifications.fact", product, place, SPECIFICATIONS_PER_PRODUCT)
    is_word = fact < len(_WORD_FACTS)
    is_number = ~is_word & (fact < _TEXTS_FROM)
    word_fact = np.where(is_word, fact, 0)
    # low places in a list are common, high ones rare: the square of a uniform number
    at = bits.uniform(seed, "specifications.value", start, stop)
    word = picked(
        facts.values, facts.first[word_fact] + (at * at * facts.count[word_fact]).astype(np.int64)
    )
    number_fact = np.where(is_number, fact - len(_WORD_FACTS), 0)
    other_unit = bits.chance(seed, "specifications.unit", start, stop, 0.3)
    unit = np.where(other_unit, facts.other_unit[number_fact], facts.unit[number_fact])
    # in larger units the same sizes are smaller numbers
    steps = np.where(np.isin(unit, facts.large_units), 120, 2000)
    quarters = 1 + (at * at * steps).astype(np.int64)
    number, upper = money(25 * quarters), money(25 * (quarters + 8))
    is_range = is_number & facts.is_range[number_fact]
    ranges, texts = np.flatnonzero(is_range), np.flatnonzero(fact >= _TEXTS_FROM)
    figure, end = number.cast(pl.String), upper.gather(ranges).cast(pl.String)
    value = pl.select(pl.when(pl.Series(is_word)).then(word).otherwise(figure)).to_series()
    value = value.scatter(ranges, joined(figure.gather(ranges), "–", end))
    value = value.scatter(texts, _texts(population, fact[texts] - _TEXTS_FROM, product[texts]))
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "product_id": product + 1,
            "category_id": fact % len(_HEADINGS) + 1,
            "unit_id": where(is_number, unit),
            "name": picked(facts.names, fact),
            "value": value,
            "data_type": picked(_TYPES, facts.data_type[fact]),
            "importance": picked(_IMPORTANCE, fact % 4),
            "searchable": bits.chance(seed, "specifications.searchable", start, stop, 0.9),
            "comparable": fact % 3 != 0,
            "numeric_value": where(is_number & ~is_range, number),
            "numeric_min": where(is_range, number),
            "numeric_max": where(is_range, upper),
        }
    )


def _texts(population: Population, kind: bits.Ints, product: bits.Ints) -> pl.Series:
    """Return how to care for a product, the address of its manual, the name of its drawing."""
    key = numbered("", product + 1, 6)
    texts = (
        said_of(population, product, product * 31),
        joined("https://docs.example.com/manuals/", key, ".pdf"),
        joined("drawing-", key, ".dwg"),
    )
    chosen = pl.select(
        pl.when(pl.Series(kind == 0))
        .then(texts[0])
        .when(pl.Series(kind == 1))
        .then(texts[1])
        .otherwise(texts[2])
    )
    return chosen.to_series()


def specification_templates(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """Six facts that every category asks for; the first two it insists on."""
    row, facts = np.arange(start, stop, dtype=np.int64), _facts()
    category, place = row // _TEMPLATES_EACH, row % _TEMPLATES_EACH
    fact = (category * 7 + place * 11) % len(facts.names)
    is_number = (fact >= len(_WORD_FACTS)) & (fact < _TEXTS_FROM)
    number_fact = np.where(is_number, fact - len(_WORD_FACTS), 0)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "category_id": category + 1,
            "heading_id": fact % len(_HEADINGS) + 1,
            "unit_id": where(is_number, facts.unit[number_fact]),
            "name": picked(facts.names, fact),
            "data_type": picked(_TYPES, facts.data_type[fact]),
            "importance": picked(_IMPORTANCE, fact % 4),
            "required": place < 2,  # noqa: PLR2004
            "position": place + 1,
        }
    )


def specification_change_log(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Changes of specifications, of every kind."""
    seed, facts = population.seed, _facts()
    counts = population.specifications_of_product
    row = bits.whole(seed, "specification_change_log.of", start, stop, int(counts.sum()))
    product = np.searchsorted(np.cumsum(counts), row, side="right")
    place = row - bits.firsts(counts)[product]
    fact = population.few_of("specifications.fact", product, place, SPECIFICATIONS_PER_PRODUCT)
    change = np.digitize(
        bits.uniform(seed, "specification_change_log.change", start, stop),
        [0.4, 0.7, 0.78, 0.84, 0.9, 0.95],
    )
    values = bits.whole(seed, "specification_change_log.value", start, stop, len(facts.values) - 1)
    age = bits.uniform(seed, "specification_change_log.changed_at", start, stop) * 800 * DAY_US
    deleted = change == len(_CHANGES) - 1
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "product_id": product + 1,
            "specification_id": where(~deleted, row + 1),
            "name": picked(facts.names, fact),
            "change": picked(_CHANGES, change),
            "old_value": where(change > 0, picked(facts.values, values)),
            "new_value": where(~deleted, picked(facts.values, values + (change == 1))),
            "changed_at": moments(AS_OF_US - age.astype(np.int64)),
        }
    )


def word_facts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the names of facts that are words, with their values, the most common first."""
    return _WORD_FACTS


def number_facts() -> tuple[tuple[str, str], ...]:
    """Return the names of facts that are numbers, with the unit that most are given in."""
    return tuple((name, unit) for name, unit in _NUMBER_FACTS if name not in _RANGES)


def unit_key(symbol: str) -> int:
    """Return the key of a unit."""
    return 1 + next(place for place, unit in enumerate(_UNITS) if unit[0] == symbol)


TABLES = {
    "standard_units": standard_units,
    "specification_categories": specification_categories,
    "technical_specifications": technical_specifications,
    "specification_templates": specification_templates,
    "specification_change_log": specification_change_log,
}
COUNTS = {
    "standard_units": lambda _population: len(_UNITS),
    "specification_categories": lambda _population: len(_HEADINGS),
    "specification_templates": lambda _population: len(CATEGORIES) * _TEMPLATES_EACH,
}
