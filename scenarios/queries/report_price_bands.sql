-- why: what the catalogue costs: products of each category by price band
-- params: bands int
-- role: shop_reader
-- frequency: low
-- slo_ms: 500
-- allow: seq_scan products: a report on the whole catalogue reads the whole catalogue
-- example: 8

SELECT c.name, width_bucket(ln(p.price), 0, 8, :bands) AS band, count(*) AS products,
       min(p.price) AS cheapest, max(p.price) AS dearest
  FROM products p
  JOIN categories c ON c.id = p.category_id
 WHERE p.status = 'ACTIVE'
   AND p.price IS NOT NULL
 GROUP BY c.name, band
 ORDER BY c.name, band
