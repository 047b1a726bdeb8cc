-- why: products whose number lies in a range, whatever unit of the dimension it is stated in
-- params: name text, low numeric, high numeric, unit text
-- role: buyer
-- frequency: medium
-- slo_ms: 100
-- example: Width,10,20,mm

SELECT p.id, p.title, p.handle, p.price, found.value, found.symbol
  FROM (SELECT s.product_id, s.value, u.symbol
          FROM standard_units asked
          JOIN standard_units u ON u.dimension = asked.dimension
          JOIN technical_specifications s
            ON s.unit_id = u.id
           AND s.name = :name
           AND s.searchable
           AND s.data_type = 'NUMERIC'
           AND s.numeric_value BETWEEN :low * asked.to_base / u.to_base AND :high * asked.to_base / u.to_base
         WHERE asked.symbol = :unit
         UNION ALL
        SELECT s.product_id, s.value, u.symbol
          FROM standard_units asked
          JOIN standard_units u ON u.dimension = asked.dimension
          JOIN technical_specifications s
            ON s.unit_id = u.id
           AND s.name = :name
           AND s.searchable
           AND s.data_type = 'RANGE'
           AND s.numeric_min <= :high * asked.to_base / u.to_base
           AND s.numeric_max >= :low * asked.to_base / u.to_base
         WHERE asked.symbol = :unit) AS found
  JOIN products p ON p.id = found.product_id
 WHERE p.status = 'ACTIVE'
 ORDER BY p.id
 LIMIT 24
