-- why: two to five products side by side, fact by fact
-- params: product_ids bigint[]
-- role: shop_buyer
-- frequency: low
-- slo_ms: 100
-- example: "{1,2}"

SELECT s.name, c.name AS heading,
       jsonb_object_agg(s.product_id, concat_ws(' ', s.value, u.symbol)) AS stated
  FROM technical_specifications s
  JOIN specification_categories c ON c.id = s.category_id
  LEFT JOIN standard_units u ON u.id = s.unit_id
 WHERE s.product_id = ANY (:product_ids)
   AND s.comparable
 GROUP BY s.name, c.name
 ORDER BY c.name, s.name
