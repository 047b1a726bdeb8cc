-- why: one OR over two tables instead of two queries
-- family: OR
-- class: own
-- cause: query or_across_tables
-- params: number text, variant_id bigint
-- example: no such number,77

-- step: query
SELECT o.id FROM orders o WHERE o.number = :number
 UNION
SELECT l.order_id FROM order_lines l WHERE l.variant_id = :variant_id;

-- step: changed_query
SELECT DISTINCT o.id
  FROM orders o JOIN order_lines l ON l.order_id = o.id
 WHERE o.number = :number OR l.variant_id = :variant_id;
