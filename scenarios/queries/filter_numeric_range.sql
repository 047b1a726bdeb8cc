-- why: products whose number lies in a range, whatever unit of the dimension it is stated in, the least first
-- params: name text, low numeric, high numeric, unit text
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- example: Width,10,20,mm

SELECT found.id, found.title, found.handle, found.price, found.value, u.symbol
  FROM standard_units asked
  JOIN standard_units u ON u.dimension = asked.dimension
 CROSS JOIN LATERAL (
       (SELECT p.id, p.title, p.handle, p.price, s.value, s.numeric_value AS amount
          FROM technical_specifications s
          JOIN products p ON p.id = s.product_id
         WHERE p.status = 'ACTIVE'
           AND s.unit_id = u.id
           AND s.name = :name
           AND s.searchable
           AND s.data_type = 'NUMERIC'
           AND s.numeric_value BETWEEN :low * asked.to_base / u.to_base AND :high * asked.to_base / u.to_base
         ORDER BY s.numeric_value, s.product_id
         LIMIT 24)
       UNION ALL
       (SELECT p.id, p.title, p.handle, p.price, s.value, s.numeric_min AS amount
          FROM technical_specifications s
          JOIN products p ON p.id = s.product_id
         WHERE p.status = 'ACTIVE'
           AND s.unit_id = u.id
           AND s.name = :name
           AND s.searchable
           AND s.data_type = 'RANGE'
           AND s.numeric_min <= :high * asked.to_base / u.to_base
           AND s.numeric_max >= :low * asked.to_base / u.to_base
         ORDER BY s.numeric_min, s.numeric_max, s.product_id
         LIMIT 24)) AS found
 WHERE asked.symbol = :unit
 ORDER BY found.amount * u.to_base, found.id
 LIMIT 24
