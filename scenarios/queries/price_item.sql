-- why: what one item costs this account, and by which rule
-- params: account_id bigint, variant_id bigint, quantity int
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 50
-- set: shop.account_id = :account_id
-- example: 1,1,1

SELECT unit_price, line_total, rule, rule_id
  FROM price_items(:account_id, ARRAY[:variant_id], ARRAY[:quantity], :as_of)
