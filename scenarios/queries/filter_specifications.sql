-- why: products that have all of the chosen specifications
-- params: names text[], spec_values text[]
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- allow: growth: whoever has all of the specifications is found by intersecting those that have each
-- example: {Material},{steel}

SELECT p.id, p.title, p.handle, p.price
  FROM products p
  JOIN (SELECT s.product_id
          FROM unnest(:names, :spec_values) AS wanted (name, value)
          JOIN technical_specifications s
            ON s.name = wanted.name
           AND s.value = wanted.value
           AND s.searchable
         GROUP BY s.product_id
        HAVING count(*) = cardinality(:names)) AS matching ON matching.product_id = p.id
 WHERE p.status = 'ACTIVE'
 ORDER BY p.id
 LIMIT 24
