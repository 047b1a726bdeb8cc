-- why: a product page opened by its web address, with the options to choose from
-- params: handle text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- allow: growth: its one row holds all options, and the products that are wanted most have other families in another shop
-- example: vintage-mortise-lock-1

SELECT p.id, p.title, p.description, p.vendor, p.price, p.retail_price, p.availability,
       (SELECT jsonb_agg(jsonb_build_object('axis', g.label, 'option', o.label, 'id', o.id) ORDER BY g.position, o.position)
          FROM product_variant_groups g
          JOIN product_variant_options o ON o.group_id = g.id
         WHERE g.product_id = p.id) AS options
  FROM products p
 WHERE p.handle = :handle
   AND p.status = 'ACTIVE'
