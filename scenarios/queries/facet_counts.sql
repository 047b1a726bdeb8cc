-- why: how many products of a category each further filter would leave, under the filters chosen so far
-- params: category_id bigint, names text[], spec_values text[]
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- allow: growth: counts are exact, so every product of the category is looked at
-- example: 1,{},{}

SELECT s.name, s.value, count(*) AS products
  FROM products p
  JOIN technical_specifications s ON s.product_id = p.id
 WHERE p.category_id = :category_id
   AND p.status = 'ACTIVE'
   AND s.searchable
   AND s.data_type = 'ENUM'
   AND s.importance = 'CRITICAL'
   AND (cardinality(:names) = 0
        OR p.id IN (
           SELECT own.product_id
             FROM unnest(:names, :spec_values) AS chosen (name, value)
             JOIN technical_specifications own
               ON own.name = chosen.name
              AND own.value = chosen.value
              AND own.searchable
            GROUP BY own.product_id
           HAVING count(*) = cardinality(:names)))
 GROUP BY s.name, s.value
 ORDER BY s.name, products DESC, s.value
