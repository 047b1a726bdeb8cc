-- why: what others bought in one order with this product
-- params: product_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- example: 1

SELECT other.id, other.title, other.handle, other.price, together.orders
  FROM bought_together AS together
  JOIN products other ON other.id = together.companion_id
 WHERE together.product_id = :product_id
   AND other.status = 'ACTIVE'
 ORDER BY together.orders DESC, other.id
 LIMIT 12
