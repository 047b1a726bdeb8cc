-- why: everything the product page shows, found by the SKU of one of its variants
-- params: sku text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- example: HW-000001-001

SELECT p.id, p.title, p.description, p.vendor, p.price, p.availability, v.id AS variant_id, v.title AS variant_title,
       (SELECT jsonb_agg(jsonb_build_object('sku', other.sku, 'title', other.title, 'price', other.price) ORDER BY other.id)
          FROM product_variants other
         WHERE other.product_id = p.id) AS variants,
       (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'value', s.value, 'unit', u.symbol) ORDER BY s.id)
          FROM technical_specifications s
          LEFT JOIN standard_units u ON u.id = s.unit_id
         WHERE s.product_id = p.id) AS specifications,
       (SELECT jsonb_agg(jsonb_build_object('url', i.url, 'alt', i.alt_text) ORDER BY i.position)
          FROM product_images i
         WHERE i.product_id = p.id) AS images
  FROM product_variants v
  JOIN products p ON p.id = v.product_id
 WHERE v.sku = :sku
