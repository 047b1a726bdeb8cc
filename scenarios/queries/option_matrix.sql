-- why: every combination of options that a product comes in, and whether it can be had
-- params: product_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- example: 1

SELECT v.id, v.sku, v.option_key, v.price, v.min_order_quantity, v.order_increment,
       (SELECT coalesce(sum(i.quantity - i.reserved), 0)
          FROM inventory_locations i
         WHERE i.variant_id = v.id) AS available
  FROM product_variants v
 WHERE v.product_id = :product_id
   AND v.active
 ORDER BY v.option_key
