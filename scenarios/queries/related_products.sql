-- why: what others bought in one order with this product
-- params: product_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- example: 1

SELECT other.id, other.title, other.handle, other.price, together.orders
  FROM (SELECT companion.product_id, count(DISTINCT beside.order_id) AS orders
          FROM product_variants own
          JOIN order_lines bought ON bought.variant_id = own.id
          JOIN order_lines beside ON beside.order_id = bought.order_id
          JOIN product_variants companion ON companion.id = beside.variant_id
         WHERE own.product_id = :product_id
           AND companion.product_id <> :product_id
         GROUP BY companion.product_id) AS together
  JOIN products other ON other.id = together.product_id
 WHERE other.status = 'ACTIVE'
 ORDER BY together.orders DESC, other.id
 LIMIT 12
