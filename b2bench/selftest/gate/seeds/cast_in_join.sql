-- why: a join of texts that were numbers
-- family: cast
-- class: own
-- cause: query cast_in_join
-- params: order_id bigint
-- example: 77

-- step: query
SELECT v.sku FROM order_lines l JOIN product_variants v ON v.id = l.variant_id WHERE l.order_id = :order_id;

-- step: changed_query
SELECT v.sku FROM order_lines l JOIN product_variants v ON v.id::text = l.variant_id::text WHERE l.order_id = :order_id;
