-- why: the variant that has the options that a buyer has chosen, with its stock
-- params: product_id bigint, option_ids bigint[]
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 50
-- example: 1,{1}

SELECT v.id, v.sku, v.title, v.price,
       (SELECT sum(i.quantity - i.reserved)
          FROM inventory_locations i
         WHERE i.variant_id = v.id) AS available
  FROM product_variants v
 WHERE v.product_id = :product_id
   AND v.option_key = (SELECT array_agg(o.id ORDER BY o.id) FROM unnest(:option_ids) AS o (id))
