"""Categories, products, their variants, and the options that tell variants apart."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import joined, keys, moments, money, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, Population
from loadgen.data.vocabulary import (
    CATEGORIES,
    HARDWARE_AXES,
    HARDWARE_QUALITIES,
    HARDWARE_TAGS,
    HARDWARE_THINGS,
    SUPPLEMENT_AXES,
    SUPPLEMENT_QUALITIES,
    SUPPLEMENT_TAGS,
    SUPPLEMENT_THINGS,
    words,
)

_VENDORS = 60
_PACKS = (1, 5, 6, 12)
_QUALITIES = HARDWARE_QUALITIES + SUPPLEMENT_QUALITIES
_THINGS = HARDWARE_THINGS + SUPPLEMENT_THINGS
_TAGS = HARDWARE_TAGS + SUPPLEMENT_TAGS
_VERY_LONG = 0.02
_LONG_TITLES = 0.005
_LONG_SENTENCES = 27
_DESCRIBED = 0.95
_PRICE_CENTS = [199.0, 450, 799, 1299, 1999, 2999, 4599, 7999, 14900, 89900]
_AXES = HARDWARE_AXES + SUPPLEMENT_AXES
_AXIS_VALUES = [value for _, _, values in _AXES for value in values]
_FIRST_VALUE = np.cumsum([0] + [len(values) for _, _, values in _AXES])[:-1]


def categories(_population: Population, start: int, stop: int) -> pl.DataFrame:
    """One level; half of them hardware, half supplements."""
    names = pl.Series(CATEGORIES[start:stop])
    slugs = names.str.to_lowercase().str.replace_all(" ", "-")
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "parent_id": pl.Series([None] * (stop - start), dtype=pl.Int64),
            "slug": slugs,
            "name": names,
        }
    )


def products(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Products of both kinds of goods, with texts that read like a shop's."""
    seed, ids = population.seed, keys(start, stop)
    product = ids - 1
    title = titles(population, product)
    cents = bits.quantiles(_PRICE_CENTS, bits.uniform(seed, "products.price", start, stop))
    price = cents.astype(np.int64)
    created = AS_OF_US - (1 + bits.whole(seed, "products.created_at", start, stop, 1500)) * DAY_US
    status = np.digitize(bits.uniform(seed, "products.status", start, stop), [0.94, 0.97])
    available = np.digitize(bits.uniform(seed, "products.availability", start, stop), [0.85, 0.97])
    return pl.DataFrame(
        {
            "id": ids,
            "category_id": population.category[start:stop] + 1,
            "type": picked(
                ("SIMPLE", "VARIABLE"), population.is_variable[start:stop].astype(np.int64)
            ),
            "status": picked(("ACTIVE", "DRAFT", "ARCHIVED"), status),
            "availability": picked(("IN_STOCK", "BACKORDER", "DISCONTINUED"), available),
            "handle": handles(population, product),
            "title": title,
            "vendor": picked(words().companies, _vendor(population, start, stop)),
            "sku": numbered("P-", ids, 7),
            "part_number": numbered("PN", bits.whole(seed, "products.part", start, stop, 10**8), 8),
            "tags": _tags(population, start, stop),
            "description": _descriptions(population, start, stop, title),
            "price": money(price),
            "retail_price": money(price * 13 // 10),
            "shopify_id": 7_000_000_000 + ids,
            "created_at": moments(created),
            "updated_at": moments(created),
        }
    )


def titles(population: Population, product: bits.Ints) -> pl.Series:
    """Return titles such as `Marine Grade Door Closer 412`; a few name every quality there is."""
    seed = population.seed
    long = bits.chance_at(seed, "products.long_title", product, _LONG_TITLES)
    kind = _quality(population, product) + np.where(long, len(_QUALITIES), 0)
    model = numbered("", 100 + bits.whole_at(seed, "products.model", product, 900), 3)
    return joined(picked(_SAID_OF, kind), " ", _thing(population, product), " ", model)


def handles(population: Population, product: bits.Ints) -> pl.Series:
    """Return the names in web addresses, unique by the product's key."""
    quality = picked(_QUALITIES, _quality(population, product))
    text = joined(quality, " ", _thing(population, product), " ", numbered("", product + 1, 1))
    return text.str.to_lowercase().str.replace_all("[^a-z0-9]+", "-")


def _quality(population: Population, product: bits.Ints) -> bits.Ints:
    own = bits.whole_at(population.seed, "products.quality", product, len(HARDWARE_QUALITIES))
    return own + np.where(population.is_supplement[product], len(HARDWARE_QUALITIES), 0)


def _thing(population: Population, product: bits.Ints) -> pl.Series:
    own = bits.ranks(
        bits.zipf_cumulative(len(HARDWARE_THINGS), 3),
        bits.uniform_at(population.seed, "products.thing", product),
    )
    return picked(
        _THINGS, own + np.where(population.is_supplement[product], len(HARDWARE_THINGS), 0)
    )


def _turned(qualities: tuple[str, ...]) -> tuple[str, ...]:
    """Return for each quality a text that begins with it and names all the others."""
    return tuple(
        ", ".join(qualities[place:] + qualities[:place]) for place in range(len(qualities))
    )


_SAID_OF = _QUALITIES + _turned(HARDWARE_QUALITIES) + _turned(SUPPLEMENT_QUALITIES)


def _vendor(population: Population, start: int, stop: int) -> bits.Ints:
    at = bits.uniform(population.seed, "products.vendor", start, stop)
    return bits.ranks(bits.zipf_cumulative(_VENDORS, 4), at)


def _tags(population: Population, start: int, stop: int) -> pl.Series:
    kinds = len(HARDWARE_TAGS)
    first = bits.whole(population.seed, "products.tags", start, stop, kinds)
    other = np.where(population.is_supplement[start:stop], kinds, 0)
    return joined(
        "{", picked(_TAGS, first + other), ",", picked(_TAGS, (first + 5) % kinds + other), "}"
    )


def _descriptions(population: Population, start: int, stop: int, title: pl.Series) -> pl.Series:
    """A few sentences; one in twenty has none, one in fifty a very long one."""
    product = np.arange(start, stop, dtype=np.int64)

    def sentence(place: int, of: bits.Ints) -> pl.Series:
        column = f"products.text{place}"
        chosen = bits.whole_at(population.seed, column, of, len(words().sentences))
        return " " + said_of(population, of, chosen)

    usual = joined(title, ".", *(sentence(place, product) for place in range(3)))
    kind = bits.uniform(population.seed, "products.description", start, stop)
    long = np.flatnonzero(kind < _VERY_LONG)
    more = (sentence(3 + place, product[long]) for place in range(_LONG_SENTENCES))
    text = usual.scatter(long, joined(usual.gather(long), *more))
    return where(kind < _DESCRIBED, text)


def said_of(population: Population, product: bits.Ints, chosen: bits.Ints) -> pl.Series:
    """Return sentences about products: for any number one of those about their kind of goods."""
    half = len(words().sentences) // 2
    others = np.where(population.is_supplement[product], half, 0)
    return picked(words().sentences, chosen % half + others)


def product_variants(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Variants of a product lie together; some have a price of their own."""
    seed, ids = population.seed, keys(start, stop)
    variant = ids - 1
    product = population.product_of_variant(variant)
    cents = bits.quantiles(_PRICE_CENTS, bits.uniform(seed, "variants.price", start, stop))
    price = cents.astype(np.int64)
    own = (
        bits.chance(seed, "variants.own_price", start, stop, 0.4) & population.is_variable[product]
    )
    created = AS_OF_US - (1 + bits.whole(seed, "variants.created_at", start, stop, 900)) * DAY_US
    packed = pack_of(population, variant)
    return pl.DataFrame(
        {
            "id": ids,
            "product_id": product + 1,
            "sku": skus(population, variant),
            "title": numbered("Variant ", ids - population.first_variant[product], 1),
            "price": where(own, money(price)),
            "compare_at_price": where(own, money(price * 5 // 4)),
            "weight_g": money(500 + bits.whole(seed, "variants.weight", start, stop, 500_000)),
            "shopify_variant_id": 40_000_000_000 + ids,
            "active": bits.chance(seed, "variants.active", start, stop, 0.98),
            "option_key": _option_keys(population, variant),
            "min_order_quantity": packed,
            "order_increment": packed,
            "created_at": moments(created),
            "updated_at": moments(created),
        }
    )


def pack_of(population: Population, variant: bits.Ints) -> bits.Ints:
    """Return in multiples of how many pieces variants are sold; most singly."""
    at = bits.uniform_at(population.seed, "variants.pack", variant)
    return np.asarray(_PACKS)[np.digitize(at, [0.85, 0.91, 0.96])]


def _option_keys(population: Population, variant: bits.Ints) -> pl.Series:
    """Return arrays of the options of variants, in order of their keys."""
    axes = population.axes_of[population.product_of_variant(variant)]
    options = []
    for axis in range(len(HARDWARE_AXES)):
        there = np.flatnonzero(axes > axis)
        _, option = _chosen(population, variant[there], np.full(len(there), axis))
        column = pl.Series([None], dtype=pl.String).new_from_index(0, len(variant))
        options.append(column.scatter(there, numbered("", option + 1, 1)))
    return joined(
        "{", pl.select(pl.concat_str(options, separator=",", ignore_nulls=True)).to_series(), "}"
    )


def _chosen(
    population: Population, variant: bits.Ints, axis: bits.Ints
) -> tuple[bits.Ints, bits.Ints]:
    """Return the axis, among all, and the option on it that variants have on one of theirs."""
    group = population.first_group[population.product_of_variant(variant)] + axis
    return group, population.first_option[group] + population.choice(variant, axis)


def skus(population: Population, variant: bits.Ints) -> pl.Series:
    """Return SKUs such as `HW-000123-007` for indexes of variants."""
    product = population.product_of_variant(variant)
    goods = picked(("HW-", "SU-"), population.is_supplement[product].astype(np.int64))
    place = variant - population.first_variant[product] + 1
    return joined(goods, numbered("", product + 1, 6), "-", numbered("", place, 3))


def product_variant_groups(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Up to three axes for each variable product."""
    product, axis = bits.owners(population.axes_of, start, stop)
    kind = axis + np.where(population.is_supplement[product], len(HARDWARE_AXES), 0)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "product_id": product + 1,
            "name": picked([name for name, _, _ in _AXES], kind),
            "label": picked([label for _, label, _ in _AXES], kind),
            "input": picked(("SWATCH", "SELECT", "RADIO"), axis),
            "required": np.ones(stop - start, dtype=np.bool_),
            "position": axis + 1,
        }
    )


def product_variant_options(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The values of an axis; each adds a little to the price."""
    group, place = bits.owners(population.options_of_group, start, stop)
    product = np.searchsorted(population.first_group, group, side="right") - 1
    # products without axes share their first group with the next one that has some
    axis = group - population.first_group[product]
    kind = axis + np.where(population.is_supplement[product], len(HARDWARE_AXES), 0)
    value = picked(_AXIS_VALUES, _FIRST_VALUE[kind] + place)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "group_id": group + 1,
            "value": value.str.to_lowercase(),
            "label": value,
            "price_modifier": money(place * 150),
            "position": place + 1,
        }
    )


def product_variant_selections(population: Population, start: int, stop: int) -> pl.DataFrame:
    """A variant's option on each axis; every combination occurs once."""
    variant, axis = population.selections(start, stop)
    group, option = _chosen(population, variant, axis)
    return pl.DataFrame(
        {
            "variant_id": variant + 1,
            "group_id": group + 1,
            "option_id": option + 1,
            "product_id": population.product_of_variant(variant) + 1,
        }
    )


def product_images(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Pictures; the first shows the whole product."""
    seed, ids = population.seed, keys(start, stop)
    product, place = bits.owners(population.images_of_product, start, stop)
    title = titles(population, product)
    side = np.asarray([800, 1200, 1600, 2048])
    described = bits.chance(seed, "product_images.alt_text", start, stop, 0.8)
    return pl.DataFrame(
        {
            "id": ids,
            "product_id": product + 1,
            "position": place + 1,
            "url": joined("https://cdn.example.com/images/", numbered("", ids, 8), ".jpg"),
            "alt_text": where(described, joined(title, ", view ", numbered("", place + 1, 1))),
            "width": side[bits.whole(seed, "product_images.width", start, stop, 4)],
            "height": side[bits.whole(seed, "product_images.height", start, stop, 4)],
            "shopify_image_id": 30_000_000_000 + ids,
        }
    )


def product_catalogs(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Data sheets, at most one for a product."""
    seed, ids = population.seed, keys(start, stop)
    product = bits.shuffled(seed, "product_catalogs.product_id", population.products)[start:stop]
    title = titles(population, product)
    issued = bits.whole(seed, "product_catalogs.issued_at", start, stop, 1800)
    return pl.DataFrame(
        {
            "id": ids,
            "product_id": product + 1,
            "title": title + ": data sheet",
            "url": joined("https://cdn.example.com/sheets/", numbered("", ids, 6), ".pdf"),
            "language": picked(("en", "en", "en", "es", "fr"), ids % 5),
            "pages": 1 + bits.whole(seed, "product_catalogs.pages", start, stop, 24),
            "size_bytes": 40_000
            + bits.whole(seed, "product_catalogs.size_bytes", start, stop, 9_000_000),
            "issued_at": moments(AS_OF_US - (1 + issued) * DAY_US),
        }
    )


TABLES = {
    "categories": categories,
    "products": products,
    "product_variants": product_variants,
    "product_variant_groups": product_variant_groups,
    "product_variant_options": product_variant_options,
    "product_variant_selections": product_variant_selections,
    "product_images": product_images,
    "product_catalogs": product_catalogs,
}
