-- why: a dealer remembers a piece of a variant's SKU
-- params: fragment text
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- example: 0001-00

SELECT v.id, v.sku, p.title, v.title AS variant_title
  FROM product_variants v
  JOIN products p ON p.id = v.product_id
 WHERE v.sku LIKE '%' || upper(:fragment) || '%'
   AND v.active
 ORDER BY v.sku
 LIMIT 20
