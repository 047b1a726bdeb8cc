-- why: takes prices away
DROP FUNCTION price_items(bigint, bigint[], integer[], timestamptz);
DROP TYPE price_rule;
DROP TABLE account_pricing, volume_discounts, tier_discounts;
