"""What an item costs, as DOMAIN.md's rules say it: written without a look at the SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
TIER_DISCOUNTS = {"STANDARD": Decimal(0), "PREMIUM": Decimal(10), "ENTERPRISE": Decimal(15)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A variant: its own price, or its product's with what its options add."""

    variant: int
    product: int
    own_price: Decimal | None
    product_price: Decimal
    modifiers: Sequence[Decimal] = ()

    @property
    def base(self) -> Decimal:
        """The variant's price, else the product's plus option modifiers."""
        return sum(self.modifiers, self.product_price) if self.own_price is None else self.own_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A price agreed with an account, for a product or for one of its variants."""

    key: int
    account: int
    product: int
    variant: int | None
    markdown: Decimal | None
    fixed: Decimal | None
    least: int
    most: int | None
    active: bool
    since: datetime
    until: datetime | None

    def applies(self, account: int, item: Item, quantity: int, at: datetime) -> bool:
        """Return whether the rule is for this account, item, quantity and instant."""
        return (
            self.active
            and self.account == account
            and self.product == item.product
            and self.variant in (None, item.variant)
            and self.least <= quantity
            and (self.most is None or quantity <= self.most)
            and self.since <= at
            and (self.until is None or at < self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A volume discount: percent off from a quantity on."""

    product: int
    least: int
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Unit price and line total, with the one rule that decided and what it took off."""

    base: Decimal
    unit: Decimal
    total: Decimal
    rule: str
    percent: Decimal | None


def price(  # one argument for each thing that a price depends on
    item: Item,
    quantity: int,
    *,
    account: int,
    tier: str,
    at: datetime,
    rules: Sequence[Rule],
    bands: Sequence[Band],
) -> Price:
    """Return what a quantity of an item costs an account at an instant."""
    agreed = [rule for rule in rules if rule.applies(account, item, quantity, at)]
    for_variant = [rule for rule in agreed if rule.variant is not None]
    if agreed:
        rule = (for_variant or agreed)[0]
        name = "VARIANT_RULE" if for_variant else "PRODUCT_RULE"
        unit = rule.fixed if rule.markdown is None else _less(item.base, rule.markdown)
        assert unit is not None
        return _priced(item, unit, quantity, name, rule.markdown)
    if TIER_DISCOUNTS[tier]:
        off = TIER_DISCOUNTS[tier]
        return _priced(item, _less(item.base, off), quantity, "TIER", off)
    reached = [band for band in bands if band.product == item.product and band.least <= quantity]
    if reached:
        off = max(reached, key=lambda band: band.least).percent
        return _priced(item, _less(item.base, off), quantity, "VOLUME", off)
    return _priced(item, item.base, quantity, "BASE", None)


def _less(base: Decimal, percent: Decimal) -> Decimal:
    return base * (100 - percent) / 100


def _priced(item: Item, exact: Decimal, quantity: int, rule: str, percent: Decimal | None) -> Price:
    unit = exact.quantize(_CENT, rounding=ROUND_HALF_UP)
    return Price(base=item.base, unit=unit, total=unit * quantity, rule=rule, percent=percent)
