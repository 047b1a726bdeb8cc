-- why: the variant that has all of the options that a buyer has chosen, with its stock
-- params: group_ids bigint[], option_ids bigint[]
-- role: buyer
-- frequency: hot
-- slo_ms: 50
-- example: {1},{1}

SELECT v.id, v.sku, v.title, v.price,
       (SELECT sum(i.quantity - i.reserved)
          FROM inventory_locations i
         WHERE i.variant_id = v.id) AS available
  FROM product_variants v
  JOIN (SELECT s.variant_id
          FROM unnest(:group_ids, :option_ids) AS chosen (group_id, option_id)
          JOIN product_variant_selections s
            ON s.group_id = chosen.group_id
           AND s.option_id = chosen.option_id
         GROUP BY s.variant_id
        HAVING count(*) = cardinality(:option_ids)) AS matching ON matching.variant_id = v.id
 ORDER BY v.id
 LIMIT 1
