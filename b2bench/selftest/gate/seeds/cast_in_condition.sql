-- why: a cast of the column keeps the index out
-- family: cast
-- class: own
-- cause: query cast_in_condition
-- params: order_id bigint
-- example: 77

-- step: query
SELECT line, variant_id, quantity FROM order_lines WHERE order_id = :order_id;

-- step: changed_query
SELECT line, variant_id, quantity FROM order_lines WHERE order_id::text = :order_id::text;
