"""Who and what there is in a data set: keys, families, popularity; for generator and samplers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from loadgen.data import bits
from loadgen.data.bits import Floats, Ints
from loadgen.data.demand import Demand, mixed, stride
from loadgen.data.vocabulary import CATEGORIES, HARDWARE_AXES

AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)
AS_OF_US = int(AS_OF.timestamp()) * 1_000_000
DAY_US = 86_400_000_000
SPECIFICATIONS_PER_PRODUCT = 43
_REPRESENTATIVE_EACH = 20
_AXIS_SIZES = tuple(len(values) for _, _, values in HARDWARE_AXES)
_LARGEST_FAMILY = int(np.prod(_AXIS_SIZES))
# variants of a variable product, relative: most have a dozen, a few have two hundred
_FAMILY_QUANTILES = [4.0, 6, 9, 13, 18, 24, 32, 45, 80, 230]
RFQ_SHARES = {
    "PENDING": 0.10,
    "IN_REVIEW": 0.15,
    "QUOTED": 0.20,
    "ACCEPTED": 0.30,
    "DECLINED": 0.15,
    "EXPIRED": 0.10,
}
RFQ_STATUSES = tuple(RFQ_SHARES)
# of the declined requests, about these have been quoted
_DECLINED_QUOTES = 0.4


class Population:
    """The keys and the skew of one data set; a pure function of row counts and seed.

    Arrays are indexed from 0, keys in the database count from 1. Those that hold a number for each
    product or request are of the narrowest type, since a data set of any size has them in memory.

    Args:
        rows: row count by table, as a profile states them.
        seed: of the data set.
    """

    def __init__(self, rows: Mapping[str, int], seed: int) -> None:
        self.seed = seed
        self.products = rows["products"]
        self.variants = rows["product_variants"]
        self.accounts = rows["accounts"]
        self.carts = rows["carts"]
        self.rfqs = rows["rfq_requests"]
        self.orders = rows["orders"]
        self.locations = rows["locations"]
        self._rows = rows

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row count of every table that the generator fills."""
        return {
            "categories": len(CATEGORIES),
            "products": self.products,
            "product_variants": self.variants,
            "product_variant_groups": int(self.axes_of.sum()),
            "product_variant_options": int(self.options_of_group.sum()),
            "product_variant_selections": int(self.first_selection[-1]),
            "product_images": self._rows["product_images"],
            "product_catalogs": self._rows["product_catalogs"],
            "technical_specifications": self._rows["technical_specifications"],
            "specification_change_log": self._rows["specification_change_log"],
            "supplement_facts": len(self.supplements),
            "accounts": self.accounts,
            "account_shopify_customers": len(self.buyers),
            "account_pricing": self._rows["account_pricing"],
            "volume_discounts": self._rows["volume_discounts"],
            "carts": self.carts,
            "cart_items": self._rows["cart_items"],
            "rfq_requests": self.rfqs,
            "rfq_items": self._rows["rfq_items"],
            "quote_revisions": int(self.revisions_of_rfq.sum()),
            "quote_lines": int(self.first_quote_line[-1]),
            "rfq_status_history": int(self.steps_of_rfq.sum()),
            "audit_events": int(self.steps_of_rfq.sum()),
            "orders": self.orders,
            "order_lines": self._rows["order_lines"],
            "locations": self.locations,
            "inventory_locations": self.variants * self.locations,
            "product_sync_log": self._rows["product_sync_log"],
            "inventory_webhooks": self._rows["inventory_webhooks"],
        }

    # products and their families

    @cached_property
    def is_variable(self) -> NDArray[np.bool_]:
        """Whether each product is VARIABLE."""
        variable = self.products - self._rows_simple
        return bits.shuffled(self.seed, "products.type", self.products) < variable

    @property
    def _rows_simple(self) -> int:
        return self._rows["simple_products"]

    @cached_property
    def is_supplement(self) -> NDArray[np.bool_]:
        """Whether each product is a supplement; the others are hardware."""
        return bits.chance(self.seed, "products.goods", 0, self.products, 0.45)

    @cached_property
    def supplements(self) -> Ints:
        """Indexes of the supplements."""
        return np.flatnonzero(self.is_supplement).astype(np.int64)

    @cached_property
    def category(self) -> Ints:
        """Index of each product's category; the first half of them is hardware."""
        half = len(CATEGORIES) // 2
        cumulative = bits.zipf_cumulative(half, 2)
        at = bits.uniform(self.seed, "products.category_id", 0, self.products)
        found = bits.ranks(cumulative, at) + np.where(self.is_supplement, half, 0)
        return found.astype(np.int8)

    @cached_property
    def family(self) -> Ints:
        """Number of variants of each product."""
        counts = np.ones(self.products, dtype=np.int32)
        variable = np.flatnonzero(self.is_variable)
        at = bits.uniform(self.seed, "products.family", 0, len(variable))
        weights = (bits.quantiles(_FAMILY_QUANTILES, at) * 100).astype(np.int64)
        total = self.variants - (self.products - len(variable))
        counts[variable] = bits.allotted(total, weights, least=2, most=_LARGEST_FAMILY)
        return counts

    @cached_property
    def first_variant(self) -> Ints:
        """Index of each product's first variant; variants of a product lie together."""
        return bits.firsts(self.family)

    def product_of_variant(self, variant: Ints) -> Ints:
        """Return the index of the product of variants."""
        return np.searchsorted(self.first_variant, variant, side="right") - 1

    # option axes

    @cached_property
    def axis_sizes(self) -> Ints:
        """Number of options of each product on its three axes; 0 where it has no such axis."""
        table = np.asarray([_axes(count) for count in range(_LARGEST_FAMILY + 1)], dtype=np.int8)
        return np.asarray(np.where(self.is_variable[:, None], table[self.family], 0))

    @cached_property
    def axes_of(self) -> Ints:
        """Number of axes of each product."""
        return np.asarray((self.axis_sizes > 0).sum(axis=1), dtype=np.int8)

    @cached_property
    def first_group(self) -> Ints:
        """Index of each product's first axis."""
        return bits.firsts(self.axes_of)

    @cached_property
    def options_of_group(self) -> Ints:
        """Number of options on each axis."""
        return np.asarray(self.axis_sizes[self.axis_sizes > 0])

    @cached_property
    def first_option(self) -> Ints:
        """Index of each axis's first option."""
        return bits.firsts(self.options_of_group)

    @cached_property
    def first_selection(self) -> Ints:
        """Where the selections of each product's variants begin, and where all end."""
        return bits.edges(self.axes_of * self.family)

    def selections(self, start: int, stop: int) -> tuple[Ints, Ints]:
        """Return for rows of selections the variant and its axis."""
        rows = np.arange(start, stop, dtype=np.int64)
        product, place = bits.places(self.first_selection, rows)
        variant, axis = np.divmod(place, self.axes_of[product])
        return self.first_variant[product] + variant, axis

    def choice(self, variant: Ints, axis: Ints) -> Ints:
        """Return which option (from 0) a variant has on an axis: the digits of its place."""
        product = self.product_of_variant(variant)
        place = variant - self.first_variant[product]
        sizes = np.maximum(self.axis_sizes[product], 1)
        below = np.where(axis == 0, 1, np.where(axis == 1, sizes[:, 0], sizes[:, 0] * sizes[:, 1]))
        own = np.take_along_axis(sizes, axis[:, None], axis=1)[:, 0]
        return np.asarray((place // below) % own, dtype=np.int64)

    # who buys

    @cached_property
    def buyers(self) -> Ints:
        """Indexes of the accounts that buy."""
        return np.flatnonzero(~self._is_representative).astype(np.int64)

    @cached_property
    def representatives(self) -> Ints:
        """Indexes of the accounts that answer."""
        return np.flatnonzero(self._is_representative).astype(np.int64)

    @property
    def _is_representative(self) -> NDArray[np.bool_]:
        return np.asarray(np.arange(1, self.accounts + 1) % _REPRESENTATIVE_EACH == 0)

    # popularity and activity

    @cached_property
    def products_by_popularity(self) -> Ints:
        """Indexes of products, most wanted first."""
        return np.argsort(bits.shuffled(self.seed, "products.popularity", self.products))

    @cached_property
    def _product_demand(self) -> Demand:
        return Demand(bits.zipf_cumulative(self.products, 5))

    @cached_property
    def buyers_by_activity(self) -> Ints:
        """Indexes of buying accounts, the busiest first."""
        return self.buyers[
            np.argsort(bits.shuffled(self.seed, "accounts.activity", len(self.buyers)))
        ]

    @cached_property
    def _buyer_activity(self) -> Demand:
        return Demand(bits.zipf_cumulative(len(self.buyers), 10))

    def wanted_products(self, at: Floats) -> Ints:
        """Return products as demand falls on them, for uniform numbers."""
        return self.products_by_popularity[self._product_demand.one(at)]

    def wanted_variants(self, at: Floats, within: Floats) -> Ints:
        """Return variants as demand falls on them: a product, then one of its family."""
        product = self.wanted_products(at)
        return self.variant_of(product, within)

    def variant_of(self, product: Ints, within: Floats) -> Ints:
        """Return one of the family of each product, for uniform numbers."""
        return self.first_variant[product] + (within * self.family[product]).astype(np.int64)

    def active_buyers(self, at: Floats) -> Ints:
        """Return accounts as activity falls on them, for uniform numbers."""
        return self.buyers_by_activity[self._buyer_activity.one(at)]

    # children

    @cached_property
    def rules_of_buyer(self) -> Ints:
        """Number of price rules of each buyer, busiest first: a few whales have thousands."""
        weights = 1_000_000_000 // (np.arange(len(self.buyers), dtype=np.int64) + 10)
        return bits.allotted(self._rows["account_pricing"], weights, most=self.products)

    @cached_property
    def specifications_of_product(self) -> Ints:
        """Number of specifications of each product."""
        weights = 60 + bits.whole(self.seed, "products.specifications", 0, self.products, 80)
        total = self._rows["technical_specifications"]
        return bits.allotted(total, weights, most=SPECIFICATIONS_PER_PRODUCT)

    @cached_property
    def images_of_product(self) -> Ints:
        """Number of pictures of each product."""
        weights = 60 + bits.whole(self.seed, "products.images", 0, self.products, 120)
        return bits.allotted(self._rows["product_images"], weights)

    @cached_property
    def bands_of_product(self) -> Ints:
        """Number of volume discounts of each product."""
        weights = 1 + bits.whole(self.seed, "products.bands", 0, self.products, 3)
        return bits.allotted(self._rows["volume_discounts"], weights)

    @cached_property
    def items_of_cart(self) -> Ints:
        """Number of lines of each cart: most are short, one in a hundred has a hundred."""
        return self._skewed("carts.items", self.carts, self._rows["cart_items"])

    @cached_property
    def first_cart_item(self) -> Ints:
        """Index of each cart's first line."""
        return bits.firsts(self.items_of_cart)

    @cached_property
    def items_of_rfq(self) -> Ints:
        """Number of lines of each quotation request."""
        return self._skewed("rfq_requests.items", self.rfqs, self._rows["rfq_items"])

    @cached_property
    def lines_of_order(self) -> Ints:
        """Number of lines of each order; those from a quote have the quote's."""
        quoted = self.items_of_rfq[self.rfqs_in("ACCEPTED")]
        rest = self._rows["order_lines"] - int(quoted.sum())
        direct = self._skewed("orders.lines", self.orders - len(quoted), rest)
        return np.concatenate((quoted, direct))

    @property
    def quoted_lines(self) -> int:
        """How many lines of orders, the first ones, come from quotes."""
        return int(self.items_of_rfq[self.rfqs_in("ACCEPTED")].sum())

    def _skewed(self, column: str, parents: int, total: int) -> Ints:
        at = bits.uniform(self.seed, column, 0, parents)
        weights = (bits.quantiles([1.0, 2, 3, 4, 6, 10, 16, 26, 45, 120], at) * 100).astype(
            np.int64
        )
        return bits.allotted(total, weights, least=1, most=self.products)

    def demanded(self, column: str, count: Ints, parent: Ints, place: Ints) -> Ints:
        """Return products as demand falls on them, never the same one twice for one parent.

        Args:
            column: that the products are for.
            count: how many the parent of each has.
            parent: index of the parent.
            place: under the parent, from 0.
        """
        at = bits.uniform_at(self.seed, f"{column}.demand", parent)
        turned = bits.uniform_at(self.seed, f"{column}.order", parent)
        rank = self._product_demand.some(count, mixed(count, place, turned), at)
        return self.products_by_popularity[rank]

    def few_of(self, column: str, parent: Ints, place: Ints, among: int) -> Ints:
        """Return members of a set of `among`, never the same one twice for one parent.

        Member k of a parent is a step along a circle: start + k · stride modulo `among`, with a
        stride that has no divisor in common with it.
        """
        start = bits.whole_at(self.seed, f"{column}.start", parent, among)
        return np.asarray((start + place * stride(among)) % among, dtype=np.int64)

    # trade

    @cached_property
    def rfq_status(self) -> Ints:
        """Index into RFQ_STATUSES of each quotation request; shares are exact."""
        order = bits.shuffled(self.seed, "rfq_requests.status", self.rfqs)
        bounds = np.cumsum(list(RFQ_SHARES.values())) * self.rfqs
        found = np.searchsorted(np.floor(bounds + 0.5), order, side="right")
        return np.minimum(found, len(RFQ_STATUSES) - 1).astype(np.int8)

    def rfqs_in(self, *statuses: str) -> Ints:
        """Return indexes of quotation requests in any of these states."""
        wanted = [RFQ_STATUSES.index(status) for status in statuses]
        return np.flatnonzero(np.isin(self.rfq_status, wanted)).astype(np.int64)

    @cached_property
    def revisions_of_rfq(self) -> Ints:
        """Number of quotes sent for each request: most need one, some were declined without."""
        at = bits.uniform(self.seed, "rfq_requests.revisions", 0, self.rfqs)
        counts = 1 + np.digitize(at, [0.75, 0.95])
        declined = self.rfq_status == RFQ_STATUSES.index("DECLINED")
        quoted = np.zeros(self.rfqs, dtype=np.bool_)
        quoted[self.rfqs_in("QUOTED", "ACCEPTED", "EXPIRED")] = True
        quoted |= declined & (at < _DECLINED_QUOTES)
        return np.where(quoted, counts, 0).astype(np.int8)

    @cached_property
    def first_revision(self) -> Ints:
        """Index of each request's first quote."""
        return bits.firsts(self.revisions_of_rfq)

    @cached_property
    def first_item(self) -> Ints:
        """Index of each request's first line."""
        return bits.firsts(self.items_of_rfq)

    @cached_property
    def first_quote_line(self) -> Ints:
        """Where the lines of each quote, which are its request's, begin, and where all end."""
        return bits.edges(np.repeat(self.items_of_rfq, self.revisions_of_rfq))

    @cached_property
    def declined_unread(self) -> NDArray[np.bool_]:
        """Whether each request was declined before it came into review."""
        at_once = bits.chance(self.seed, "rfq_requests.unread", 0, self.rfqs, 0.3)
        declined = self.rfq_status == RFQ_STATUSES.index("DECLINED")
        return np.asarray(declined & (self.revisions_of_rfq == 0) & at_once)

    @cached_property
    def steps_of_rfq(self) -> Ints:
        """Number of steps that each request has taken, its submission among them."""
        status, revisions = self.rfq_status, self.revisions_of_rfq
        quoted = 1 + 2 * revisions + (status != RFQ_STATUSES.index("QUOTED"))
        without = np.where(status == RFQ_STATUSES.index("PENDING"), 1, 2)
        without += (status == RFQ_STATUSES.index("DECLINED")) & ~self.declined_unread
        return np.where(revisions > 0, quoted, without).astype(np.int8)

    def rfq_account(self, rfq: Ints) -> Ints:
        """Return the index of the account of quotation requests."""
        return self.active_buyers(bits.uniform_at(self.seed, "rfq_requests.account_id", rfq))


def _axes(count: int) -> tuple[int, int, int]:
    """Return the sizes of the axes that tell a family of `count` apart: as few as hold it."""
    first, second, third = _AXIS_SIZES
    candidates = [
        (a, b, c)
        for a in range(1, first + 1)
        for b in range(1, second + 1)
        for c in range(1, third + 1)
        if a * b * c >= count and (b > 1 or c == 1)
    ]
    a, b, c = min(candidates, key=lambda sizes: (np.prod(sizes) - count, sum(sizes)))
    return a, b if b > 1 else 0, c if c > 1 else 0
