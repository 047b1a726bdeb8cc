-- why: NOT IN instead of NOT EXISTS
-- family: NOT IN
-- class: own
-- cause: query not_in
-- params: first bigint
-- example: 1

-- step: query
SELECT count(*) AS unsold FROM product_variants v
 WHERE v.id BETWEEN :first AND :first + 200
   AND NOT EXISTS (SELECT FROM order_lines l WHERE l.variant_id = v.id);

-- step: changed_query
SELECT count(*) AS unsold FROM product_variants v
 WHERE v.id BETWEEN :first AND :first + 200
   AND v.id NOT IN (SELECT l.variant_id FROM order_lines l);
