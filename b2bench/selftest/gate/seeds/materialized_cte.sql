-- why: a CTE that is computed whole
-- family: materialized CTE
-- class: own
-- cause: query materialized_cte
-- params: product_id bigint
-- example: 77

-- step: query
WITH facts AS (SELECT product_id, name, value FROM technical_specifications)
SELECT name, value FROM facts WHERE product_id = :product_id;

-- step: changed_query
WITH facts AS MATERIALIZED (SELECT product_id, name, value FROM technical_specifications)
SELECT name, value FROM facts WHERE product_id = :product_id;
