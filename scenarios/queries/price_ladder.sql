-- why: what a piece costs this account from each quantity on at which the price can change
-- params: account_id bigint, variant_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 50
-- set: shop.account_id = :account_id
-- example: 1,1

WITH break_points AS (
    SELECT 1 AS quantity
     UNION
    SELECT d.min_quantity
      FROM volume_discounts d
      JOIN product_variants v ON v.product_id = d.product_id
     WHERE v.id = :variant_id
     UNION
    SELECT unnest(ARRAY[r.min_quantity, r.max_quantity + 1])
      FROM account_pricing r
      JOIN product_variants v ON v.product_id = r.product_id
     WHERE v.id = :variant_id
       AND r.account_id = :account_id
       AND r.active
       AND (r.variant_id = v.id OR r.variant_id IS NULL)
)
SELECT priced.quantity, priced.unit_price, priced.rule, priced.percent
  FROM (SELECT array_agg(b.quantity ORDER BY b.quantity) AS quantities,
               array_agg(:variant_id) AS variants
          FROM break_points b
         WHERE b.quantity IS NOT NULL) AS ladder
 CROSS JOIN LATERAL price_items(:account_id, ladder.variants, ladder.quantities, :as_of) AS priced
 ORDER BY priced.quantity
