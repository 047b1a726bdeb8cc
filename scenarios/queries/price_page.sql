-- why: prices of a page of products for this account, one piece each
-- params: account_id bigint, variant_ids bigint[]
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- example: 1,"{1,2,3}"

SELECT priced.variant_id, priced.base_price, priced.unit_price, priced.rule
  FROM price_items(:account_id, :variant_ids, array_fill(1, ARRAY[cardinality(:variant_ids)]), :as_of) AS priced
 ORDER BY priced.line
